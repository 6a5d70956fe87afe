"""The figures of a whole crowd, from what each visitor noted. Pure."""

import math
import statistics
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from beekeeper.local.visitor import Stage
from beekeeper.rehearsal.size import ARRIVALS_PER_SECOND, SHORTEST_ARRIVALS_SECONDS
from beekeeper.rehearsal.visitor import REFUSED, UNANSWERED, Asked, Rehearser
from beekeeper.results import Rehearsed

# Fewer visitors, or a shorter time, tell nothing about a rate: a visitor asks every few seconds.
LEAST_ENTRIES, LEAST_SECONDS = 20, 10.0
END_LEFT_OUT = 0.05  # of the entries: the line ends
# There is a line if the entries take so many times as long as the arrivals.
LINE = 1.5
MOST_RATE = ARRIVALS_PER_SECOND * 60 / LINE
SPARE = 1.25  # visitors don't come evenly


@dataclass(frozen=True, slots=True)
class Growth:
    """What the room's exact counts grew by, the rate at the beginning, and the crowd's delay."""

    rate: float
    admitted: int
    entered: int
    late_seconds: float = 0.0


def figures(visitors: Sequence[Rehearser], counted: Growth) -> Rehearsed:
    """Return the figures of a crowd whose steps have ended."""
    placed = [v for v in visitors if v.ticket or v.entered_at]
    went_in = [v for v in visitors if v.entered_at]
    entries = sorted(v.entered_at for v in went_in)
    waits = sorted(v.entered_at - v.placed_at for v in went_in if v.placed_at)
    errors = [abs(v.entered_at - v.promised_at) for v in went_in if v.promised_at]
    asked = [a for v in visitors for a in v.asked if a.is_room]
    at_site = [a for v in visitors for a in v.asked if not a.is_room]
    took = sorted(a.seconds for a in at_site if a.status != UNANSWERED)
    troubles = list(_troubles(went_in))
    return Rehearsed(
        came=sum(bool(v.came_at) for v in visitors),
        joined=len(placed),
        entered=len(went_in),
        still_waiting=sum(v.stage in (Stage.WAITING, Stage.READY) for v in visitors),
        rate=counted.rate,
        held_rate=held_rate(entries, [v.placed_at for v in placed if v.placed_at]),
        median_wait_seconds=_rounded(statistics.median(waits)) if waits else None,
        longest_wait_seconds=_rounded(waits[-1]) if waits else None,
        estimate_error_seconds=_rounded(statistics.median(errors)) if errors else None,
        lost=sum(v.is_lost for v in visitors),
        asked_to_wait=sum(bool(v.asked_to_wait) for v in visitors),
        pages_failed=sum(v.errors for v in visitors),
        late_seconds=_rounded(counted.late_seconds),
        requests=len(asked),
        throttled=sum(a.status == 429 for a in asked),
        failed=sum(a.status == UNANSWERED or a.status >= 500 for a in asked),
        site_refused=sum(v.is_refused for v in visitors),
        site_failed=len(troubles),
        site_trouble=Counter(troubles).most_common(1)[0][0] if troubles else "",
        site_p95_seconds=_rounded(took[math.ceil(len(took) * 0.95) - 1]) if took else None,
        entries_per_second=per_second(entries),
        fullest_minute=fullest(entries, 60.0),
        counted_admitted=counted.admitted,
        counted_entered=counted.entered,
    )


def held_rate(entries: Sequence[float], places: Sequence[float]) -> float | None:
    """Return the entries a minute while others waited, or None if that can't be told.

    Only the second half counts, without its end. In the first half functions wake, and whoever was
    admitted meanwhile goes in at once. Without a line, visitors go in as they come, which says
    nothing about the rate.
    """
    kept = entries[len(entries) // 2 : len(entries) - int(len(entries) * END_LEFT_OUT)]
    if len(kept) < LEAST_ENTRIES or (seconds := kept[-1] - kept[0]) < LEAST_SECONDS:
        return None
    if (max(places) - min(places)) * LINE > entries[-1] - entries[0]:
        return None
    return _rounded((len(kept) - 1) / seconds * 60)


def enough(rate: float) -> int:
    """Return how many visitors a rehearsal needs to measure a rate of up to MOST_RATE."""
    per_second = rate / 60
    kept = max(LEAST_ENTRIES, LEAST_SECONDS * per_second) / (1 / 2 - END_LEFT_OUT)
    least = max(kept, SHORTEST_ARRIVALS_SECONDS * LINE * per_second)
    return math.ceil(least * SPARE / 10) * 10


def _troubles(went_in: Sequence[Rehearser]) -> Iterator[str]:
    """Return why the site let a visitor down, for each who met an error."""
    for visitor in went_in:
        failed = [a for a in visitor.asked if not a.is_room and _is_failed(a)]
        if failed:
            yield failed[-1].why or f"it answered {failed[-1].status}"


def _is_failed(asked: Asked) -> bool:
    return asked.status == UNANSWERED or (asked.status >= 400 and asked.status not in REFUSED)


def per_second(entries: Sequence[float]) -> list[int]:
    """Return how many entered in each second since the first of them."""
    if not entries:
        return []
    counts = [0] * (int(entries[-1] - entries[0]) + 1)
    for at in entries:
        counts[int(at - entries[0])] += 1
    return counts


def fullest(entries: Sequence[float], seconds: float) -> int:
    """Return the most entries in any time of this length. The entries are in order."""
    most, first = 0, 0
    for last, at in enumerate(entries):
        while at - entries[first] > seconds:
            first += 1
        most = max(most, last - first + 1)
    return most


def _rounded(value: float) -> float:
    return round(value, 1)
