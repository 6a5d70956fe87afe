from hypothesis import given
from hypothesis import strategies as st

from beekeeper.rules.workers import CORE_MB, SMALL_MB, capacity_per_minute, memory_mb, workers_for

MAX_TARGETS = 5  # of an EventBridge rule (AWS quotas)


@given(st.integers(1, 300_000))
def test_workers_hold_the_rate_and_none_is_idle(rate: int) -> None:
    workers = workers_for(rate)
    assert 1 <= workers <= MAX_TARGETS
    assert capacity_per_minute(rate) >= rate
    assert (
        workers == 1 or workers_for(capacity_per_minute(rate) / workers * (workers - 1)) < workers
    )


def test_small_rooms_have_small_workers() -> None:
    assert memory_mb(600) == memory_mb(9_000) == SMALL_MB
    assert memory_mb(9_001) == memory_mb(300_000) == CORE_MB
    assert capacity_per_minute(600) == 9_000
    assert capacity_per_minute(10_000) == 60_000
