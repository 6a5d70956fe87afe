"""What an operator gives with a change: why, and from when on it is to hold."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta

from beekeeper.errors import ConfigError

At = str | datetime | None
MOST_REASON_CHARACTERS = 200
MOST_AHEAD_SECONDS = 30 * 86_400.0
# Control characters, the two line ends of Unicode, and halves of characters.
REFUSED = ("Cc", "Zl", "Zp", "Cs")
CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")


@dataclass(frozen=True, slots=True)
class Note:
    """Why a change is made, and from when on it holds (epoch seconds). None means at once."""

    reason: str = ""
    planned_for: float | None = None

    @classmethod
    def of(cls, reason: str, at: At, now: float) -> "Note":
        """Read what an operator gave. Raises ConfigError for what can't be right."""
        said = plain_text(reason, "The reason", MOST_REASON_CHARACTERS)
        return cls(said, None if at is None else moment(at, now))


NO_NOTE = Note()


def plain_text(text: str, what: str, most: int) -> str:
    """Return a text of one line, without white space around it. Raises ConfigError."""
    text = text.strip()
    if len(text) > most:
        raise ConfigError(f"{what} has {len(text):,} characters. Use at most {most}.")
    if bad := next((c for c in text if unicodedata.category(c) in REFUSED), ""):
        raise ConfigError(
            f"{what} has the control character U+{ord(bad):04X}. Write it in one line, with"
            " characters that can be seen."
        )
    return text


def moment(at: str | datetime, now: float) -> float:
    """Return a time in seconds since the epoch. Raises ConfigError.

    Without a time zone it is of this machine's. A time of day that has passed is tomorrow's.
    ``now`` is in seconds since the epoch.
    """
    try:
        wanted = _read(at.strip(), now) if isinstance(at, str) else at
        found = wanted.timestamp()
    except (ValueError, OverflowError, OSError):
        raise ConfigError(
            f"{at} is no time. Give one such as 18:00 (today, or tomorrow if that has passed),"
            " 2026-11-28T18:00 (of this machine's time zone) or 2026-11-28T17:00Z."
        ) from None
    if found <= now:
        raise ConfigError(f"{at} has passed. Give a later time, or leave it out to do it at once.")
    if found > now + MOST_AHEAD_SECONDS:
        raise ConfigError(f"{at} is more than 30 days ahead. Plan it later.")
    return found


def _read(at: str, now: float) -> datetime:
    if clock := CLOCK.fullmatch(at):
        today = datetime.fromtimestamp(now)
        hour, minute = map(int, clock.groups())
        wanted = today.replace(hour=hour, minute=minute, second=0, microsecond=0)
        return wanted if wanted.timestamp() > now else wanted + timedelta(days=1)
    if len(at) <= len("2026-11-28"):
        raise ValueError  # without a time of day it is more likely a slip than midnight
    return datetime.fromisoformat(at)
