from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beekeeper.rules.entry import Entry, decide, needs_claim
from beekeeper.rules.lane import EMPTY, Lane, Mark
from beekeeper.rules.line import Pulse
from beekeeper.rules.no_shows import MOST_AGAIN
from beekeeper.rules.settings import Mode, Settings
from beekeeper.rules.turn import Admission

NOW = 1_700_000_000.0
SETTINGS = Settings(Mode.ON, 600.0, "https://shop.example.com/", claim_minutes=15)
LATE = Admission(NOW - 31)


# Number 5 was served 30 s ago, and numbers 6 to 8 in the three seconds from now on.
LANE = Lane(20, 8, (Mark(NOW - 30, NOW - 30, 1), Mark(NOW, NOW + 2, 3)))


def decided(
    admission: Admission | None, mode: Mode = Mode.ON, lane: Lane = LANE, told: float = 0.0
) -> Entry:
    pulse = Pulse(lane=lane, longest_interval=told)
    return decide(replace(SETTINGS, mode=mode), admission, pulse, NOW)


@pytest.mark.parametrize("mode", [Mode.ON, Mode.PAUSED])
@pytest.mark.parametrize(
    ("admission", "entry"),
    [
        (None, Entry.BACK_TO_ROOM),
        (Admission(NOW + 0.1), Entry.BACK_TO_ROOM),
        (Admission(NOW), Entry.CLAIM),
        (Admission(NOW - 30), Entry.CLAIM),
        (Admission(NOW - 31, claimed_at=NOW), Entry.GO_IN),
        (Admission(NOW - 1_000, claimed_at=NOW - 899), Entry.GO_IN),
        (Admission(NOW - 1_000, claimed_at=NOW - 900), Entry.REJOIN),
        (Admission(NOW - 20, claimed_at=NOW - 10, late=9), Entry.GO_IN),
        (Admission(NOW - 900), Entry.REJOIN),
        (Admission(NOW - 900, asked_at=NOW - 800), Entry.REJOIN),
        (replace(LATE, late=4, again=MOST_AGAIN), Entry.REJOIN),
        # A number that waits never expires.
        (Admission(NOW - 9_999, late=9, again=MOST_AGAIN), Entry.BACK_TO_ROOM),
        (Admission(NOW - 9_999, late=5, again=MOST_AGAIN), Entry.CLAIM),
        (Admission(NOW - 100, late=6), Entry.CLAIM),
        (Admission(NOW - 100, late=7), Entry.BACK_TO_ROOM),
    ],
)
def test_one_who_needs_no_number(admission: Admission | None, entry: Entry, mode: Mode) -> None:
    assert decided(admission, mode) is entry


@pytest.mark.parametrize("again", range(MOST_AGAIN))
def test_one_who_comes_late_takes_a_number(again: int) -> None:
    assert decided(LATE) is Entry.TAKE_NUMBER
    passed = Admission(NOW - 9_999, late=4, again=again)
    assert decided(passed) is Entry.TAKE_NUMBER
    assert decided(passed, Mode.PAUSED) is Entry.TAKE_NUMBER


def test_a_turn_lasts_as_long_as_the_longest_interval_that_was_told() -> None:
    late = Admission(NOW - 1_000)
    assert decided(late, told=1_001.0) is Entry.TAKE_NUMBER
    assert decided(late, told=999.0) is Entry.REJOIN


@pytest.mark.parametrize("admission", [None, LATE, Admission(NOW + 9), Admission(NOW - 9_999)])
def test_a_room_that_is_off_lets_everybody_in(admission: Admission | None) -> None:
    assert decided(admission, Mode.OFF) is Entry.GO_IN_UNQUEUED


@pytest.mark.parametrize("mode", Mode)
def test_only_a_room_that_is_off_needs_no_claim(mode: Mode) -> None:
    assert needs_claim(replace(SETTINGS, mode=mode)) is (mode is not Mode.OFF)


ages = st.floats(-1e3, 1e4)


@given(
    st.sampled_from([Mode.ON, Mode.PAUSED]),
    ages,
    st.none() | ages,
    st.none() | st.integers(0, 20),
    st.integers(0, 5),
    st.sampled_from([EMPTY, LANE]),
)
def test_nobody_claims_but_at_the_slot(
    mode: Mode, age: float, claimed: float | None, late: int | None, again: int, lane: Lane
) -> None:
    claimed_at = None if claimed is None else NOW - claimed
    admission = Admission(NOW - age, claimed_at, late, again=again)
    entry = decided(admission, mode, lane)
    slot = admission.slot(lane)
    if entry is Entry.GO_IN:
        assert claimed_at is not None
        assert claimed_at + 900 > NOW
    if entry is Entry.CLAIM:
        assert claimed_at is None
        assert slot is not None
        assert slot <= NOW <= slot + 30.001
    if entry is Entry.TAKE_NUMBER:
        assert slot is not None
        assert slot + 30 < NOW
        assert late is None or again < MOST_AGAIN
