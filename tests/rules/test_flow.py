"""The flow of the last minute, from the exact counts that the consumers sample."""

from dataclasses import replace
from itertools import pairwise

import pytest

from beekeeper.rules import flow
from beekeeper.rules.flow import LONGEST_SECONDS, MOST_SAMPLES, SAMPLE_SECONDS, Counted, Samples
from beekeeper.rules.line import Pulse
from beekeeper.rules.measurement import Seen, measured

NOW = 1_800_000_000.0


def sampled(*admitted: int, pace: float = 600.0, waiting: int = 5_000) -> Samples:
    """Return samples that end at NOW."""
    first = NOW - SAMPLE_SECONDS * (len(admitted) - 1)
    return tuple(
        Counted(first + i * SAMPLE_SECONDS, count, count // 2, pace, waiting)
        for i, count in enumerate(admitted)
    )


def at(seconds: float, admitted: int = 0, entered: int = 0) -> Counted:
    return Counted(NOW + seconds, admitted, entered)


STEADY = sampled(*range(0, 800, 100))


def test_the_flow_is_of_the_minute_before_the_last_sample() -> None:
    found = flow.flow(STEADY, at(3, admitted=999))
    assert found == flow.Flow(600.0, 300.0, 600.0)


def test_without_a_fresh_sample_the_counts_of_now_are_the_end() -> None:
    """A consumer died 47 seconds ago, when 700 had been admitted. 100 of these since NOW - 10."""
    found = flow.flow(STEADY, at(47, admitted=700, entered=400))
    assert found is not None
    assert found.admitted == 100  # of 57 seconds, and who came before them is not made up


@pytest.mark.parametrize("samples", [(), sampled(5)])
def test_one_moment_says_nothing(samples: Samples) -> None:
    assert flow.flow(samples, at(1, admitted=9)) is None


def test_after_a_long_silence_only_nobody_is_known() -> None:
    later = LONGEST_SECONDS + 1
    assert flow.flow(STEADY, at(later, admitted=701)) is None
    nobody = flow.flow(STEADY, at(later, admitted=700))
    assert nobody is not None
    assert nobody.admitted == 0


def wanted(samples: Samples) -> float | None:
    found = flow.flow(samples, at(0))
    assert found is not None
    return found.wanted


def test_what_was_wanted_is_the_lowest_pace_of_a_whole_minute_with_a_line() -> None:
    slower = (*(replace(s, pace=200.0) for s in STEADY[:3]), *STEADY[3:])
    assert (wanted(STEADY), wanted(slower)) == (600.0, 200.0)
    paused = (*(replace(s, pace=0.0) for s in STEADY[:3]), *STEADY[3:])
    assert wanted(paused) is None
    assert wanted(sampled(*range(0, 800, 100), waiting=9)) is None


@pytest.mark.parametrize(
    "samples",
    [
        sampled(0, 0),  # deployed or cleared just now
        sampled(0, 0, 0, 1, 2),
        (*(replace(s, at=s.at - 45) for s in STEADY[:4]), *STEADY[4:]),  # it was off for a while
    ],
)
def test_before_a_whole_minute_nothing_was_wanted(samples: Samples) -> None:
    assert wanted(samples) is None


def test_who_should_have_come_by_now_and_at_most_so_many_did() -> None:
    assert flow.lately(STEADY, at(3, 999, entered=20), 30) == (400, 20)
    assert flow.lately(STEADY, at(3, 999, entered=900), 30) == (400, 400)
    assert flow.lately(sampled(0, 100, 200, 300), at(3, 300), 30) is None  # one is old enough
    assert flow.lately(STEADY, at(LONGEST_SECONDS, 700), 30) is None  # one is not too old
    assert flow.lately((), at(0), 30) is None


def test_a_count_that_was_reset_says_nothing() -> None:
    assert flow.flow(sampled(900, 900, 900, 0), at(0)) is None


def test_who_has_not_come_was_admitted_long_enough_ago() -> None:
    assert flow.not_come(STEADY, at(0, 700, entered=250), 30) == 150
    assert flow.not_come(STEADY, at(0, 700, entered=500), 30) == 0
    assert flow.not_come(STEADY, at(90, 700, entered=500), 30) == 200
    assert flow.not_come(STEADY[-1:], at(0, 700, entered=500), 30) == 0
    assert flow.not_come((), at(0, 700), 30) is None
    assert flow.not_come((), at(0), 30) == 0


def test_samples_are_taken_every_ten_seconds_and_few_are_kept() -> None:
    pulse = Pulse()
    for second in range(300):
        now = NOW + second
        totals = (now, second * 10, second) if flow.is_due(pulse.flow, now) else None
        pulse = measured(pulse, Seen(now, totals=totals, pace=600.0))
    assert len(pulse.flow) == MOST_SAMPLES
    assert {b.at - a.at for a, b in pairwise(pulse.flow)} == {SAMPLE_SECONDS}
    assert pulse.flow[-1] == Counted(NOW + 290, 2_900, 290, 600.0, 0)


def test_a_clock_that_was_ahead_does_not_stop_the_samples() -> None:
    ahead = (at(500),)
    assert flow.is_due(ahead, NOW)
    assert flow.with_sample(ahead, at(0)) == (at(0),)
