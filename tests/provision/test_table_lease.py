"""The lease in the table keeps two machines from changing a room at the same time."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse

import beekeeper
from beekeeper.contract import items
from beekeeper.errors import LockedError, NotOursError
from beekeeper.provision.blueprint import steps
from beekeeper.provision.engine import lease
from beekeeper.provision.engine.pipeline import Engine
from beekeeper.provision.state import State, StateFile
from beekeeper.provision.table_lease import TableLease
from tests.support.moto_aws.by_hand import FOREIGN
from tests.support.moto_aws.cloud import Cloud
from tests.support.moto_aws.inventory import inventory
from tests.support.moto_aws.wire import Call, Forward
from tests.support.rooms import ACCOUNT, REGION, ROOM, config

ANN, BOB = "ann@laptop 1", "bob@desk 2"
PUT = "dynamodb:PutItem"


def lease_of(cloud: Cloud, owner: str) -> TableLease:
    return TableLease(cloud.aws(), cloud.names().stem, owner, now=cloud.time)


def has_table(key: str) -> bool:
    return key == "table"


def engine(cloud: Cloud, owner: str, rate: int = 600) -> Engine:
    """Return the engine of a machine that has its own state file."""
    file = StateFile(cloud.state_dir / owner, ROOM)
    file.write(State(ROOM, ACCOUNT, REGION))
    wanted = steps(config(rate=rate), cloud.names())
    return Engine(cloud.aws(), ROOM, wanted, file, guard=lease_of(cloud, owner))


def item(cloud: Cloud) -> dict[str, Any]:
    key = items.key(items.LEASE)
    found = cloud.client("dynamodb").get_item(TableName=cloud.names().stem, Key=key)
    content: dict[str, Any] = found.get("Item", {})
    return content


def before_put(cloud: Cloud, item_id: str, do: Callable[[], None]) -> None:
    """Do something once, before this item is put."""

    def rule(call: Call, request: AWSPreparedRequest, forward: Forward) -> AWSResponse | None:
        if str(call) == PUT and call.arguments["Item"]["id"]["S"] == item_id:
            cloud.wire.rules.clear()
            do()
        return None

    cloud.wire.add(rule)


def test_the_second_is_told_until_when(deployed: Cloud) -> None:
    ann, bob = lease_of(deployed, ANN), lease_of(deployed, BOB)
    told = pytest.raises(LockedError, match=r"ann@laptop is .*, until \d\d:19:40 [A-Z].* or longer")
    with ann.held(has_table), told:
        bob.take()
    with bob.held(has_table):
        pass


def test_a_killed_ones_runs_out_for_others_and_not_for_itself(deployed: Cloud) -> None:
    lease_of(deployed, ANN).take()
    lease_of(deployed, ANN).take()
    deployed.time.now += lease.SECONDS - 1
    with pytest.raises(LockedError):
        lease_of(deployed, BOB).take()
    deployed.time.now += 1
    lease_of(deployed, BOB).take()
    with pytest.raises(LockedError, match="bob@desk"):
        lease_of(deployed, ANN).take()


def test_renewed_it_stays(deployed: Cloud) -> None:
    ann = lease_of(deployed, ANN)
    ann.take()
    for _ in range(10):
        deployed.time.now += lease.RENEW_SECONDS
        ann.renew()
    with pytest.raises(LockedError):
        lease_of(deployed, BOB).take()


def test_who_lost_it_stops(deployed: Cloud) -> None:
    ann, bob = lease_of(deployed, ANN), lease_of(deployed, BOB)
    with ann.held(has_table):
        deployed.time.now += lease.SECONDS + 1
        ann.check()  # slept, but nobody came
        deployed.time.now += lease.SECONDS + 1
        bob.take()
        with pytest.raises(LockedError, match="bob@desk"):
            ann.check()
    assert item(deployed)["owner"]["S"] == BOB  # ann's end didn't end it


def test_a_change_waits_for_no_one_and_changes_nothing(deployed: Cloud) -> None:
    with lease_of(deployed, ANN).held(has_table):
        before = inventory()
        bob = engine(deployed, BOB, rate=1200)
        planned = bob.plan()
        for do in (lambda: bob.apply(planned), bob.remove):
            deployed.wire.clear()
            with pytest.raises(LockedError, match="ann@laptop"):
                do()
            assert set(map(str, deployed.wire.mutations)) == {PUT}  # the one that was refused
        assert inventory() == before
    bob = engine(deployed, BOB, rate=1200)
    bob.apply(bob.plan())
    bob.remove()
    assert inventory() == {}


def test_without_changes_it_is_not_taken(deployed: Cloud) -> None:
    with lease_of(deployed, ANN).held(has_table):
        deployed.wire.clear()
        bob = engine(deployed, BOB)
        bob.apply(bob.plan())
        assert deployed.wire.mutations == []


def test_a_first_deploy_takes_it_once_the_table_is_there(cloud: Cloud) -> None:
    ann = engine(cloud, ANN)
    seen: list[str] = []
    before_put(cloud, items.KEYS, lambda: seen.append(item(cloud)["owner"]["S"]))
    ann.apply(ann.plan())
    assert seen == [ANN]
    assert int(item(cloud)["expires_at"]["N"]) <= cloud.time.now  # given back


def test_of_two_first_deploys_the_later_one_stops_and_resumes(cloud: Cloud) -> None:
    ann, bob = engine(cloud, ANN), engine(cloud, BOB)
    planned = ann.plan()
    before_put(cloud, items.LEASE, lambda: lease_of(cloud, BOB).take())
    with pytest.raises(LockedError, match="bob@desk"):
        ann.apply(planned)
    bob.apply(bob.plan())
    ann = engine(cloud, ANN)
    ann.apply(ann.plan())
    assert not engine(cloud, BOB).plan().has_changes


def test_a_table_of_somebody_elses_gets_none(cloud: Cloud) -> None:
    FOREIGN["table"][0](cloud)
    ann = engine(cloud, ANN)
    cloud.wire.clear()
    with pytest.raises(NotOursError):
        ann.plan()
    ann.remove()
    assert cloud.wire.mutations == []


def test_through_the_public_functions(cloud: Cloud, tmp_path: Path) -> None:
    here: dict[str, Any] = {"session": cloud.session, "state_dir": tmp_path / "ann"}
    beekeeper.deploy(config(), **here)
    ours = item(cloud)["owner"]["S"]
    assert ours.startswith(lease.this_machine())
    cloud.wire.clear()
    beekeeper.deploy(config(), **here)
    assert cloud.wire.mutations == []

    TableLease(cloud.aws(), cloud.names().stem, ours).take()  # as a killed process leaves it
    there: dict[str, Any] = {**here, "state_dir": tmp_path / "bob"}
    with pytest.raises(LockedError, match="is working on this room"):
        beekeeper.destroy(ROOM, **there)
    beekeeper.destroy(ROOM, **here)
    assert inventory() == {}


def test_a_name_in_another_encoding_can_be_stored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", "m\udcfcller")  # as Python reads it from an old system
    assert lease.this_machine().startswith("m?ller@")
