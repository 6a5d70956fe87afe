"""What commands write of texts that others have written."""

import io

import pytest
from rich.console import Console

from beekeeper.cli.main import main
from beekeeper.cli.output import printable
from beekeeper.cli.watch_feed import Look
from beekeeper.cli.watch_screen import Screen
from beekeeper.results import Entry, LogLine
from beekeeper.room import Room
from tests.support.rooms import ROOM
from tests.support.statuses import status

ENTRY = Entry(1.0, "rate", "1", "2", by="ann", place="ann@h\x1b[2J", reason="r\u202ex", number=1)


@pytest.mark.usefixtures("deployed_room")
def test_no_line_steers_the_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    line = LogLine(9.0, "producer", "\x1b[H", "a\x1b[2Jb\x9bc", fields={"path": "\x1b]0;x\x07"})
    monkeypatch.setattr(Room, "logs", lambda *_, **__: iter([line]))
    assert main(["logs", "--room", ROOM]) == 0
    written = capsys.readouterr().out.rstrip()
    assert "\x1b" not in written
    assert written.endswith(r"a\x1b[2Jb\x9bc path=\x1b]0;x\x07")


@pytest.mark.usefixtures("deployed_room")
def test_no_row_of_the_history_steers_the_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(Room, "history", lambda *_, **__: (ENTRY,))
    assert main(["history", "--room", ROOM]) == 0
    written = capsys.readouterr().out
    assert r"by ann (ann@h\x1b[2J)" in written
    assert r"because: r\u202ex" in written


def test_no_row_of_the_history_steers_a_watch() -> None:
    console = Console(file=io.StringIO(), width=100, height=40)
    screen = Screen(Look(status(), (ENTRY,)), 1.0)
    console.print(screen.draw(console, "", 1.0))
    assert isinstance(console.file, io.StringIO)
    assert r"ann@h\x1b[2J" in console.file.getvalue()


def test_the_spaces_of_other_languages_stay() -> None:
    assert printable("à 10\u00a0h\u202f!") == "à 10\u00a0h\u202f!"
