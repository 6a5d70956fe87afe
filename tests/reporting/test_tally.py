"""The counts of a report, compared with the visitors themselves."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beekeeper.reporting.tally import BASE_SECONDS, Tally, percentiles, steps_of
from tests.reporting.events import START, tally

SECONDS = st.floats(0, 5_000).map(lambda seconds: START + seconds)
WAITS = st.floats(0, 900)
# When each joined, how long they waited, and how long after that they came, if they did.
VISITORS = st.lists(st.tuples(SECONDS, WAITS, st.none() | st.floats(0, 600)), max_size=20)


@settings(max_examples=50)
@given(VISITORS, st.integers(0, 20))
def test_every_visitor_is_in_one_step_and_every_sum_is_that_of_the_visitors(
    visitors: list[tuple[float, float, float | None]], waiting: int
) -> None:
    found = tally()
    for joined_at, wait, came in visitors:
        slot = joined_at + wait
        found.add(joined_at, slot, None if came is None else slot + came, is_over=True)
    found.place_waiting(waiting)
    seconds, steps = steps_of(found)
    came_after = [came for _, _, came in visitors if came is not None]
    assert sum(step.joined for step in steps) == len(visitors) + waiting
    assert sum(step.admitted for step in steps) == len(visitors)
    assert sum(step.entered for step in steps) == len(came_after)
    assert sum(step.late for step in steps) == pytest.approx(
        sum(came > 30 for came in came_after), abs=sum(29.99 < came < 30.01 for came in came_after)
    )
    for step in steps:
        assert step.prompt + step.late + step.never + step.pending == step.admitted
        assert sum(step.waits.values()) == step.admitted
    assert [step.at for step in steps] == [steps[0].at + seconds * i for i in range(len(steps))]
    if steps:
        assert steps[-1].waiting == waiting


@settings(max_examples=50)
@given(st.lists(st.integers(0, 50), min_size=1), st.floats(0.01, 1))
def test_so_many_waited_at_most_as_long_as_the_percentile(waits: list[int], share: float) -> None:
    (wait,) = percentiles({n: waits.count(n) for n in waits}, [share])
    assert sum(one <= wait for one in waits) >= share * len(waits)
    assert sum(one < wait for one in waits) < max(1, share * len(waits))


def test_nobody_has_no_percentiles_and_no_steps() -> None:
    assert list(percentiles({}, [0.5])) == []
    assert steps_of(tally())[1] == []


def test_what_happens_after_the_report_began_does_not_count() -> None:
    found = tally(until=START + 100)
    found.add(START, START + 90, START + 101, is_over=False)
    found.add(START, START + 101, START + 102, is_over=False)
    found.count(int(START) + 101, 5)
    assert (found.admitted.total(), found.entered.total(), found.pending.total()) == (1, 0, 1)
    assert not found.counted


def test_those_of_before_do_not_count() -> None:
    found = Tally(START, START + 100)
    found.add(START - 0.001, START + 5, None, is_over=False)
    found.add(START, START + 5, None, is_over=False)
    assert found.admitted.total() == 1


def test_those_who_wait_are_the_last_whom_the_producers_counted() -> None:
    found = tally()
    found.add(START, START + 5, None, is_over=False)
    for second, count in ((0, 3.0), (20, 2.0), (40, 4.0), (40, -1.0)):
        found.count(int(START) + second, count)
    found.place_waiting(4)
    assert found.joined == {int(START): 1, int(START) + 20: 1, int(START) + 40: 3}


def test_those_whom_no_producer_counted_come_last() -> None:
    found = tally()
    found.add(START + 50, START + 55, None, is_over=False)
    found.place_waiting(7)
    assert found.joined == {int(START) + 50: 8}
    found.place_waiting(7, are_all_since=False)
    assert found.joined == {int(START) + 50: 8}


@pytest.mark.parametrize(
    ("span", "seconds"),
    [(600, BASE_SECONDS), (1_300, 60), (86_000, 60), (5 * 86_000, 300), (14 * 86_400, 900)],
)
def test_a_longer_event_has_longer_steps(span: int, seconds: int) -> None:
    found = tally(until=START + span)
    found.add(START, START + span, None, is_over=True)
    length, steps = steps_of(found)
    assert length == seconds
    assert len(steps) == pytest.approx(span / seconds, abs=2)


def test_a_damaged_time_does_not_stretch_the_charts_over_years() -> None:
    now = 1_790_000_000.0
    tally = Tally(0.0, now)
    tally.add(1.0, now - 50, None, is_over=True)
    tally.add(now - 60, 1.0, 2.0, is_over=True)
    tally.add(now - 60, now - 50, now - 40, is_over=True)
    assert len(steps_of(tally)[1]) < 20
    assert (tally.admitted.total(), tally.entered.total()) == (2, 2)
