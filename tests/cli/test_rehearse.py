"""rehearse: what it says and asks, and when it is refused, before any visitor comes."""

import io
import json
from pathlib import Path
from typing import Any

import pytest

import beekeeper
from beekeeper.cli.main import main
from beekeeper.contract import items, pulse_item
from beekeeper.errors import BeekeeperError
from beekeeper.rules.line import Pulse
from tests.support.moto_aws.cloud import Cloud
from tests.support.rooms import DESTINATION, ROOM


@pytest.fixture(autouse=True)
def here(deployed_room: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_it_says_what_will_happen_and_asks(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    assert main(["rehearse"]) == 1
    said = capsys.readouterr().err
    assert "1,200 visitors will follow the campaign link within 30 s" in said
    assert "go in at 600 a minute, for 3 min at most" in said
    assert DESTINATION in said
    assert "Begin the rehearsal? [y/N]" in said
    assert "Nothing was changed" in said
    assert "too few" not in said


def test_a_crowd_that_is_too_small_to_measure_the_rate_is_told_before(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    assert main(["rehearse", "--visitors", "40"]) == 1
    said = capsys.readouterr().err
    assert "They are too few to measure the rate: that takes 280." in " ".join(said.split())


def test_a_room_that_is_not_on_is_refused(
    where: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    beekeeper.pause(ROOM, **where)
    assert main(["rehearse", "--yes"]) == 1
    said = capsys.readouterr().err
    assert "Room sale is paused. A rehearsal needs it on: python -m beekeeper on" in said


def test_a_room_in_which_people_wait_is_refused(
    cloud: Cloud, where: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    item = {**items.key(items.PULSE), **pulse_item.pulse_values(Pulse(waiting=12, as_of=9.0))}
    cloud.client("dynamodb").put_item(TableName=cloud.names().stem, Item=item)
    assert main(["rehearse", "--yes", "--json"]) == 1
    error = json.loads(capsys.readouterr().out)
    assert "In room sale, visitors wait (12)." in error["message"]
    assert "python -m beekeeper clear" in error["message"]
    with pytest.raises(BeekeeperError, match="visitors wait"):
        beekeeper.rehearse(ROOM, **where)


def test_a_size_that_is_not_possible_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rehearse", "--visitors", "3000"]) == 1
    assert "1 to 2,000 visitors" in capsys.readouterr().err
    assert main(["rehearse", "--minutes", "0"]) == 1
    assert "1 to 60 minutes" in capsys.readouterr().err


def test_a_room_of_another_account_is_refused(
    cloud: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    (path,) = cloud.state_dir.glob("*.json")
    state = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**state, "account": "999999999999"}), encoding="utf-8")
    assert main(["rehearse", "--yes"]) == 1
    assert "999999999999" in capsys.readouterr().err
