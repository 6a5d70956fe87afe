"""A deploy through the public functions: what it makes, changes, records and tells."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

import beekeeper
from beekeeper.errors import ProvisionError
from beekeeper.provision.engine.events import Event, StepDone
from beekeeper.provision.state import StateFile
from tests.support.moto_aws.by_hand import api_id
from tests.support.moto_aws.cloud import Cloud
from tests.support.moto_aws.wire import refuse
from tests.support.rooms import ACCOUNT, BASE, DESTINATION, REGION, ROOM


def state_of(cloud: Cloud, room: str = ROOM) -> dict[str, Any]:
    path = cloud.state_dir / f"{room}.json"
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def test_a_deploy_tells_what_it_made(cloud: Cloud, where: dict[str, Any]) -> None:
    room = beekeeper.deploy(BASE, **where)
    assert room.url == f"https://{api_id(cloud)}.execute-api.{REGION}.amazonaws.com/"
    assert (room.account, room.region, room.destination) == (ACCOUNT, REGION, DESTINATION)
    assert all(change.action == "create" for change in room.changes)
    assert len(room.changes) == 34
    assert room.deployment
    assert room.deployment.state_file == str(cloud.state_dir / "sale.json")
    json.dumps([room.deployment.to_dict(), room.to_dict()])


def test_the_first_deploy_starts_a_consumer_and_the_second_does_nothing(
    cloud: Cloud, where: dict[str, Any]
) -> None:
    beekeeper.deploy(BASE, **where)
    assert cloud.wire.names().count("lambda:Invoke") == 1
    before = state_of(cloud)
    cloud.wire.clear()
    again = beekeeper.deploy(BASE, **where)
    assert cloud.wire.mutations == []
    assert not again.changes
    assert state_of(cloud) == before


FIELDS: list[tuple[str, dict[str, Any], dict[str, int]]] = [
    ("nothing", {}, {}),
    (
        "destination",
        {"destination": "https://other.example.com/"},
        {"dynamodb:TransactWriteItems": 1},
    ),
    ("rate", {"rate": 700}, {"dynamodb:TransactWriteItems": 1}),
    (
        "rate that needs workers",
        {"rate": 100_000},
        {
            "dynamodb:TransactWriteItems": 1,
            "dynamodb:UpdateTable": 1,
            "events:PutTargets": 1,
            "lambda:PutFunctionConcurrency": 1,
            "lambda:UpdateFunctionConfiguration": 1,
        },
    ),
    # A page for each of the two languages.
    ("title", {"title": "A big day"}, {"s3:PutObject": 2, "dynamodb:TransactWriteItems": 1}),
    (
        "picture",
        {"picture": "https://shop.example.com/big.jpg"},
        {"s3:PutObject": 2, "dynamodb:TransactWriteItems": 1},
    ),
    ("claim_minutes", {"claim_minutes": 30}, {"dynamodb:TransactWriteItems": 1}),
    ("overbooking", {"overbooking": 2.0}, {"dynamodb:TransactWriteItems": 1}),
    ("architecture", {"architecture": "x86_64"}, {"lambda:UpdateFunctionCode": 4}),
    (
        "permissions_boundary",
        {"permissions_boundary": "arn:aws:iam::aws:policy/PowerUserAccess"},
        {"iam:PutRolePermissionsBoundary": 4},
    ),
    ("log_retention_days", {"log_retention_days": 30}, {"logs:PutRetentionPolicy": 4}),
    (
        "tags",
        {"tags": {"team": "sales"}},
        {
            "apigatewayv2:TagResource": 1,
            "cloudwatch:TagResource": 4,
            "dynamodb:TagResource": 1,
            "events:TagResource": 1,
            "iam:TagRole": 4,
            "lambda:TagResource": 4,
            "logs:TagResource": 4,
            "s3:PutBucketTagging": 1,
            "sqs:TagQueue": 2,
        },
    ),
]


def _counted(calls: list[str]) -> dict[str, int]:
    return {name: calls.count(name) for name in set(calls)}


@pytest.mark.usefixtures("deployed_room")
@pytest.mark.parametrize(
    ("change", "expected"), [(c, e) for _, c, e in FIELDS], ids=[name for name, _, _ in FIELDS]
)
def test_a_change_of_the_configuration_sends_only_that(
    cloud: Cloud, where: dict[str, Any], change: Mapping[str, Any], expected: dict[str, int]
) -> None:
    wanted = {**BASE, **change}
    beekeeper.deploy(wanted, **where)
    made = [str(c) for c in cloud.wire.mutations if "lease" not in str(c.arguments)]
    # Whoever changes something starts a consumer, and keeps other machines away.
    assert _counted(made) == ({**expected, "lambda:Invoke": 1} if expected else {})
    cloud.wire.clear()
    beekeeper.deploy(wanted, **where)
    assert cloud.wire.mutations == []


def test_every_field_of_the_configuration_is_here() -> None:
    tested = {name for _, change, _ in FIELDS for name in change}
    elsewhere = {"name", "region", "state", "domain_name", "certificate_arn", "hosted_zone_id"}
    elsewhere |= {"order"}  # can't be changed: see test_strict.py
    elsewhere |= {"governor"}  # has resources of its own: see test_governor.py
    elsewhere |= {"edge", "news_seconds", "web_acl_arn"}  # have resources, too: see test_edge.py
    elsewhere |= {"alarms"}  # see tests/provision/resources/test_alarm.py and test_topic.py
    elsewhere |= {"page"}  # has pages for each language: see test_own_page.py
    elsewhere |= {"role_path"}  # replaces the roles: see test_role_boundary.py
    assert beekeeper.RoomConfig.model_fields.keys() == tested | elsewhere


@pytest.mark.usefixtures("deployed_room")
def test_a_lost_state_file_is_rebuilt(cloud: Cloud, where: dict[str, Any]) -> None:
    before = state_of(cloud)
    StateFile(cloud.state_dir, ROOM).remove()
    beekeeper.deploy(BASE, **where)
    assert cloud.wire.mutations == []
    after = state_of(cloud)
    assert {r["key"]: r for r in after.pop("resources")} == {
        r["key"]: r for r in before.pop("resources")
    }
    assert after == before


def test_the_state_is_written_with_each_resource(cloud: Cloud, where: dict[str, Any]) -> None:
    """Read from the disk at each event: what is done is in it, before the next is begun."""
    missing: list[str] = []

    def look(event: Event) -> None:
        if isinstance(event, StepDone) and event.action == "create":
            known = {r["key"] for r in state_of(cloud)["resources"]}
            missing.extend({event.key} - known)

    beekeeper.deploy(BASE, on_event=look, **where)
    assert missing == []
    assert len(state_of(cloud)["resources"]) == 34
    assert all(r["made"] and r["id"] for r in state_of(cloud)["resources"])

    gone: list[str] = []

    def count(event: Event) -> None:
        if isinstance(event, StepDone) and event.action == "delete":
            gone.append(str(len(state_of(cloud)["resources"])))

    beekeeper.destroy(ROOM, on_event=count, **where)
    assert len(set(gone)) > 10
    assert sorted(map(int, gone), reverse=True)[0] <= 34


@pytest.mark.usefixtures("deployed_room")
def test_there_is_no_secret_in_the_state_nor_in_the_events(
    cloud: Cloud, where: dict[str, Any]
) -> None:
    events: list[Event] = []
    beekeeper.deploy({**BASE, "rate": 700}, on_event=events.append, **where)
    secrets = beekeeper.pass_keys(ROOM, **where).keys.values()
    written = json.dumps(state_of(cloud)) + str(events)
    assert secrets
    assert not any(secret in written for secret in secrets)


@pytest.mark.usefixtures("deployed_room")
def test_the_rooms_are_listed_from_their_files(cloud: Cloud) -> None:
    (summary,) = beekeeper.list_rooms(state_dir=cloud.state_dir)
    assert (summary.name, summary.account) == (ROOM, ACCOUNT)
    assert summary.to_dict()["resources"] == 34
    assert cloud.wire.calls == []


def test_a_deploy_that_failed_is_resumed(cloud: Cloud, where: dict[str, Any]) -> None:
    cloud.wire.add(refuse("lambda:CreateFunction", "ServiceException", "Oops", 400, times=1))
    with pytest.raises(ProvisionError, match="Oops"):
        beekeeper.deploy(BASE, **where)
    made = sum(r["made"] for r in state_of(cloud)["resources"])
    assert 0 < made < 34
    beekeeper.deploy(BASE, **where)
    assert cloud.changes() == {}
