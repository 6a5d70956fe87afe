"""What an operator gives with a change: why, and from when on it is to hold."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime

from beekeeper import times
from beekeeper.errors import ConfigError

At = str | datetime | None
MOST_REASON_CHARACTERS = 200
MOST_AHEAD_SECONDS = 30 * 86_400.0
# Control characters, the two line ends of Unicode, and halves of characters.
REFUSED = ("Cc", "Zl", "Zp", "Cs")
# They turn the text around them, too. The marks of direction, which Arabic needs, don't.
TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@dataclass(frozen=True, slots=True)
class Note:
    """Why a change is made, and from when on it holds (epoch seconds). None means at once."""

    reason: str = ""
    planned_for: float | None = None

    @classmethod
    def of(cls, reason: str, at: At, now: float) -> "Note":
        """Read what an operator gave. Raises ConfigError for what can't be right."""
        said = plain_text(reason, "The reason", MOST_REASON_CHARACTERS)
        return cls(said, None if at is None else planned_for(at, now))


NO_NOTE = Note()


def plain_text(text: str, what: str, most: int) -> str:
    """Return a text of one line, without white space around it. Raises ConfigError."""
    text = text.strip()
    if len(text) > most:
        raise ConfigError(f"{what} has {len(text):,} characters. Use at most {most}.")
    if text and all(unicodedata.category(c) in ("Cf", "Zs") for c in text):
        raise ConfigError(f"{what} has no character that can be seen.")
    if bad := next((c for c in text if _is_refused(c)), ""):
        raise ConfigError(
            f"{what} has the control character U+{ord(bad):04X}. Write it in one line, with"
            " characters that can be seen."
        )
    return text


def planned_for(at: str | datetime, now: float) -> float:
    """Return from when on a change holds, in seconds since the epoch. Raises ConfigError."""
    try:
        found = times.to_come(at, now) if isinstance(at, str) else at.timestamp()
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


def _is_refused(character: str) -> bool:
    return unicodedata.category(character) in REFUSED or character in TURNING
