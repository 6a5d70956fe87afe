"""The rows that say what the governor did, for reports."""

import logging
from dataclasses import replace

import pytest

from beekeeper.contract import decision_rows
from beekeeper.contract.attributes import Damaged
from beekeeper.rules.governed import Governed
from tests.support.in_memory.governed import AUTOMATIC, FAILED, Minutes, well


def decisions(minutes: Minutes) -> list[tuple[float, float, str, str]]:
    """Return the decisions in the table, in order: when, the pace, the mode and the reason."""
    rows = minutes.dynamo.items.items()
    found = [row for item_id, row in rows if item_id.startswith(decision_rows.PREFIX)]
    return sorted(decision_rows.decision_of(row) for row in found)


def test_a_row_is_written_only_when_the_pace_changes() -> None:
    minutes = Minutes()
    for _ in range(3):
        minutes.minute()
    assert [pace for _, pace, _, _ in decisions(minutes)] == [AUTOMATIC.rate]
    minutes.answers = lambda: FAILED
    held = minutes.minute()
    last = decisions(minutes)[-1]
    assert last == (held.held_at, held.pace, "automatic", held.reason)
    assert held.pace < AUTOMATIC.rate
    assert len(decisions(minutes)) == 2


def test_a_governor_that_was_silent_says_again_what_it_holds() -> None:
    minutes = Minutes()
    minutes.minute()
    minutes.world.now += 600
    minutes.minute()
    assert len(decisions(minutes)) == 2


@pytest.mark.parametrize("code", ["AccessDeniedException", "ThrottlingException"])
def test_a_row_that_cannot_be_written_is_missing_only_in_the_report(
    code: str, caplog: pytest.LogCaptureFixture
) -> None:
    minutes = Minutes(answers=lambda: well(0.1))
    now = int(minutes.world.now)
    for second in range(now, now + 180):
        minutes.dynamo.refuse_write(f"{decision_rows.PREFIX}{second}", code)
    with caplog.at_level(logging.WARNING):
        assert minutes.minute().pace == AUTOMATIC.rate
    assert "noting a decision for reports failed" in caplog.text
    assert decisions(minutes) == []


def test_a_row_is_read_as_it_was_written() -> None:
    held = Governed(pace=300.0, held_at=1_795_800_061.5, reason="x" * 500)
    row = decision_rows.decision_item(held, AUTOMATIC)
    assert row["id"] == {"S": "decision#1795800061"}
    read = (held.held_at, 300.0, "automatic", "x" * 300)
    assert decision_rows.decision_of(row) == read
    with pytest.raises(Damaged):
        decision_rows.decision_of({**row, "pace": {"S": "x"}})


def test_a_new_rate_is_a_new_decision() -> None:
    minutes = Minutes()
    minutes.minute()
    minutes.dynamo.set_room(replace(AUTOMATIC, rate=900))
    minutes.minute()
    assert [pace for _, pace, _, _ in decisions(minutes)][-1] == 900
