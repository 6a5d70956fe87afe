"""What `logs` writes of a line."""

import pytest

from beekeeper.cli.main import main
from beekeeper.results import LogLine
from beekeeper.room import Room
from tests.support.rooms import ROOM


@pytest.mark.usefixtures("deployed_room")
def test_no_line_steers_the_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    line = LogLine(9.0, "producer", "INFO", "a\x1b[2Jb\x9bc", fields={"path": "\x1b]0;x\x07"})
    monkeypatch.setattr(Room, "logs", lambda *_, **__: iter([line]))
    assert main(["logs", "--room", ROOM]) == 0
    assert capsys.readouterr().out.rstrip().endswith(r"a\x1b[2Jb\x9bc path=\x1b]0;x\x07")
