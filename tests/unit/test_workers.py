from hypothesis import given
from hypothesis import strategies as st

from beekeeper.rules.workers import capacity_per_minute, workers_for

MAX_TARGETS = 5  # of an EventBridge rule (AWS quotas)


@given(st.integers(1, 300_000))
def test_workers_hold_the_rate_and_none_is_idle(rate: int) -> None:
    workers = workers_for(rate)
    assert 1 <= workers <= MAX_TARGETS
    assert capacity_per_minute(workers) >= rate
    assert workers == 1 or capacity_per_minute(workers - 1) < rate
