"""How long something lasts, in words. Whatever people read takes its words from here."""

import math

MINUTE, HOUR, DAY = 60, 3_600, 86_400
UNITS = ((DAY, "d"), (HOUR, "h"), (MINUTE, "min"), (1, "s"))
SHORT_SECONDS = 10 * MINUTE  # what lasts longer is told without its seconds


def duration(seconds: float) -> str:
    """Return what was measured, in at most two units: 47 s, 2 min 5 s, 13 min, 1 h 35 min."""
    least = 1 if seconds < SHORT_SECONDS else MINUTE if seconds < DAY else HOUR
    left = round(seconds / least) * least
    parts = []
    for unit, name in UNITS:
        count, left = divmod(left, unit)
        parts += [f"{count} {name}"] * (count > 0)
    return " ".join(parts) or "less than 1 s"


def estimate(seconds: float) -> str:
    """Return what is only expected: 47 s, 2 min, 13 min, 1 h 35 min."""
    return duration(seconds if seconds < MINUTE else round(seconds / MINUTE) * MINUTE)


def at_most(seconds: float) -> str:
    """Return an upper bound: 47 s, 3 min, 1 h 35 min."""
    least = 1 if seconds <= MINUTE else MINUTE
    return duration(math.ceil(seconds / least) * least)
