"""When visitors come. A curve is a list with the whole number of arrivals in each second."""

import csv
import math
from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path

from beekeeper.errors import ConfigError
from beekeeper.rules.tokens import TICKET_LIFETIME_SECONDS

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
    return _whole([visitors / seconds] * seconds, visitors)


def campaign(visitors: int, minutes: float) -> list[int]:
    """Return arrivals that start sharply, as after an email, and decay exponentially."""
    seconds = max(1, round(minutes * 60))
    return _whole([CAMPAIGN_DECAY ** (i / seconds) for i in range(seconds)], visitors)


def by_minute(arrivals: Sequence[float], visitors: int | None = None) -> list[int]:
    """Return arrivals that are even within each minute, scaled to ``visitors`` in all."""
    seconds = [arrived / 60 for arrived in arrivals for _ in range(60)]
    return _whole(seconds, round(sum(arrivals)) if visitors is None else visitors)


def _whole(shape: Sequence[float], visitors: int) -> list[int]:
    """Scale a shape to ``visitors`` in all. Rounding errors carry over to the next second."""
    scale = visitors / sum(shape)
    so_far = [round(arrived * scale) for arrived in accumulate(shape)]
    return [now - before for before, now in zip([0, *so_far], so_far, strict=False)]


def read_minutes(path: str | Path) -> list[float]:
    """Return the arrivals of each minute from the last column of a CSV file.

    A header in the first line is skipped. Raises ConfigError, which names the line.
    """
    try:
        rows = list(csv.reader(Path(path).read_text(encoding="utf-8-sig").splitlines()))
    except (OSError, ValueError, csv.Error) as error:
        reason = getattr(error, "strerror", None) or error
        raise ConfigError(
            f"{path} can't be read: {reason}. Use burst, campaign, or a CSV file with the arrivals"
            " of each minute."
        ) from error
    found = [
        _arrivals(path, line, row[-1])
        for line, row in enumerate(rows, start=1)
        if row and not (line == 1 and not _is_number(row[-1]))
    ]
    if sum(found) <= 0:
        raise ConfigError(f"{path} has no arrivals. Write one line for each minute, such as 1200.")
    if len(found) > MAX_MINUTES:
        raise ConfigError(
            f"{path} has {len(found):,} minutes, but tickets last only for {MAX_DAYS} days. Use at"
            f" most {MAX_MINUTES:,} minutes."
        )
    return found


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _arrivals(path: str | Path, line: int, text: str) -> float:
    value = float(text) if _is_number(text) else math.nan
    if not (value >= 0 and math.isfinite(value)):
        raise ConfigError(
            f"{path}, line {line}: {text.strip()!r} is not a number of arrivals. Write one line for"
            " each minute, such as 1200 or 09:01,1200."
        )
    return value
