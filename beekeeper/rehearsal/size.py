"""How large a rehearsal is. Pure."""

from dataclasses import dataclass

from beekeeper.errors import ConfigError

MOST_VISITORS = 2_000  # one machine can act as so many browsers
MOST_MINUTES = 60.0
MINUTES = 3.0
SPARE_SECONDS = 60.0  # the arrivals, and the polls of those who come last
ARRIVALS_PER_SECOND = 40.0
SHORTEST_ARRIVALS_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Size:
    """So many visitors arrive within ``arrive_seconds``, and all is over after ``seconds``."""

    visitors: int
    seconds: float
    arrive_seconds: float


def sized(rate: float, visitors: int | None, minutes: float | None) -> Size:
    """Return the size of a rehearsal at a rate, in visitors a minute.

    Without a number of visitors it sends as many as can go in within the time, less a minute.
    Without a time it lasts until all can have gone in. Raises ConfigError.
    """
    if minutes is not None and not 1 <= minutes <= MOST_MINUTES:
        raise ConfigError(f"A rehearsal takes 1 to {MOST_MINUTES:.0f} minutes.")
    if visitors is None:
        seconds = (minutes or MINUTES) * 60
        fitting = rate / 60 * max(seconds - SPARE_SECONDS, seconds / 2)
        return _arriving(max(1, min(MOST_VISITORS, round(fitting))), seconds)
    if not 1 <= visitors <= MOST_VISITORS:
        raise ConfigError(
            f"A rehearsal sends 1 to {MOST_VISITORS:,} visitors, because one machine can't act as"
            " more browsers. For a larger crowd, see examples/load."
        )
    needed = visitors / rate * 60 + SPARE_SECONDS
    return _arriving(visitors, (minutes or min(MOST_MINUTES, needed / 60)) * 60)


def _arriving(visitors: int, seconds: float) -> Size:
    arrive = max(visitors / ARRIVALS_PER_SECOND, SHORTEST_ARRIVALS_SECONDS)
    return Size(visitors, seconds, min(arrive, seconds / 2))
