"""How producers count who joins: each visitor once, with few writes."""

import random
from collections.abc import Iterable

import pytest

from beekeeper.rules.arrivals import (
    SPAN_SECONDS,
    WRITES_AT_ONCE,
    WRITES_PER_SECOND,
    Counting,
    Counts,
    spans,
)
from tests.support.in_memory.line import T0, number

BUSY = [number(i / 100) for i in range(2_000)]  # a hundred a second, for twenty seconds
# Then hardly anybody comes.
QUIET = [number(30 + 0.6 * i) for i in range(200)]


def written(numbers: Iterable[int], seed: int = 1) -> list[tuple[int, Counts]]:
    """Return what one container writes: with which visitor, and which counts."""
    counting = Counting(random.Random(seed))
    return [(n, counting.take(n)) for n in numbers if counting.joined(n)]


def total(writes: Iterable[tuple[int, Counts]]) -> tuple[float, float]:
    """Return how many visitors were written, and the sum of their milliseconds."""
    counts = [count for _, some in writes for count in some.values()]
    return sum(visitors for visitors, _ in counts), sum(ms for _, ms in counts)


def test_a_quiet_container_writes_each_visit_at_once() -> None:
    assert written(QUIET) == [(n, {n // 1000: (1, n % 1000)}) for n in QUIET]


def test_a_small_crowd_is_counted_exactly() -> None:
    crowd = [number(i / 20) for i in range(WRITES_AT_ONCE - 1)]
    assert total(written(crowd))[0] == len(crowd)
    again = [n + 1500 for n in crowd]
    assert total(written([*crowd, *again]))[0] == 2 * len(crowd)


def test_a_busy_container_writes_some_times_a_second() -> None:
    writes = written(BUSY)
    assert len(writes) == pytest.approx(20 * WRITES_PER_SECOND, rel=0.3)


def test_containers_that_start_together_write_apart() -> None:
    # From the first second on. Before that, each writes its first visits at once.
    writes = [next(n for n, _ in written(BUSY, seed) if n > number(1)) for seed in range(50)]
    assert len(set(writes)) > 20
    assert max(writes) - min(writes) > 250


def test_what_is_held_back_is_counted_on_average() -> None:
    """A burst over many containers, of which nobody invokes any again."""
    chance, containers = random.Random(1), 300
    bursts = [
        sorted(number(chance.uniform(0, 3)) for _ in range(chance.randint(20, 50)))
        for _ in range(containers)
    ]
    counted = sum(total(written(numbers, i))[0] for i, numbers in enumerate(bursts))
    assert counted == pytest.approx(sum(map(len, bursts)), rel=0.03)


def test_a_container_that_writes_again_has_counted_exactly() -> None:
    numbers = [*BUSY, *QUIET]
    visitors, milliseconds = total(written(numbers))
    assert visitors == pytest.approx(len(numbers))
    assert milliseconds == pytest.approx(sum(n % 1000 for n in numbers))


def test_what_could_not_be_written_is_written_with_the_next_visit() -> None:
    counting, first, second = Counting(random.Random(1)), number(0.25), number(0.75)
    for n in (first, second):
        assert counting.joined(n)
        taken = counting.take(n)
        counting.give_back(taken)
    assert counting.take(second) == {int(T0): (2, 1_000)}


def test_the_spans_of_some_seconds() -> None:
    assert list(spans(0, SPAN_SECONDS - 1)) == [0]
    assert list(spans(SPAN_SECONDS - 0.1, SPAN_SECONDS)) == [0, SPAN_SECONDS]
    assert list(spans(SPAN_SECONDS, 3 * SPAN_SECONDS)) == [30, 60, 90]
