"""When visitors come. A curve is a list with the whole number of arrivals in each second."""

import math
from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path

from beekeeper.errors import ConfigError
from beekeeper.rules.tokens import TICKET_LIFETIME_SECONDS
from beekeeper.simulation import arrivals_file

CURVES = ("burst", "campaign")
BURST_MINUTES = 1.0
CAMPAIGN_MINUTES = 60.0
# A campaign's arrivals fall by this factor from its first second to its last.
CAMPAIGN_DECAY = math.exp(-4)
MAX_DAYS = TICKET_LIFETIME_SECONDS // 86_400
MAX_MINUTES = MAX_DAYS * 24 * 60


def burst(visitors: int, minutes: float) -> list[int]:
    """Return arrivals that start at their full rate, keep it, and end."""
    seconds = max(1, round(minutes * 60))
    return whole([visitors / seconds] * seconds, visitors)


def campaign(visitors: int, minutes: float) -> list[int]:
    """Return arrivals that start sharply, as after an email, and decay exponentially."""
    seconds = max(1, round(minutes * 60))
    return whole([CAMPAIGN_DECAY ** (i / seconds) for i in range(seconds)], visitors)


def by_minute(arrivals: Sequence[float], visitors: int | None = None) -> list[int]:
    """Return arrivals that are even within each minute, scaled to ``visitors`` in all."""
    seconds = [arrived / 60 for arrived in arrivals for _ in range(60)]
    return whole(seconds, round(sum(arrivals)) if visitors is None else visitors)


def whole(shape: Sequence[float], visitors: int) -> list[int]:
    """Scale a shape to ``visitors`` in all. Rounding errors carry over to the next second."""
    scale = visitors / sum(shape)
    so_far = [round(arrived * scale) for arrived in accumulate(shape)]
    return [now - before for before, now in zip([0, *so_far], so_far, strict=False)]


def busiest_minute(arrivals: Sequence[int]) -> int:
    """Return how many come in the busiest sixty seconds."""
    totals = [0, *accumulate(arrivals)]
    return max(end - totals[max(0, i - 60)] for i, end in enumerate(totals))


def read_minutes(path: str | Path) -> list[float]:
    """Return the arrivals of each minute of a CSV file, if an event can have them.

    Raises ConfigError.
    """
    found = arrivals_file.read_minutes(path)
    if sum(found) <= 0:
        raise ConfigError(f"{path} has no arrivals. {arrivals_file.EXAMPLE}")
    if len(found) > MAX_MINUTES:
        raise ConfigError(
            f"{path} has {len(found):,} minutes, but tickets last only for {MAX_DAYS} days. Use at"
            f" most {MAX_MINUTES:,} minutes."
        )
    return found
