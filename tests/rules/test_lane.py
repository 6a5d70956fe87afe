"""The lane for latecomers: its slots, its share, and the waits it tells."""

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beekeeper.contract import pace_item
from beekeeper.rules import pacing
from beekeeper.rules.lane import (
    EMPTY,
    LONG_AGO,
    MARKS_SECONDS,
    Lane,
    Mark,
    Shared,
    is_short,
    share,
    shortest_wait_seconds,
    wait_seconds,
)
from beekeeper.rules.no_shows import PROMPT_SECONDS
from tests.support.in_memory.virtual import START
from tests.support.windows import most_in

LANE = Lane(12, 10, (Mark(START, START + 3, 4), Mark(START + 10, START + 10, 1)))


def test_each_number_has_the_slot_at_which_it_was_served() -> None:
    assert [LANE.slot_of(number) for number in range(5, 12)] == [
        LONG_AGO,
        START,
        START + 1,
        START + 2,
        START + 3,
        START + 10,
        None,
    ]
    assert (LANE.waiting, LANE.ahead_of(11), LANE.ahead_of(13), LANE.ahead_of(3)) == (2, 0, 2, 0)
    assert Lane(3, 5).waiting == 0


def test_marks_are_kept_until_nobody_can_use_them() -> None:
    assert LANE.after([], START + 900) is LANE
    later = LANE.after([START + 40, START + 41], START + 3 + MARKS_SECONDS)
    assert (later.served, len(later.marks)) == (12, 3)
    assert later.marks[-1] == Mark(START + 40, START + 41, 2)
    assert len(LANE.after([START + 50], START + 3.1 + MARKS_SECONDS).marks) == 2
    assert MARKS_SECONDS > PROMPT_SECONDS + 2


def test_numbers_keep_their_slots_where_the_line_ran_out_of_tickets() -> None:
    slots = share(START, START, 600, 4, Lane(30), 600, line_is_short=True).late
    lane = Lane(30).after(slots, START)
    found = [lane.slot_of(number + 1) for number in range(len(slots))]
    assert found == pytest.approx(slots, abs=0.11)
    assert len(lane.marks) <= 3


def test_the_newest_of_two_copies() -> None:
    older = Lane(15, 8, (Mark(START, START + 3, 4),))
    assert LANE.newest(older) == older.newest(LANE) == replace(LANE, given=15)


@given(st.lists(st.lists(st.floats(0, 3), min_size=1, max_size=5).map(sorted), max_size=40))
def test_lane_round_trip(claims: list[list[float]]) -> None:
    lane, at = Lane(500), START
    for claim in claims:
        lane, at = lane.after([at + slot for slot in claim], at), at + 1
    stored = pace_item.lane_attribute(lane)
    found = pace_item.lane_of({"lane": stored})
    assert (found.given, found.served, len(found.marks)) == (500, lane.served, len(lane.marks))
    for mark, known in zip(found.marks, lane.marks, strict=True):
        assert mark.first == pytest.approx(known.first, abs=0.002)
        assert mark.last == pytest.approx(known.last, abs=0.002)
        assert mark.count == known.count
    assert len(stored["S"]) < 950  # with the rest of the item, one write unit


texts = [
    *("x", "7", "{}", "[1,2]", "[1,-2,[]]", "[1,2,[[1]]]", "[1,2,[null]]", "[1e400,1,1]"),
    *('[1,2,[[1,2,"x"]]]', "[1,2,[[1,2,-3]]]", "[1,2,[[1e15,0,1]]]", "[1e13,2,[]]"),
]
damaged = [{"N": "-5"}, {"BOOL": True}, {"L": []}, {"M": {}}, *({"S": text} for text in texts)]


@pytest.mark.parametrize("lane", damaged, ids=str)
def test_a_damaged_lane_counts_as_empty(lane: object) -> None:
    assert pace_item.lane_of({"id": {"S": "pace"}, "lane": lane}) == EMPTY


def claims(
    pace: float,
    rate: float,
    *,
    waiting: int,
    in_hand: int,
    short: bool,
    seconds: int,
    consumers: int,
) -> tuple[list[float], list[float]]:
    """Let consumers claim in turn, each about once a second. Return the line's and lane's slots."""
    chance, lane, paced_at = random.Random(1), Lane(waiting), 0.0
    line, late = list[float](), list[float]()
    for i in range(seconds * consumers):
        now = START + (i + chance.uniform(-0.2, 0.2)) / consumers
        shared = share(paced_at, now, pace, in_hand, lane, rate, line_is_short=short)
        lane, paced_at = lane.after(shared.late, now), shared.paced_at
        line, late = [*line, *shared.line], [*late, *shared.late]
    return line, late


@pytest.mark.parametrize("consumers", [1, 3])
@pytest.mark.parametrize("rate", [2.0, 60.0, 600.0, 6_000.0])
@pytest.mark.parametrize("overbooked", [1.0, 1.4, 3.0])
def test_latecomers_get_a_quarter_while_others_wait(
    rate: float, overbooked: float, consumers: int
) -> None:
    seconds = int(max(100, 24_000 / rate))
    line, late = claims(
        rate * overbooked,
        rate,
        waiting=10**6,
        in_hand=10**6,
        short=False,
        seconds=seconds,
        consumers=consumers,
    )
    arrivals = len(late) + len(line) / overbooked
    assert arrivals == pytest.approx(rate * seconds / 60, rel=0.03, abs=4)
    assert len(late) == pytest.approx(arrivals / 4, rel=0.09, abs=2)
    for window in (1.0, 10.0, 60.0):
        both = sorted(line + late)
        assert most_in(both, window) <= rate * overbooked * (window + 0.001) / 60 + 1


def test_the_lane_has_all_that_a_short_line_does_not_need() -> None:
    line, late = claims(600, 600, waiting=5_000, in_hand=3, short=True, seconds=100, consumers=1)
    assert len(line) == 300
    assert len(late) == pytest.approx(700, abs=20)


def test_a_long_line_of_which_few_are_in_hand_keeps_its_part() -> None:
    """A FIFO queue hands out ten at a time, or nobody while another consumer has them."""
    _, late = claims(600, 600, waiting=5_000, in_hand=0, short=False, seconds=100, consumers=2)
    assert 150 < len(late) <= 251


def test_the_lane_is_served_in_order_and_not_beyond_its_numbers() -> None:
    shared = share(0.0, START, 60, 0, Lane(1), 60, line_is_short=True)
    assert shared == Shared([], [START], START)
    again = share(0.0, START, 60, 2, Lane(9, 9), 60, line_is_short=True)
    assert (len(again.line), again.late) == (2, ())


def test_an_empty_claim_leaves_the_schedule() -> None:
    taken = START + pacing.LOOKAHEAD_SECONDS
    assert share(taken, START, 600, 5, EMPTY, 600, line_is_short=True).paced_at == taken
    assert share(taken, START, 600, 5, Lane(5), 600, line_is_short=True) == Shared([], [], taken)


def test_without_latecomers_the_line_has_all() -> None:
    alone = pacing.claim(START, START, 600, 100)
    shared = share(START, START, 600, 100, EMPTY, 600, line_is_short=False)
    assert (shared.line, shared.paced_at) == (alone.slots(), alone.paced_at)


@given(
    st.floats(START - 10, START + 20),
    st.floats(1, 60_000),
    st.floats(1, 3),
    st.integers(0, 50),
    st.integers(0, 50),
    st.booleans(),
)
def test_any_shared_claim_is_in_the_window(
    paced_at: float, rate: float, more: float, wanted: int, waiting: int, short: bool
) -> None:
    shared = share(paced_at, START, rate * more, wanted, Lane(waiting), rate, line_is_short=short)
    slots = sorted([*shared.line, *shared.late])
    assert len(shared.line) <= wanted
    assert len(shared.late) <= waiting
    assert all(START - 0.501 <= slot <= START + 1.501 for slot in slots)
    before = [pacing.trusted(paced_at, START), *slots]
    for first, second in zip(before, slots, strict=False):
        assert second - first >= 60 / (rate * more) - 1e-5


def test_waits() -> None:
    lane = Lane(30, 10, (Mark(START, START, 10),))

    def wait(number: int, now: float, *, short: bool = False, paced_at: float = 0.0) -> float:
        return wait_seconds(number, lane, paced_at, 60, now, line_is_short=short)

    assert wait(11, START + 1) == 3
    assert wait(13, START + 1) == 11
    assert wait(13, START + 1, short=True) == 2
    assert wait(11, START + 99) == 0
    assert wait(12, START + 99) == 4
    # The next slot of all is later than the lane's time.
    assert wait(11, START + 99, paced_at=START + 98.5) == 0.5
    assert wait_seconds(1, EMPTY, START - 20, 1, START, line_is_short=False) == 40
    assert shortest_wait_seconds(13, lane, 60) == 2


def test_a_line_of_two_seconds_is_short() -> None:
    assert is_short(20, 600)
    assert not is_short(21, 600)
    assert is_short(0, 1)
    assert not is_short(1, 1)
