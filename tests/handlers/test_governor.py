"""The governor's minute: what it measures, when it decides, and what it writes."""

import logging
from dataclasses import replace

import pytest

from beekeeper.contract.functions import GOVERNOR
from beekeeper.handlers import governor
from beekeeper.handlers.governor import Governor, bursts, handle, probed_url
from beekeeper.handlers.probe import LED_ELSEWHERE, NOT_PUBLIC, trusted
from beekeeper.handlers.visitor_table import VisitorTable
from beekeeper.rules.governed import Governed
from beekeeper.rules.governor import Memory
from beekeeper.rules.probes import Answer
from beekeeper.rules.settings import GovernorMode
from tests.support.in_memory.fakes import TABLE
from tests.support.in_memory.governed import AUTOMATIC, FAILED, REFUSED, Minutes, well
from tests.support.in_memory.virtual import START
from tests.support.site import answering, hanging, site

FLOOR = AUTOMATIC.governor_floor


# --- What it measures -----------------------------------------------------------------------------


def test_twenty_probes_are_spread_over_the_minute_which_ends_in_time() -> None:
    minutes = Minutes()
    held = minutes.minute()
    assert held.sent == 20
    assert [at - START for at in minutes.bursts] == [0, 11, 22, 33, 44]
    assert held.held_at - START < 50


def test_a_minute_of_probes_that_all_hang_ends_in_time_too() -> None:
    def hang() -> Answer:
        minutes.world.now += 0.5  # four of them take the time-out
        return well(2.0)

    minutes = Minutes(answers=hang)
    minutes.minute()
    assert [at - START for at in minutes.bursts] == [0, 11, 22, 33, 44]
    assert minutes.held.held_at - START < GOVERNOR.timeout_seconds - 20


def test_a_minute_ends_in_time_if_the_clock_is_set_back() -> None:
    minutes = Minutes()
    slept = list[float]()

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        minutes.world.now -= 3_600

    Governor(minutes.table, minutes.burst, minutes.world.clock, sleep).run()
    assert sum(slept) < 60


def test_a_site_that_is_well_gets_the_operators_rate() -> None:
    minutes = Minutes()
    assert minutes.minute().pace == AUTOMATIC.rate
    assert minutes.in_force == AUTOMATIC.rate


def test_errors_and_time_outs_are_answered_at_once() -> None:
    minutes = Minutes()
    for _ in range(5):
        minutes.minute()
    minutes.answers = lambda: FAILED
    began = minutes.world.now
    held = minutes.minute()
    assert held.pace <= AUTOMATIC.rate / 2
    assert held.held_at - began < 1
    assert (held.sent, held.failed) == (4, 4)
    assert held.reason == f"4 of 4 probes failed: {held.pace:,.0f} a minute"


def test_a_site_that_is_down_gets_the_floor_and_one_that_recovers_gets_more() -> None:
    minutes = Minutes()
    minutes.answers = lambda: FAILED
    for _ in range(4):
        minutes.minute()
    assert minutes.in_force == minutes.held.pace == FLOOR
    minutes.answers = well
    paces = [minutes.minute().pace for _ in range(45)]
    assert paces[0] > FLOOR
    assert paces == sorted(paces)
    assert paces[-1] > AUTOMATIC.rate * 0.9


def test_a_site_that_gets_slow_gets_less() -> None:
    minutes = Minutes()
    minutes.minute()  # quiet: the baseline
    for i in range(1, 6):
        minutes.admitted(i)
        minutes.minute()
    assert minutes.held.baseline_seconds == pytest.approx(0.1)
    minutes.answers = lambda: well(2.4)
    held = minutes.minute()
    assert held.pace < AUTOMATIC.rate
    assert held.reason.startswith("destination answers in 2.4 s, baseline 0.1 s")


def test_a_rate_that_operators_raise_is_in_force_at_once_unless_a_lower_pace_is_held() -> None:
    minutes = Minutes()
    minutes.minute()
    minutes.settings = replace(AUTOMATIC, rate=6_000.0)
    minutes.dynamo.set_room(minutes.settings)
    assert minutes.in_force == 6_000
    assert minutes.minute().pace == 6_000
    minutes.answers = lambda: FAILED
    held = minutes.minute().pace
    minutes.settings = replace(AUTOMATIC, rate=60_000.0)
    assert minutes.in_force == held < 6_000


def test_probes_that_are_refused_change_nothing() -> None:
    minutes = Minutes()
    minutes.answers = lambda: REFUSED
    held = minutes.minute()
    assert held.pace == AUTOMATIC.rate
    assert (held.sent, held.refused, held.baseline_seconds) == (20, 20, 0.0)
    assert "were refused" in held.reason
    minutes.answers = lambda: Answer(NOT_PUBLIC, 0.01, refused=True)
    assert minutes.minute().reason == ("the name of the site has no public address: 600 a minute")
    minutes.answers = lambda: Answer(LED_ELSEWHERE, 0.01, refused=True)
    assert "or its gate, redirects the governor elsewhere" in minutes.minute().reason


# --- Modes ----------------------------------------------------------------------------------------


def test_off_measures_nothing() -> None:
    minutes = Minutes(replace(AUTOMATIC, governor_mode=GovernorMode.OFF))
    assert minutes.minute() == Governed()
    assert minutes.bursts == []


def test_advise_measures_and_says_what_it_would_hold() -> None:
    minutes = Minutes(replace(AUTOMATIC, governor_mode=GovernorMode.ADVISE))
    for _ in range(5):
        minutes.minute()
    minutes.answers = lambda: FAILED
    first = minutes.minute().pace
    assert first <= AUTOMATIC.rate / 2
    assert minutes.in_force == AUTOMATIC.rate


@pytest.mark.parametrize(
    ("mode", "pace"), [(GovernorMode.AUTOMATIC, AUTOMATIC.rate / 2), (GovernorMode.ADVISE, 600.0)]
)
def test_a_minute_that_says_nothing_leaves_what_is_in_force(
    mode: GovernorMode, pace: float
) -> None:
    minutes = Minutes(replace(AUTOMATIC, governor_mode=mode), answers=lambda: FAILED)
    assert minutes.minute().pace == AUTOMATIC.rate / 2
    minutes.answers = lambda: REFUSED
    assert minutes.minute().pace == pace
    assert [decision[1] for decision in minutes.held.history] == [AUTOMATIC.rate / 2, pace]


def test_what_was_held_long_ago_is_forgotten() -> None:
    minutes = Minutes()
    for _ in range(4):
        minutes.answers = lambda: FAILED
        minutes.minute()
    minutes.world.now += 600
    minutes.answers = well
    assert minutes.minute().pace == AUTOMATIC.rate
    assert Memory.of(minutes.held.memory).too_much == 0


# --- The log --------------------------------------------------------------------------------------


def test_one_structured_line_says_what_was_measured_and_decided(
    caplog: pytest.LogCaptureFixture,
) -> None:
    url = "https://shop.example.com:8443/page?secret=x"
    minutes = Minutes(replace(AUTOMATIC, governor_probe_url=url))
    found = iter([Answer("503", 0.1, failed=True)] + [well()] * 19)
    minutes.answers = lambda: next(found)
    with caplog.at_level(logging.INFO):
        held = minutes.minute()
    (record,) = [r for r in caplog.records if r.name == governor.__name__]
    assert record.message == held.reason
    assert record.governor == {  # type: ignore[attr-defined]
        "pace": 600.0,
        "reason": held.reason,
        "sent": 20,
        "failed": 1,
        "refused": 0,
        "median_seconds": 0.1,
        "p95_seconds": 0.1,
        "baseline_seconds": 0.0,
        "mode": "automatic",
        "rate": 600.0,
        "probed": "https://shop.example.com:8443",
        "outcomes": {"503": 1, "200": 19},
        "item": "written",
    }


# --- What starts it -------------------------------------------------------------------------------


def test_the_schedule_begins_a_minute_and_a_request_does_not() -> None:
    minutes = Minutes()
    copies = VisitorTable(minutes.dynamo, TABLE, "sale")
    parts = (minutes.table, copies, minutes.burst, minutes.world.clock, minutes.world.sleep)
    request = {"requestContext": {"http": {"method": "GET"}}, "routeKey": "ANY /pace"}
    assert handle(request, *parts)["statusCode"] == 405
    assert minutes.bursts == []
    assert handle({"source": "aws.events", "detail-type": "Scheduled Event"}, *parts) == {}
    assert len(minutes.bursts) == 5


# --- With a real server ---------------------------------------------------------------------------


def test_the_destination_is_probed_unless_the_configuration_names_another_page() -> None:
    assert probed_url(AUTOMATIC) == AUTOMATIC.destination
    other = "https://shop.example.com/search?q=bees"
    assert probed_url(replace(AUTOMATIC, governor_probe_url=other)) == other


def test_a_minute_with_a_real_server() -> None:
    with site(index=answering()) as shop:
        settings = replace(AUTOMATIC, destination=shop.url())
        minutes = Minutes(settings)
        clock, sleep = minutes.world.clock, minutes.world.sleep
        Governor(minutes.table, bursts("sale"), clock, sleep).run()
        held = minutes.held
    assert (held.sent, held.failed, len(shop.requests)) == (20, 0, 20)
    assert 0 < held.median_seconds <= held.p95_seconds < 1


def test_the_certificate_authorities_are_read_before_the_first_probe_is_timed() -> None:
    trusted.cache_clear()
    bursts("sale")
    assert trusted.cache_info().currsize == 1


def test_the_probes_of_a_burst_run_side_by_side() -> None:
    with site(index=hanging) as shop:
        settings = replace(AUTOMATIC, destination=shop.url())
        answers = bursts("sale", timeout_seconds=0.2)(settings)
    assert [a.outcome for a in answers] == ["time-out"] * 4
    assert len(shop.requests) == 4
