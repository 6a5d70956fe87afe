"""What a latecomer is told: a visitor who missed the slot, and takes a number in the lane."""

from dataclasses import replace

from beekeeper.rules.lane import Lane, Mark
from beekeeper.rules.line import Pulse
from beekeeper.rules.no_shows import PROMPT_SECONDS
from beekeeper.rules.settings import Mode
from beekeeper.rules.turn import Admission, State, Turn, decide
from tests.support.turns import NOW, PULSE, SETTINGS, asked, ticket

# Ten numbers of the lane wait. Number 10 was served at this moment, and number 9 long ago.
LANE = Lane(20, 10, (Mark(NOW, NOW, 1),))
WITH_LANE = replace(PULSE, lane=LANE)


def late(
    number: int | None,
    mode: Mode = Mode.ON,
    pulse: Pulse = WITH_LANE,
    now: float = NOW,
    again: int = 1,
) -> Turn:
    admission = Admission(NOW - 100, late=number, asked_at=NOW - 9, again=again)
    return decide(ticket(0), replace(SETTINGS, mode=mode), pulse, admission, now)


def test_a_latecomer_is_told_the_place_in_the_lane_and_an_honest_wait() -> None:
    # Others wait: one number is served each 0.4 s.
    turn = late(16)
    assert (turn.state, turn.ahead, turn.eta_seconds, turn.retry_after) == (
        State.WAITING,
        5,
        2.4,
        2,
    )
    # One who has no number yet would be the last.
    for number in (None, 9):
        turn = late(number)
        assert (turn.state, turn.ahead, turn.eta_seconds) == (State.WAITING, 10, 4.4)
    # Nobody else waits: the lane has all slots.
    alone = late(16, pulse=replace(WITH_LANE, waiting=0))
    assert (alone.ahead, alone.eta_seconds) == (5, 0.6)
    assert (late(16, Mode.PAUSED).state, late(16, Mode.PAUSED).eta_seconds) == (State.PAUSED, None)
    assert (late(16).late, asked(690).late) == (16, None)
    # The copy of the lane can be older than the number.
    assert late(25).ahead == 14


def test_a_number_that_was_served_is_ready_for_half_a_minute() -> None:
    assert (late(10).state, late(10).expires_in) == (State.READY, 900)
    assert late(10, Mode.PAUSED).state is State.READY
    assert late(10, now=NOW + 30).state is State.READY
    assert late(10, now=NOW + 30.1).state is State.WAITING
    assert late(10, now=NOW + 30.1, again=3).state is State.EXPIRED
    soon = late(10, now=NOW - 1.25)
    assert (soon.state, soon.eta_seconds, soon.retry_after) == (State.WAITING, 1.2, 1.25)


def test_a_lane_that_stands_still_says_so_and_is_asked_calmly() -> None:
    dead = replace(WITH_LANE, as_of=NOW - 60)
    # A visitor who has just come to an empty room wakes a consumer.
    assert not late(16, pulse=replace(dead, waiting=0, arrivals=())).still
    turn = late(16, pulse=dead, now=NOW + 9)
    assert (turn.state, turn.still, turn.ahead, turn.eta_seconds) == (State.WAITING, True, 5, None)
    assert turn.retry_after == 10
    longer = late(16, pulse=replace(dead, waiting=90_000), now=NOW + 1_000)
    assert 10 <= longer.retry_after <= 300


def test_a_latecomer_asks_in_time_even_if_the_line_becomes_empty() -> None:
    pulse = replace(PULSE, lane=Lane(10_000, 0))
    for number in (1, 10, 100, 1_000, 10_000):
        turn = late(number, pulse=pulse)
        assert turn.ahead == number - 1
        assert turn.retry_after * 1.15 <= (number - 1) / 10 + PROMPT_SECONDS + 0.01
        assert turn.retry_after <= (turn.eta_seconds or 0) + 2


def test_who_comes_late_takes_a_number() -> None:
    assert Admission(NOW - 31).may_take_number(SETTINGS, PULSE, NOW)
    assert not Admission(NOW - 30).may_take_number(SETTINGS, PULSE, NOW)
    assert not Admission(NOW - 31, late=11).may_take_number(SETTINGS, WITH_LANE, NOW)
    assert not Admission(NOW - 31, claimed_at=NOW - 5).may_take_number(SETTINGS, PULSE, NOW)
    assert not Admission(NOW - 900).may_take_number(SETTINGS, PULSE, NOW)
    # The turn must not end while the line is paused.
    paused = replace(SETTINGS, mode=Mode.PAUSED)
    assert Admission(NOW - 31).may_take_number(paused, PULSE, NOW)
