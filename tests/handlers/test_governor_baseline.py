"""The governor's baseline: how long the site takes when it is well, and when that is measured."""

from dataclasses import replace

import pytest

from beekeeper.rules.settings import Mode
from tests.support.in_memory.governed import AUTOMATIC, FAILED, Minutes, well


def test_a_quiet_minute_gives_the_baseline_and_a_busy_one_does_not() -> None:
    minutes = Minutes()
    minutes.answers = lambda: well(3.0)
    minutes.world.start(lambda: minutes.admitted(5), after=30)
    minutes.world.start(minutes.minute)
    minutes.world.run()
    assert minutes.held.baseline_seconds == 0
    assert minutes.held.pace == AUTOMATIC.rate  # nobody knows yet what is slow
    assert minutes.held.reason.startswith("only errors count before")
    minutes.answers = well
    assert minutes.minute().baseline_seconds == 0.1


def test_before_the_baseline_is_known_single_slow_answers_change_nothing_either() -> None:
    minutes = Minutes()
    minutes.admitted(0, waiting=3)  # not quiet
    found = iter([well(0.1)] * 17 + [well(1.9)] * 3)
    minutes.answers = lambda: next(found)
    held = minutes.minute()
    assert (held.pace, held.median_seconds, held.p95_seconds) == (AUTOMATIC.rate, 0.1, 1.9)
    assert held.reason.endswith("gives the baseline: 0 of 20 probes failed: 600 a minute")


@pytest.mark.parametrize("mode", Mode)
def test_while_the_room_is_off_no_minute_is_quiet(mode: Mode) -> None:
    minutes = Minutes(replace(AUTOMATIC, mode=mode))
    assert (minutes.minute().baseline_seconds == 0) == (mode is Mode.OFF)


def test_while_somebody_waits_no_minute_is_quiet() -> None:
    minutes = Minutes()
    minutes.admitted(0, waiting=3)
    assert minutes.minute().baseline_seconds == 0


def test_a_quiet_minute_in_which_the_site_suffers_hardly_moves_the_baseline() -> None:
    minutes = Minutes()
    minutes.minute()
    for answer in (well(1.0), FAILED):
        minutes.answers = lambda answer=answer: answer  # type: ignore[misc]
        assert minutes.minute().baseline_seconds == pytest.approx(0.105)
    minutes.answers = lambda: well(0.14)
    assert minutes.minute().baseline_seconds == pytest.approx(0.105 + (0.14 - 0.105) / 4)


def test_a_baseline_of_the_configuration_is_used_as_it_is() -> None:
    minutes = Minutes(replace(AUTOMATIC, governor_baseline_seconds=2.0))
    minutes.answers = lambda: well(2.1)
    held = minutes.minute()
    assert (held.pace, held.baseline_seconds) == (AUTOMATIC.rate, 2.0)


OTHER_PAGE = "https://shop.example.com/search?q=bees"


@pytest.mark.parametrize("other", [{"governor_probe_url": OTHER_PAGE}, {"destination": OTHER_PAGE}])
def test_the_baseline_of_one_page_is_not_that_of_another(other: dict[str, str]) -> None:
    minutes = Minutes()
    minutes.minute()
    minutes.dynamo.set_room(replace(AUTOMATIC, **other))  # type: ignore[arg-type]
    minutes.answers = lambda: well(0.8)
    held = minutes.minute()
    assert (held.pace, held.baseline_seconds) == (AUTOMATIC.rate, 0.8)


def test_a_baseline_of_the_configuration_that_was_taken_out_is_measured_anew() -> None:
    minutes = Minutes(replace(AUTOMATIC, governor_baseline_seconds=0.01))
    minutes.answers = lambda: well(0.4)
    assert minutes.minute().pace < AUTOMATIC.rate
    minutes.dynamo.set_room(AUTOMATIC)
    assert minutes.minute().baseline_seconds == 0.4
