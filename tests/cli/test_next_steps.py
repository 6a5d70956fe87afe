"""What the program shows without a command: how the folder stands, and what to do next."""

from pathlib import Path

import pytest

from beekeeper.cli.main import main
from beekeeper.config import FILE_NAME
from tests.support.rooms import DESTINATION, ROOM


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def shown(capsys: pytest.CaptureFixture[str]) -> list[str]:
    assert main([]) == 0
    return capsys.readouterr().out.splitlines()


def test_an_empty_folder_begins_with_the_demo(capsys: pytest.CaptureFixture[str]) -> None:
    lines = shown(capsys)
    assert lines[0] == f"There is no {FILE_NAME} and no room in this folder."
    assert lines[3].startswith("  python -m beekeeper demo")


def test_a_configured_room_is_planned_and_deployed(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = f'name = "sale"\ndestination = "{DESTINATION}"\nrate = 600\n'
    (here / FILE_NAME).write_text(text, "utf-8")
    lines = shown(capsys)
    assert lines[0] == f"Room sale is configured in {FILE_NAME}, and is not deployed yet."
    assert any(line.startswith("  python -m beekeeper deploy") for line in lines)


@pytest.mark.usefixtures("deployed_room")
def test_a_deployed_room_is_operated(capsys: pytest.CaptureFixture[str]) -> None:
    lines = shown(capsys)
    assert lines[0].startswith(f"Room {ROOM} is deployed in ")
    assert any(line.startswith("  python -m beekeeper watch ") for line in lines)
