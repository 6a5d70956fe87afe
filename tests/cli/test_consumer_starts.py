"""Commands that start a consumer: what they say if it runs, and if it does not."""

import json
import time
from pathlib import Path
from typing import Any

import pytest

import beekeeper
from beekeeper.cli.confirm import consumer_problem
from beekeeper.cli.main import main
from beekeeper.cli.output import Output
from beekeeper.contract import items, pulse_item
from beekeeper.provision.aws import Aws
from beekeeper.rules.line import Pulse
from tests.support.moto_aws.cloud import Cloud
from tests.support.moto_aws.wire import refuse
from tests.support.rooms import ROOM

TABLE = "beekeeper-sale"


@pytest.fixture(autouse=True)
def here(deployed_room: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def publish(cloud: Cloud, pulse: Pulse) -> None:
    item = {**items.key(items.PULSE), **pulse_item.pulse_values(pulse)}
    cloud.client("dynamodb").put_item(TableName=TABLE, Item=item)
    cloud.wire.clear()


@pytest.mark.usefixtures("consumer")
def test_on_says_that_a_consumer_runs(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["on"]) == 0
    said = capsys.readouterr()
    assert "Room sale is on." in said.out
    assert "A consumer is running." in said.err


def test_a_consumer_that_does_not_start_is_a_part_of_the_result(where: dict[str, Any]) -> None:
    room, output = beekeeper.Room(ROOM, **where), Output(as_json=True)
    room.on()
    assert "has not started within 20 s" in consumer_problem(room, output)


def test_a_clear_without_a_consumer_says_that_the_line_is_cleared(
    cloud: Cloud, where: dict[str, Any]
) -> None:
    cloud.wire.add(refuse("lambda:Invoke", "AccessDeniedException", status=403))
    with pytest.raises(beekeeper.ProvisionError, match="is cleared: don't clear it again"):
        beekeeper.clear(ROOM, **where)


def test_on_says_that_the_room_is_on_if_its_functions_cannot_be_woken(
    cloud: Cloud, where: dict[str, Any]
) -> None:
    beekeeper.off(ROOM, **where)
    cloud.wire.add(refuse("lambda:GetFunction", "AccessDeniedException", status=403))
    with pytest.raises(beekeeper.ProvisionError, match="Room sale is on, but its functions"):
        beekeeper.on(ROOM, **where)


def test_a_configuration_that_is_refused_by_now_keeps_nobody_from_operating(
    cloud: Cloud, where: dict[str, Any]
) -> None:
    path = cloud.state_dir / "sale.json"
    state = json.loads(path.read_text(encoding="utf-8"))
    state["config"]["tags"] = {"Cost Center": "R&D, 100%"}
    path.write_text(json.dumps(state), encoding="utf-8")
    beekeeper.pause(ROOM, **where)
    assert beekeeper.status(ROOM, **where).mode == "paused"
    with pytest.raises(beekeeper.ConfigError):
        beekeeper.Room(ROOM, **where).deploy()
    assert len(beekeeper.destroy(ROOM, **where).deleted) == 34


def test_what_a_consumer_published_before_does_not_say_that_one_has_started(
    cloud: Cloud, where: dict[str, Any]
) -> None:
    room = beekeeper.Room(ROOM, **where)
    publish(cloud, Pulse(as_of=time.time() - 3))
    room.wait_for_consumer()
    room.on()
    with pytest.raises(beekeeper.ProvisionError, match="has not started within 20 s"):
        room.wait_for_consumer()


@pytest.mark.usefixtures("consumer")
def test_a_consumer_may_publish_before_aws_answers_that_it_was_started(
    where: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Aws, "answered_at", lambda self, response: time.time() + 0.5)
    room = beekeeper.Room(ROOM, **where)
    room.on()
    room.wait_for_consumer()


def test_a_consumer_that_does_not_start(cloud: Cloud, where: dict[str, Any]) -> None:
    room = beekeeper.Room(ROOM, **where)
    room.on()
    with pytest.raises(beekeeper.ProvisionError) as raised:
        room.wait_for_consumer()
    said = str(raised.value)
    assert "has not started within 20 s, and without it nobody is admitted" in said
    assert "python -m beekeeper logs --function consumer" in said
    assert sum(cloud.time.sleeps) < 25
