"""A user who has only the printed policy can deploy, operate and destroy."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from boto3.session import Session
from botocore.exceptions import ClientError
from botocore.model import OperationModel

import beekeeper
from beekeeper.config import RoomConfig
from beekeeper.control.drift import WITHOUT_KEYS
from beekeeper.local.leftovers import leftovers
from beekeeper.provision.aws import Aws
from beekeeper.provision.deployer import deployer_policies
from beekeeper.provision.names import Names
from beekeeper.provision.readers import reader_policies
from tests.support.local_aws import NewUser, StrictAws
from tests.support.rooms import config

pytestmark = [pytest.mark.end_to_end, pytest.mark.xdist_group("local aws")]
NAME, DESTINATION = "guarded", "https://shop.example.com/"
READS = ("Get", "List", "Describe", "Head")
Policies = list[dict[str, Any]]
Deployer = Callable[[Policies], Session]


def policies_without(names: Names, action: str = "", wanted: RoomConfig | None = None) -> Policies:
    """Return the deployer's policies without one action, of a room as it is ``wanted``."""
    return [
        {
            **policy,
            "Statement": [
                {**s, "Action": kept}
                for s in policy["Statement"]
                if (kept := [a for a in s["Action"] if a != action])
            ],
        }
        for policy in deployer_policies(names, wanted)
    ]


@pytest.fixture
def names(strict_aws: StrictAws) -> Names:
    return Aws(strict_aws.session()).names(NAME)


@pytest.fixture
def deployer(strict_aws: StrictAws, new_user: NewUser, tmp_path: Path) -> Iterator[Deployer]:
    """Makes IAM users with only some policies. At the end, removes the room."""
    yield lambda policies: new_user(strict_aws, policies)
    beekeeper.destroy(NAME, session=strict_aws.session(), state_dir=tmp_path)


def deploy(session: Session, state_dir: Path, **values: Any) -> beekeeper.Room:
    wanted = {"name": NAME, "destination": DESTINATION, "rate": 600, **values}
    return beekeeper.deploy(wanted, session=session, state_dir=state_dir)


def test_the_policy_is_enough(
    names: Names, deployer: Deployer, strict_aws: StrictAws, tmp_path: Path
) -> None:
    session = deployer(policies_without(names))
    room: dict[str, Any] = {"session": session, "state_dir": tmp_path}

    found = beekeeper.doctor(name=NAME, destination=DESTINATION, rate=600, **room)
    verdicts = {f.check: f.verdict for f in found.findings}
    # A deployer does not need the simulator, which also shows the permissions of others.
    assert verdicts["permissions"] == "unknown"
    assert {verdicts[c] for c in ("credentials", "region", "concurrency", "names")} == {"ok"}
    assert deploy(**room).changes
    for change in (beekeeper.pause, beekeeper.off, beekeeper.on):
        change(NAME, **room)
    beekeeper.set_rate(700, room=NAME, **room)
    status = beekeeper.status(NAME, drift=True, **room)
    assert (status.mode, status.rate, status.drift) == ("on", 700, ())
    assert len(beekeeper.pass_keys(NAME, **room).keys) == 1
    assert beekeeper.report(NAME, **room).history[-1].what == "rate"
    with pytest.raises(ClientError, match="AccessDenied"):  # only a report's attributes
        session.client("dynamodb").scan(TableName=f"beekeeper-{NAME}")
    assert all(beekeeper.rotate_keys(NAME, step, **room).changed for step in ("add", "sign"))

    mutations: list[str] = []

    def note(model: OperationModel, **_: Any) -> None:
        if not model.name.startswith(READS):
            mutations.append(model.name)

    session.events.register("before-call", note)
    assert not deploy(**room).changes
    assert mutations == []
    tags = {"team": "events"}
    changed = deploy(**room, rate=90_000, tags=tags, log_retention_days=30, title="New")
    assert {change.action for change in changed.changes} == {"update"}
    assert deploy(**room, rate=600).changes  # this restores tags, workers and retention
    assert "UntagResource" in mutations

    assert beekeeper.destroy(NAME, **room).deleted
    assert leftovers(strict_aws.session(), NAME) == []


def _looks_from_another_machine(reader: Session, region: str) -> None:
    """Someone with the policy of those who only look finds the room without a state."""
    room = beekeeper.Room(NAME, session=reader, region=region, state_dir="no-state")
    status = room.status()
    assert (status.mode, status.region) == ("on", region)
    assert status.url
    assert room._connection.deployed().names.strict
    assert room.report().admitted == 0
    with pytest.raises(ClientError, match="AccessDenied"):  # only a report's attributes
        reader.client("dynamodb").scan(TableName=f"beekeeper-{NAME}")
    found = beekeeper.find_rooms(region=region, session=reader, state_dir="no-state")
    (listed,) = (each for each in found.rooms if each.room == NAME)
    assert (listed.mode, listed.state_file, found.unsearched) == ("on", None, {})
    with pytest.raises(beekeeper.ProvisionError, match="AccessDenied"):
        room.pause()


def test_the_policy_is_enough_for_a_strict_room_whose_alarms_tell_somebody(
    names: Names, deployer: Deployer, strict_aws: StrictAws, tmp_path: Path
) -> None:
    room: dict[str, Any] = {"session": deployer(policies_without(names)), "state_dir": tmp_path}
    told = {**room, "order": "strict", "alarms": {"notify": "on-call@example.com"}}
    assert deploy(**told).changes
    assert not deploy(**told).changes
    _looks_from_another_machine(deployer(reader_policies(names)), names.region)
    assert "topic" in {change.key for change in deploy(**room, order="strict").changes}
    assert beekeeper.destroy(NAME, **room).deleted
    assert leftovers(strict_aws.session(), NAME) == []


def test_the_policy_is_enough_for_an_edge(
    names: Names, deployer: Deployer, strict_aws: StrictAws, tmp_path: Path
) -> None:
    policies = policies_without(names, wanted=config(name=NAME, edge=True))
    room: dict[str, Any] = {"session": deployer(policies), "state_dir": tmp_path}
    assert deploy(**room, edge=True).changes
    changed = deploy(**room, edge=True, title="New", tags={"team": "events"}).changes
    assert {"cached page", "distribution"} <= {change.key for change in changed}
    reader = deployer(reader_policies(names, config(name=NAME, edge=True)))
    status = beekeeper.status(NAME, drift=True, session=reader, state_dir=tmp_path)
    assert status.drift == beekeeper.status(NAME, drift=True, **room).drift
    assert WITHOUT_KEYS in status.unknown
    with pytest.raises(ClientError, match="AccessDenied"):  # it shows the secret of the edge
        reader.client("cloudfront").list_distributions()
    assert beekeeper.destroy(NAME, **room).deleted
    assert leftovers(strict_aws.session(), NAME) == []


@pytest.mark.parametrize(
    "action",
    [
        "dynamodb:PutItem",
        "iam:PassRole",
        "lambda:InvokeFunction",
        "logs:PutRetentionPolicy",
        "sqs:CreateQueue",
    ],
)
def test_an_action_less_is_named(
    names: Names, deployer: Deployer, tmp_path: Path, action: str
) -> None:
    with pytest.raises(beekeeper.ProvisionError, match=f"Grant {action} "):
        deploy(deployer(policies_without(names, action)), tmp_path)
    if action == "iam:PassRole":
        # With the action granted, the same command continues. The crash matrix tries each action.
        assert deploy(deployer(policies_without(names)), tmp_path).url


def test_another_room_is_out_of_reach(names: Names, deployer: Deployer, tmp_path: Path) -> None:
    session = deployer(policies_without(names))
    with pytest.raises(beekeeper.ProvisionError, match="Grant"):
        deploy(session, tmp_path, name="other")
