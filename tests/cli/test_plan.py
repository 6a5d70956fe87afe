"""plan: how its table uses the width of a terminal."""

from types import SimpleNamespace
from typing import Any

import pytest

from beekeeper.cli import plan as command
from beekeeper.cli.output import Output
from beekeeper.results import Action, Change, Plan

NAME = "beekeeper-summer-sale-producer-eu-central-1"
CREATED = Change(Action.CREATE, "response headers policy", NAME)
UPDATED = Change(Action.UPDATE, "queue", "sale", {"seconds": (1, 2)})


def shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *changes: Change
) -> str:
    def configured(_options: Any) -> Any:
        return SimpleNamespace(plan=lambda: Plan("sale", changes, {}))

    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr(command, "configured_room", configured)
    options: Any = SimpleNamespace(policies=False, exit_code=False)
    assert command.run_plan(options, Output(as_json=False)) == 0
    return capsys.readouterr().out


def test_a_new_room_has_its_names_in_one_piece(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    found = shown(monkeypatch, capsys, CREATED)
    assert NAME in found
    assert "what changes" not in found


def test_what_changes_is_told_beside_the_names(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    found = shown(monkeypatch, capsys, UPDATED, CREATED)
    assert "what changes" in found
    assert "seconds: 1 → 2" in found
