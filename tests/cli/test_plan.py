"""plan: what it shows, and how it uses the width of a terminal."""

from types import SimpleNamespace
from typing import Any

import pytest

from beekeeper.cli import plan as command
from beekeeper.cli.changes import attributes
from beekeeper.cli.output import Output
from beekeeper.results import Action, Change, Plan

NAME = "beekeeper-summer-sale-producer-eu-central-1"
CREATED = Change(Action.CREATE, "response headers policy", NAME)
UPDATED = Change(Action.UPDATE, "queue", "sale", {"seconds": (1, 2)})
SAME = Change(Action.UNCHANGED, "bucket", "beekeeper-sale-bucket")
POLICY = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow"}]}
ARN = "arn:aws:lambda:eu-central-1:123456789012:function:beekeeper-sale"


def shown(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    *changes: Change,
    columns: int = 80,
    **more: Any,
) -> str:
    def configured(_options: Any) -> Any:
        return SimpleNamespace(plan=lambda: Plan("sale", changes, {}, **more))

    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setattr(command, "configured_room", configured)
    options: Any = SimpleNamespace(policies=False, exit_code=False)
    assert command.run_plan(options, Output(as_json=False)) == 0
    return capsys.readouterr().out


def test_what_changes_is_shown_and_the_rest_is_counted(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    found = shown(monkeypatch, capsys, UPDATED, CREATED, SAME, SAME)
    assert found == (
        "Room sale\n"
        " ~ update  queue                    sale\n"
        "      seconds: 1 → 2\n"
        f" + create  response headers policy  {NAME}\n"
        "Deploy would create 1, update 1 of 4 resources. 2 stay as they are. To do it, run: python"
        " -m beekeeper deploy\n"
    )


def test_a_room_that_is_up_to_date(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    found = shown(monkeypatch, capsys, SAME, SAME)
    assert found == "Nothing to change: the room is up to date, with 2 resources.\n"


def test_a_name_is_in_one_piece_in_a_narrow_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    found = shown(monkeypatch, capsys, CREATED, columns=60)
    assert f" + create  response headers policy\n    {NAME}\n" in found


def test_a_terminal_gets_lines_that_end_between_words(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    note = "The campaign link will change to https://queue.example.com/ for those who come."
    monkeypatch.setenv("FORCE_COLOR", "1")  # as on a terminal
    monkeypatch.setenv("NO_COLOR", "1")
    found = shown(monkeypatch, capsys, SAME, columns=60, notes=[note])
    broken = note.replace(" https", "\nhttps")
    assert f"Note: {broken}\n" in found
    monkeypatch.delenv("FORCE_COLOR")
    assert f"Note: {note}\n" in shown(monkeypatch, capsys, SAME, columns=60, notes=[note])


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (14, 30, ["x: 14 → 30"]),
        (0.5, 3_000_000.0, ["x: 0.5 → 3,000,000"]),
        (False, True, ["x: false → true"]),
        (None, "", ['x: none → ""']),
        (["subnet-1"], [], ["x: subnet-1 → none"]),
        (None, {"retries": 0}, ["x.retries: none → 0"]),
        ({"a": 1, "b": 2}, {"a": 1, "b": 3, "c": 4}, ["x.b: 2 → 3", "x.c: none → 4"]),
        ({"a": POLICY}, {"a": {}, "b": POLICY}, ["x.a: removed", "x.b: added"]),
        (POLICY, {**POLICY, "Version": "2008-10-17"}, ["x: changed"]),
        ("d9f4b3bc3f8ba866", "4024523be5c23c8b", ["x: changed"]),
        (f"{'Ab+/' * 10}abc=", f"{'Ab+/' * 10}abd=", ["x: changed"]),
        (f"{ARN}-room", f"{ARN}-turnstile", ["x: beekeeper-sale-room → beekeeper-sale-turnstile"]),
        ("z" * 90, f"{'z' * 45}b{'z' * 44}", ["x: changed"]),
        ("z" * 90, "b", [f"x: {'z' * 32}…{'z' * 32} → b"]),
        ("z" * 40, "y" * 20, [f"x: {'z' * 40} → {'y' * 20}"]),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_value_is_shown_shortly_or_not_at_all(before: Any, after: Any, told: list[str]) -> None:
    assert attributes(Change(Action.UPDATE, "role", "sale", {"x": (before, after)})) == told
