"""When a planned change is to hold, as operators write it."""

from datetime import UTC, datetime, timedelta

import pytest

from beekeeper.control.note import Note, planned_for
from beekeeper.errors import ConfigError

NOON = datetime(2026, 11, 27, 12, 0, 30)
NOW = NOON.timestamp()  # of this machine's time zone


@pytest.mark.parametrize(
    ("at", "wanted"),
    [
        ("18:00", datetime(2026, 11, 27, 18, 0)),
        (" 9:05 ", datetime(2026, 11, 28, 9, 5)),
        ("12:00", datetime(2026, 11, 28, 12, 0)),
        ("2026-11-28T18:00", datetime(2026, 11, 28, 18, 0)),
        ("2026-11-28 18:00:30", datetime(2026, 11, 28, 18, 0, 30)),
        ("2026-11-29T17:00Z", datetime(2026, 11, 29, 17, 0, tzinfo=UTC)),
        ("2026-11-29T17:00+02:00", datetime(2026, 11, 29, 15, 0, tzinfo=UTC)),
    ],
)
def test_a_time_is_read(at: str, wanted: datetime) -> None:
    assert planned_for(at, NOW) == wanted.timestamp()
    assert Note.of(" why ", at, NOW) == Note("why", wanted.timestamp())


@pytest.mark.parametrize(
    ("at", "said"),
    [
        ("2026-11-27T12:00", "has passed"),
        ("2026-12-28T12:00", "more than 30 days ahead"),
        ("9999-12-31T23:59", "is no time|more than 30 days ahead"),
        ("2026-11-28", "is no time"),
        ("25:00", "is no time"),
        ("18:60", "is no time"),
        ("tomorrow", "is no time"),
        ("", "is no time"),
    ],
)
def test_what_is_no_time_to_plan_for_is_refused(at: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        planned_for(at, NOW)


def test_python_gives_a_time_of_its_own() -> None:
    later = NOON + timedelta(hours=1)
    assert planned_for(later, NOW) == NOW + 3_600
    assert planned_for(later.astimezone(UTC), NOW) == NOW + 3_600
    with pytest.raises(ConfigError, match="has passed"):
        planned_for(NOON, NOW)


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("gates \u202eopen", r"control character U\+202E"),
        ("\u2066x\u2069", r"control character U\+2066"),
        ("\ufeff\u200e", "no character that can be seen"),
    ],
)
def test_a_text_that_turns_others_or_cannot_be_seen_is_refused(reason: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        Note.of(reason, None, NOW)
    assert Note.of("\u200fمرحبا", None, NOW).reason  # the mark of a direction
