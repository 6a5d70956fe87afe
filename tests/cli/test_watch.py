"""The command watch where its output is no terminal, and what it reads."""

import json
import os
import sys
from pathlib import Path

import pytest

import beekeeper
from beekeeper.cli.main import main
from beekeeper.cli.output import Output
from beekeeper.cli.watch import _write_json, _write_lines
from beekeeper.cli.watch_feed import Feed, Look, looks
from beekeeper.cli.watch_keys import NoKeys, keys
from beekeeper.errors import RoomNotFoundError
from beekeeper.results import Trouble
from tests.support.moto_aws.cloud import Cloud
from tests.support.moto_aws.wire import refuse
from tests.support.statuses import status

SEEN = [Look(status()), Look(Trouble("sale", 1_000.0, 940.0, "No network.")), Look(status())]


def test_without_a_terminal_each_look_is_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    _write_lines(SEEN, Output(as_json=False))
    shown = [line.partition("  ")[2] for line in capsys.readouterr().out.splitlines()]
    assert shown[0] == "green: The line moves, and 12,345 visitors wait."
    assert (
        shown[1]
        == shown[4]
        == (
            "green  on  waiting 12,345  a wait of 21 min  arrivals ~812 a minute"
            "  admitted 598 a minute of 600"
            "  in all joined ~23,456, admitted 11,111, entered 10,888, not come yet 223+"
        )
    )
    assert shown[2].endswith("No network.")
    assert shown[3].startswith("The room can be read again")


def test_with_json_each_look_is_a_line_of_it(capsys: pytest.CaptureFixture[str]) -> None:
    _write_json(SEEN, Output(as_json=True))
    first, second, _ = map(json.loads, capsys.readouterr().out.splitlines())
    assert (first["light"], first["waiting"]) == ("green", 12_345)
    assert second == {"room": "sale", "at": 1_000.0, "since": 940.0, "reason": "No network."}


def test_the_history_is_read_only_when_something_was_changed(
    deployed_room: beekeeper.Room, cloud: Cloud
) -> None:
    seen = looks(deployed_room, 2)
    next(seen)
    assert next(seen).entries == ()
    deployed_room.set_rate(900, reason="two more servers")
    assert next(seen).entries[-1].reason == "two more servers"
    assert next(seen).entries == ()


def test_a_history_that_cannot_be_read_ends_no_watch(
    deployed_room: beekeeper.Room, cloud: Cloud
) -> None:
    cloud.wire.add(refuse("dynamodb:GetItem", "AccessDeniedException"))
    look = next(looks(deployed_room, 2))
    assert (look.seen.room, look.entries) == ("sale", ())
    assert "AccessDenied" in look.no_history


def test_a_thread_reads_the_room(deployed_room: beekeeper.Room) -> None:
    with Feed(deployed_room) as feed:
        assert feed.first().seen.room == "sale"


def test_what_ends_the_thread_is_raised_where_it_is_seen(cloud: Cloud, tmp_path: Path) -> None:
    room = beekeeper.Room("nosuch", session=cloud.session, state_dir=tmp_path)
    with Feed(room) as feed, pytest.raises(RoomNotFoundError):
        feed.first()


def test_a_room_that_does_not_exist_is_an_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["watch", "--room", "nosuch", "--state-dir", str(tmp_path)]) == 1
    assert "There is no room nosuch" in capsys.readouterr().err


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals")
def test_keys_come_at_once_and_the_terminal_is_put_back(monkeypatch: pytest.MonkeyPatch) -> None:
    import termios

    ours, theirs = os.openpty()
    with os.fdopen(theirs, encoding="utf-8") as terminal:
        monkeypatch.setattr(sys, "stdin", terminal)
        before = termios.tcgetattr(terminal)
        with keys() as pressed:
            os.write(ours, "rü\x1b[A".encode())
            assert pressed.read(5) == "rü"
            assert pressed.read(0) == ""
            assert termios.tcgetattr(terminal) != before
        assert termios.tcgetattr(terminal) == before
    os.close(ours)


def test_an_input_that_is_no_terminal_has_no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    with Path(os.devnull).open() as nothing:
        monkeypatch.setattr(sys, "stdin", nothing)
        with keys() as pressed:
            assert isinstance(pressed, NoKeys)
            assert pressed.read(0) == ""
