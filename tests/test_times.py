"""How times are told, and how they are read from people."""

import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone

import pytest

from beekeeper import times

EVENING = datetime(2026, 11, 27, 17, 20, tzinfo=UTC).timestamp()
INDIA = timezone(timedelta(hours=5, minutes=30), "IST")
NOON = datetime(2026, 11, 27, 12, 0, 30)
NOW = NOON.timestamp()  # of this machine's time zone


@pytest.fixture
def zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The machine is in another time zone."""
    monkeypatch.setitem(os.environ, "TZ", request.param)
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("zone", "said"),
    [
        ("CET-1CEST,M3.5.0,M10.5.0/3", "18:20:00 CET"),
        ("<-03>3", "14:20:00 UTC-03:00"),
        ("EUROPE-1", "18:20:00 UTC+01:00"),
        ("UTC", "17:20:00 UTC"),
    ],
    indirect=["zone"],
)
@pytest.mark.usefixtures("zone")
def test_a_terminal_shows_the_time_of_its_machine_with_the_zone(said: str) -> None:
    assert times.clock(EVENING) == said
    assert times.moment(EVENING) == f"2026-11-27 {said}"
    told = times.localized("rate 900 from 2026-11-27 17:20:00 UTC on")
    assert told == f"rate 900 from 2026-11-27 {said} on"
    message = "message Open at 2026-11-27 17:20:00 UTC! from 2026-11-27 17:20:00 UTC on"
    assert times.localized(message).startswith("message Open at 2026-11-27 17:20:00 UTC! from")


def test_a_file_has_iso_8601_and_a_report_the_zone_of_its_reader() -> None:
    assert times.iso(EVENING) == "2026-11-27T17:20:00+00:00"
    assert times.short(EVENING, INDIA) == "27 Nov 22:50:00"
    assert times.zone_name(EVENING, INDIA) == "IST (UTC+05:30)"
    assert times.zone_name(EVENING, UTC) == "UTC"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("11:30", datetime(2026, 11, 27, 11, 30)),
        ("12:01", datetime(2026, 11, 26, 12, 1)),
        ("2026-11-26", datetime(2026, 11, 26)),
        ("2026-11-27T09:00", datetime(2026, 11, 27, 9, 0)),
        ("2026-11-26T09:00+02:00", datetime(2026, 11, 26, 7, 0, tzinfo=UTC)),
        ("90s", NOON - timedelta(seconds=90)),
        ("10m", NOON - timedelta(minutes=10)),
        ("10 min", NOON - timedelta(minutes=10)),
        (" 2 H ago ", NOON - timedelta(hours=2)),
        ("1.5d", NOON - timedelta(hours=36)),
    ],
)
def test_a_time_that_has_been_is_read(text: str, wanted: datetime) -> None:
    assert times.gone(text, NOW) == wanted.timestamp()


@pytest.mark.parametrize(
    "text", ["", "soon", "10", "0m", "-5m", "2026-11-27T13:00", "25:00", "99999999d", "1970-01-00"]
)
def test_what_has_not_been_is_refused(text: str) -> None:
    with pytest.raises((ValueError, OverflowError)):
        times.gone(text, NOW)


@pytest.mark.parametrize("zone", ["CET-1CEST,M3.5.0,M10.5.0/3"], indirect=True)
@pytest.mark.usefixtures("zone")
def test_a_time_of_day_is_right_when_the_clocks_change() -> None:
    evening = datetime(2026, 10, 24, 18, 0, 30).timestamp()  # the night has 25 hours
    assert times.to_come("18:00", evening) - evening == 25 * 3_600 - 30
