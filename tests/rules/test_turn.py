from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beekeeper.rules import polling
from beekeeper.rules.curve import Sample
from beekeeper.rules.line import Pulse
from beekeeper.rules.polling import heard_within_seconds, jitter_seconds
from beekeeper.rules.settings import Mode, Settings
from beekeeper.rules.tokens import Ticket
from beekeeper.rules.turn import Admission, State, Turn, decide, needs_lookup
from tests.support.turns import NOW, PULSE, SETTINGS, asked, ticket


def test_waiting() -> None:
    turn = asked(690)
    assert turn.state is State.WAITING
    assert turn.ahead == 590
    assert turn.eta_seconds == 60.0
    assert turn.retry_after == 30.0
    assert (turn.waiting, turn.rate, turn.message) == (900, 600.0, "Hello")
    assert turn.updated_at == NOW
    assert turn.expires_in is None


def test_at_the_front_but_not_admitted_yet() -> None:
    turn = asked(50)
    assert (turn.state, turn.ahead, turn.eta_seconds, turn.retry_after) == (State.WAITING, 0, 0, 2)


def test_paused_keeps_the_place_and_knows_no_wait() -> None:
    turn = asked(690, mode=Mode.PAUSED)
    assert (turn.state, turn.ahead, turn.eta_seconds) == (State.PAUSED, 590, None)
    assert turn.retry_after == 30.0


@pytest.mark.parametrize("mode", [Mode.ON, Mode.PAUSED])
def test_admitted_is_ready_even_while_paused(mode: Mode) -> None:
    turn = asked(690, Admission(NOW - 20), mode)
    assert (turn.state, turn.ahead, turn.expires_in) == (State.READY, 0, 880)


@given(
    st.floats(0, 1),
    st.sampled_from([(30_000.0, 120_000.0, 15), (1_000.0, 6_000.0, 5), (30_000.0, 300_000.0, 5)]),
    st.integers(100_000, 5_000_000),
)
def test_a_turn_is_not_over_when_its_visitor_was_told_to_ask(
    part: float, rates: tuple[float, float, int], waiting: int
) -> None:
    """Right after the visitor was told, the rate is raised."""
    before, after, claim_minutes = rates
    settings = Settings(Mode.ON, before, "https://shop.example.com/", claim_minutes=claim_minutes)
    ahead = int(part * (waiting - 1))
    curve = (Sample(int(NOW - 100) * 1000, 0.0), Sample(int(NOW) * 1000, float(waiting)))
    interval = heard_within_seconds(waiting, before, settings.polls_per_second)
    pulse = Pulse(
        waiting=waiting, arrivals=curve, rate=before, as_of=NOW, longest_interval=interval
    )
    asker = Ticket("id", int((NOW - 100 + 100 * ahead / waiting) * 1000), int(NOW) + 1_000)
    told = decide(asker, settings, pulse, None, NOW).retry_after
    slot, asks = NOW + ahead / after * 60, NOW + told + jitter_seconds(told)
    if asks >= slot:
        found = decide(asker, replace(settings, rate=after), pulse, Admission(slot), asks)
        assert found.state is not State.EXPIRED


def test_claimed_is_still_ready() -> None:
    assert asked(690, Admission(NOW - 100, claimed_at=NOW - 50)).state is State.READY


def test_slot_to_come() -> None:
    turn = asked(690, Admission(NOW + 1.25))
    assert (turn.state, turn.ahead) == (State.WAITING, 0)
    assert turn.retry_after == 1.25
    assert asked(690, Admission(NOW + 0.01)).retry_after == 0.2
    assert asked(690, Admission(NOW)).state is State.READY


def test_turn_runs_out() -> None:
    for admission in (Admission(NOW - 900), Admission(NOW - 990, claimed_at=NOW - 900)):
        assert asked(690, admission).state is State.EXPIRED
        assert asked(690, admission, now=NOW - 0.1).state is not State.EXPIRED


def test_off() -> None:
    for admission in (None, Admission(NOW - 1), Admission(NOW - 9_999)):
        assert asked(690, admission, Mode.OFF).state is State.OFF
    assert not needs_lookup(ticket(100), replace(SETTINGS, mode=Mode.OFF), PULSE, NOW)


def test_place_is_unknown_until_the_line_has_been_counted() -> None:
    # The first second of a crowd: the queue was empty when the consumer last checked.
    before = replace(PULSE, arrivals=(Sample(int(NOW - 100) * 1000, 1_000.0),), serving=1_000.0)
    assert asked(690, pulse=before).ahead is None
    assert asked(690, pulse=before, mode=Mode.PAUSED).ahead is None
    # In a counted line, the place of a new visitor follows from the latest flow.
    assert asked(1_010).ahead == 910


def test_a_crowd_that_has_just_begun_does_not_ask_again_all_at_once() -> None:
    before = replace(PULSE, arrivals=(Sample(int(NOW - 100) * 1000, 1_000.0),), serving=1_000.0)
    assert [asked(place, pulse=before).retry_after for place in (690, 695)] == [2.0, 3.0]


def test_a_moving_line_is_shown_as_far_as_it_has_surely_moved() -> None:
    # At 590 a minute, for the time since the pulse less half a second, and for two seconds at most.
    assert [asked(690, now=NOW + age).ahead for age in (0, 0.5, 2, 4)] == [590, 590, 576, 571]
    assert asked(105, now=NOW + 4).ahead == 0
    # The rate was lowered a moment ago, or is not measured yet.
    for rate in (1_200.0, 0.0):
        assert asked(690, pulse=replace(PULSE, rate=rate), now=NOW + 4).ahead == 570


def test_a_paused_line_is_shown_where_it_stands() -> None:
    turn = asked(690, mode=Mode.PAUSED, now=NOW + 3)
    assert (turn.state, turn.ahead, turn.still) == (State.PAUSED, 590, False)
    # Also without a consumer: it would not move anybody.
    turn = asked(690, mode=Mode.PAUSED, now=NOW + 60)
    assert (turn.state, turn.ahead, turn.still) == (State.PAUSED, 590, False)


def test_a_line_without_a_consumer_says_so_and_keeps_the_places_that_were_counted() -> None:
    turn = asked(690, now=NOW + 100)
    assert (turn.state, turn.still, turn.ahead, turn.eta_seconds) == (
        State.WAITING, True, 590, None,
    )  # fmt: skip


@pytest.mark.parametrize("overbooking", [1.0, 2.0, 3.0])
@pytest.mark.parametrize("rate", [60.0, 6_000.0, 60_000.0])
@pytest.mark.parametrize("waiting", [1_000, 1_000_000, 20_000_000])
def test_no_turn_is_over_before_its_visitor_asks_again(
    waiting: int, rate: float, overbooking: float
) -> None:
    """Also if the line moves as fast as it may from now, and the page waits longer by chance."""
    settings = replace(SETTINGS, rate=rate, overbooking=overbooking, claim_minutes=5)
    arrivals = (Sample(0, 0.0), Sample(int(NOW) * 1000, float(waiting)))
    pulse = Pulse(waiting=waiting, arrivals=arrivals, as_of=NOW)
    for part in range(1, 400):
        one = Ticket("id", int(NOW * part / 400) * 1000, int(NOW) + 1_000)
        turn = decide(one, settings, pulse, None, NOW)
        assert turn.eta_seconds is not None
        asks_again = turn.retry_after * (1 + polling.JITTER)
        assert asks_again <= turn.eta_seconds / overbooking + settings.claim_seconds + 0.1


def test_millions_in_a_paused_line_ask_seldom_but_for_the_front() -> None:
    pulse = replace(PULSE, waiting=10_000_000)
    assert asked(110, mode=Mode.PAUSED, pulse=pulse).retry_after == 10
    far = replace(PULSE, waiting=10_000_000, serving=-9_000_000.0)
    assert asked(690, mode=Mode.PAUSED, pulse=far).retry_after > 600


def test_places_are_unknown_if_nobody_has_read_back_to_the_last_pulse() -> None:
    def told(age: float, counted_from: float = 0.0) -> Turn:
        pulse = replace(PULSE, as_of=NOW - age, counted_from=counted_from)
        return decide(replace(ticket(690), number=int(NOW * 1000)), SETTINGS, pulse, None, NOW)

    assert (told(3_599).still, told(3_599).ahead) == (True, 900)
    assert (told(3_601).still, told(3_601).ahead) == (True, None)
    assert told(50, NOW - 51).ahead == 900
    assert told(50, NOW - 49).ahead is None


def test_new_room_without_a_pulse() -> None:
    turn = asked(690, pulse=Pulse())
    assert (turn.state, turn.ahead, turn.waiting) == (State.WAITING, None, 0)
    assert turn.still
    assert (turn.eta_seconds, turn.retry_after) == (None, 15.5)
    assert needs_lookup(ticket(690), SETTINGS, Pulse(), NOW)


def test_only_the_front_is_looked_up() -> None:
    assert needs_lookup(ticket(100), SETTINGS, PULSE, NOW)
    assert needs_lookup(ticket(120), SETTINGS, PULSE, NOW)
    assert not needs_lookup(ticket(200), SETTINGS, PULSE, NOW)
    # Ten seconds later, a hundred more can have been admitted.
    assert needs_lookup(ticket(200), SETTINGS, PULSE, NOW + 10)
    assert needs_lookup(ticket(200), SETTINGS, replace(PULSE, slack=100.0), NOW)


@given(
    st.floats(-1e3, 1e5),
    st.none() | st.builds(Admission, st.floats(NOW - 2_000, NOW + 2)),
    st.sampled_from(Mode),
    st.floats(NOW - 10, NOW + 3_000),
)
def test_any_answer_is_one_that_the_page_takes(
    place: float, admission: Admission | None, mode: Mode, now: float
) -> None:
    turn = asked(place, admission, mode, now=now)
    assert turn.ahead is not None or turn.still or turn.state is State.PAUSED
    assert turn.waiting >= (turn.ahead or 0) >= 0
    assert turn.retry_after >= 0.2
    assert (turn.expires_in is not None) == (turn.state is State.READY)
    assert turn.eta_seconds is not None or turn.state is State.PAUSED or turn.still
    if admission is None:
        assert turn.state in {State.WAITING, State.PAUSED, State.OFF}


@given(st.integers(0, 10_000_000), st.floats(1, 300_000), st.floats(100, 50_000))
def test_who_is_told_that_the_room_is_off_asks_again_before_any_turn_is_over(
    waiting: int, rate: float, budget: float
) -> None:
    """The room may be on again a moment later, and the visitor's turn come at once."""
    settings = Settings(Mode.OFF, rate, "https://shop.example.com/", claim_minutes=5)
    settings = replace(settings, polls_per_second=budget)
    pulse = Pulse(waiting=waiting, as_of=NOW)
    told = decide(ticket(100), settings, pulse, None, NOW)
    asks_within = told.retry_after + jitter_seconds(told.retry_after)
    assert asks_within <= max(settings.claim_seconds, settings.longest_interval(pulse)) + 0.01
    assert 2 <= told.retry_after <= max(told.spread_seconds, 2)
