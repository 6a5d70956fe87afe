"""No-shows: the rate means visitors who arrive, so those who never come are made up for.

Of those let through, a sample is looked up after PROMPT_SECONDS: have they gone in? When a share p
of them has, the line moves at rate / p, so that the rate arrives.

Whoever comes later than that is let in all the same, for as long as their turn is kept, but takes a
slot of the schedule like everybody else (handlers/turnstile.py): the absentees of a quarter of an
hour may all come in one second, and must not all arrive in it. So, whatever they do, in T seconds

    overbooking x rate x (T + 2 + PROMPT_SECONDS) / 60

arrive at most: ``overbooking`` is the bound of the configuration, and the half minute is the time
that everybody may take. It is reached only when all who were expected to stay away come at once.
"""

from dataclasses import dataclass

# Most pages ask every two seconds when their turn is near; a hidden tab asks when it is shown.
PROMPT_SECONDS = 30.0
# So many slots may a visitor let go by after the first: else a few who ask and never come could
# take them all.
MOST_AGAIN = 3
# The latest so many checks count: a minute or two at 600 a minute, where the share is then known to
# within 3 % in two cases of three (the square root of 0.3 x 0.7 / 1,000, over 0.7, is 2 %).
MEMORY = 1_000.0
# So many visitors are taken to have come before the first was looked up: few checks move little.
PRIOR = 20.0


@dataclass(frozen=True, slots=True)
class Shows:
    """Of ``checked`` visitors who were let through, ``showed`` went in promptly."""

    checked: float = 0.0
    showed: float = 0.0

    def after(self, checked: int, showed: int) -> "Shows":
        """Return the record with more checks; old ones fade beyond MEMORY."""
        total = self.checked + checked
        kept = min(1.0, MEMORY / total) if total else 1.0
        return Shows(round(total * kept, 3), round((self.showed + showed) * kept, 3))


def share(shows: Shows) -> float | None:
    """Return the share of no-shows, from 0 to 1; None while too few have been looked up."""
    return round(1 - shows.showed / shows.checked, 3) if shows.checked >= PRIOR else None


def pace_per_minute(rate_per_minute: float, shows: Shows, overbooking: float) -> float:
    """Return how many to let through a minute, so that ``rate_per_minute`` arrive."""
    making_up = (shows.checked + PRIOR) / (shows.showed + PRIOR)
    return rate_per_minute * min(max(1.0, making_up), overbooking)


def is_late(slot: float, now: float) -> bool:
    """Tell whether a visitor who comes now needs another slot: the own one was made up for."""
    return now > slot + PROMPT_SECONDS
