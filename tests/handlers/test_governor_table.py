"""The governor's item in rough times: written twice, damaged, denied and throttled."""

import logging
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from beekeeper.contract import items
from beekeeper.contract.governor_item import measured_values
from beekeeper.handlers.governor import Governor
from beekeeper.rules.governed import Governed
from beekeeper.rules.governor import Memory
from tests.support.in_memory.governed import AUTOMATIC, FAILED, Minutes
from tests.support.in_memory.virtual import START


@pytest.mark.parametrize("earlier", [0, 1])
def test_of_two_governors_in_one_minute_the_first_writes(earlier: int) -> None:
    minutes = Minutes()
    for _ in range(earlier):
        minutes.minute()
    minutes.answers = lambda: FAILED
    one = Governor(minutes.table, minutes.burst, minutes.world.clock, minutes.world.sleep)
    known = minutes.table.read(minutes.world.now)
    minutes.minute()
    first = minutes.held
    assert first.pace > 0
    one.answers = [FAILED] * 20
    one._hold(known, Memory(), 600.0)
    assert minutes.held == first


def test_an_item_that_somebody_damaged_is_replaced() -> None:
    minutes = Minutes()
    minutes.dynamo.put({**items.key(items.GOVERNOR), "held_at": {"S": "x"}, "pace": {"N": "-1"}})
    assert minutes.minute().pace == AUTOMATIC.rate


STORED = st.sampled_from(
    [{"S": "x"}, {"S": "[1e300,-1]"}, {"NULL": True}, {"N": "-1"}, {"N": "1e100"}, {"L": []}]
) | st.floats(0.001, 2 * START).map(items.number)


@given(st.dictionaries(st.sampled_from(sorted(measured_values(Governed()))), STORED))
def test_whatever_somebody_makes_of_the_item_the_pace_stays_within_its_bounds(
    damage: dict[str, Any],
) -> None:
    minutes = Minutes(answers=lambda: FAILED)
    minutes.dynamo.put({**items.key(items.GOVERNOR), **damage})
    assert AUTOMATIC.governor_floor <= minutes.minute().pace <= AUTOMATIC.rate
    assert minutes.held.held_at >= START


@pytest.mark.parametrize("code", ["AccessDeniedException", "ThrottlingException"])
def test_a_table_that_cannot_be_read_is_an_error_and_nothing_is_probed(code: str) -> None:
    minutes = Minutes()
    minutes.dynamo.refuse_read(items.GOVERNOR, code)
    with pytest.raises(ClientError, match=code):
        minutes.minute()
    assert minutes.bursts == []


def test_a_pulse_that_cannot_be_read_leaves_the_baseline() -> None:
    minutes = Minutes()
    minutes.minute()
    refuse = minutes.dynamo.refuse_read
    minutes.world.start(lambda: refuse(items.PULSE, "ThrottlingException"), after=5)
    minutes.world.start(minutes.minute)
    minutes.world.run()
    assert minutes.held.baseline_seconds == 0.1
    assert minutes.held.held_at > START + 60


@pytest.mark.parametrize("code", ["AccessDeniedException", "ThrottlingException"])
def test_an_item_that_cannot_be_written_is_an_error_with_its_measurement(
    code: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    minutes = Minutes()
    minutes.dynamo.refuse_write(items.GOVERNOR, code)
    with caplog.at_level(logging.INFO), pytest.raises(RuntimeError, match="can't be written"):
        minutes.minute()
    assert caplog.records[-1].governor["item"] == "not written"  # type: ignore[attr-defined]
