from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beekeeper.rules.entry import Entry, decide, needs_claim
from beekeeper.rules.no_shows import MOST_AGAIN
from beekeeper.rules.settings import Mode, Settings
from beekeeper.rules.turn import Admission

NOW = 1_700_000_000.0
SETTINGS = Settings(Mode.ON, 600.0, "https://shop.example.com/", claim_minutes=15)
LATE = Admission(NOW - 31)


def decided(
    admission: Admission | None, mode: Mode = Mode.ON, *, asked_for_slot: bool = False
) -> Entry:
    return decide(replace(SETTINGS, mode=mode), admission, NOW, asked_for_slot=asked_for_slot)


@pytest.mark.parametrize("mode", [Mode.ON, Mode.PAUSED])
@pytest.mark.parametrize(
    ("admission", "entry"),
    [
        (None, Entry.BACK_TO_ROOM),
        (Admission(NOW + 0.1), Entry.BACK_TO_ROOM),
        (Admission(NOW), Entry.GO_IN),
        (Admission(NOW - 30), Entry.GO_IN),
        (Admission(NOW - 31, claimed_at=NOW), Entry.GO_IN),
        (Admission(NOW - 899, claimed_at=NOW - 880), Entry.GO_IN),
        (Admission(NOW - 900, claimed_at=NOW - 880), Entry.REJOIN),
        (Admission(NOW - 900), Entry.REJOIN),
        (Admission(NOW, first_at=NOW - 900, again=1), Entry.REJOIN),
        (replace(LATE, again=MOST_AGAIN), Entry.REJOIN),
    ],
)
def test_one_who_needs_no_slot(admission: Admission | None, entry: Entry, mode: Mode) -> None:
    assert decided(admission, mode) is entry
    assert decided(admission, mode, asked_for_slot=True) is entry


@pytest.mark.parametrize("again", range(MOST_AGAIN))
def test_one_who_comes_late_asks_for_another_slot_once(again: int) -> None:
    late = replace(LATE, again=again)
    assert decided(late) is Entry.TAKE_ANOTHER_SLOT
    assert decided(late, asked_for_slot=True) is Entry.BACK_TO_ROOM


def test_a_paused_line_has_no_slot_for_one_who_comes_late() -> None:
    assert decided(LATE, Mode.PAUSED) is Entry.BACK_TO_ROOM


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
    st.none() | ages,
    st.integers(0, 5),
    st.booleans(),
)
def test_nobody_goes_in_but_during_the_turn(
    mode: Mode, age: float, claimed: float | None, first: float | None, again: int, asked: bool
) -> None:
    claimed_at, first_at = (None if ago is None else NOW - ago for ago in (claimed, first))
    admission = Admission(NOW - age, claimed_at, first_at, again)
    entry = decided(admission, mode, asked_for_slot=asked)
    if entry is Entry.GO_IN:
        assert admission.admitted_at <= NOW < admission.ends_at(SETTINGS)
        assert claimed is not None or age <= 30.001
    if entry is Entry.TAKE_ANOTHER_SLOT:
        assert (mode, asked) == (Mode.ON, False)
        assert admission.needs_slot(SETTINGS, NOW)
