"""A deploy over a running room: consumers of both releases run side by side, and the law holds."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beekeeper.contract import items
from beekeeper.provision.resources.table_items import LAST_TICK_SECONDS
from beekeeper.rules.cadence import CONSUMER_RUN_SECONDS
from tests.support.in_memory.stage import Stage
from tests.support.in_memory.virtual import START
from tests.support.windows import most_in

DEPLOYED_AFTER = 20.0
HALT_SECONDS = 2.0
# The longest that a call takes before its client gives up (handlers/consumer.py, _parts).
SLOW = {"ReceiveMessage": 4.9, "GetQueueAttributes": 4.9, "DeleteMessageBatch": 4.9}
SLOW_TABLE = 0.9


@settings(max_examples=12)
@given(
    st.sampled_from([120.0, 600.0, 1_200.0]),
    st.sampled_from([120.0, 600.0, 1_200.0]),
    st.integers(1, 3),
    st.floats(0.0, 10.0),
)
def test_the_rate_holds_and_the_line_goes_on(
    before: float, after: float, consumers: int, item_after_functions: float
) -> None:
    """Replace the functions, be interrupted for a while, and write the item with another rate."""
    stage = Stage(rate=before)
    stage.arrive(int(max(before, after) * 1.2))
    for i in range(consumers):  # of the earlier release: what runs goes on
        stage.start(CONSUMER_RUN_SECONDS, after=i * 0.3)
        stage.start(40, after=DEPLOYED_AFTER + 0.1 * i)  # of the new one
    written_at = DEPLOYED_AFTER + item_after_functions
    stage.world.start(lambda: stage.configure(rate=after), written_at)
    stage.world.run()

    times = [at - START for at in stage.let_through() if at - START < 60]
    changing = written_at + HALT_SECONDS  # a tick that has begun ends at the earlier rate
    for window in (0.5, 1.0, 5.0, 20.0):
        for rate, some in (
            (before, [at for at in times if at < written_at]),
            (after, [at for at in times if at > changing]),
            (max(before, after), times),
        ):
            assert most_in(some, window) <= rate * (window + 2) / 60 + 1
    assert max(b - a for a, b in pairwise(times)) <= HALT_SECONDS


@pytest.mark.parametrize("consumers", [1, 3])
@pytest.mark.parametrize("taken_at", [10 + i / 100 for i in range(0, 100, 4)])
def test_nobody_of_the_earlier_format_admits_when_the_new_one_is_written(
    consumers: int, taken_at: float
) -> None:
    stage = Stage()
    stage.arrive(2_000)

    def latency() -> float:
        return SLOW.get(stage.calls.names[-1], SLOW_TABLE) if stage.calls.names else 0.0

    def take_the_format_away() -> None:
        stage.calls.latency = latency  # the last tick is as slow as it can be
        stage.dynamo.items[items.ROOM]["format"] = items.number(items.CHANGING_FORMAT)

    for i in range(consumers):
        stage.start(CONSUMER_RUN_SECONDS, after=i * 0.3)
        stage.start(CONSUMER_RUN_SECONDS, after=15 + i)
    stage.world.start(take_the_format_away, taken_at)
    stage.world.run()
    written = [write.at - START for write in stage.dynamo.writes]
    assert 50 < len(written) < 200
    assert max(written) < taken_at + LAST_TICK_SECONDS
    assert stage.accounted() == set(stage.tickets)
