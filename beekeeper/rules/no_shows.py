"""No-shows: the rate counts visitors who arrive, so the line compensates for those who never come.

PROMPT_SECONDS after the admission, the consumer looks up a sample of the admitted visitors: have
they gone in? If a share p of them has, the line moves at rate / p, so that the rate arrives.

A visitor who comes later can still go in while the turn is kept, but takes another slot of the
schedule, in the lane for latecomers (rules/lane.py). Otherwise, all who were absent for a quarter
of an hour could arrive within one second. So, whatever visitors do, in T seconds at most

    overbooking x rate x (T + 2 + PROMPT_SECONDS) / 60, plus one,

visitors arrive. ``overbooking`` is the bound from the configuration. PROMPT_SECONDS is the time
that every visitor can take after a slot. Who arrives in T seconds has a slot in the T +
PROMPT_SECONDS before, and rules/pacing.py bounds the slots. The flow reaches the bound only if all
who were expected to stay away come at once. Latecomers alone don't raise the flow: each takes the
time of one arrival from the schedule.
"""

from dataclasses import dataclass

# Near the turn, most pages ask every two seconds. A hidden tab asks when it is shown.
PROMPT_SECONDS = 30.0
# A visitor can take this many numbers in the lane. Without this limit, a few visitors who ask and
# never come could take all of its slots.
MOST_AGAIN = 3
# Only about this many of the latest checks count. At 600 a minute they take a minute or two. In two
# cases of three, they then give the share to within 3 %. (The square root of 0.3 x 0.7 / 1,000,
# divided by 0.7, is 2 %.)
MEMORY = 1_000.0
# The rule starts as if this many visitors had been checked and had all come. So the first few
# checks move little.
PRIOR = 20.0


@dataclass(frozen=True, slots=True)
class Shows:
    """Of ``checked`` admitted visitors, ``showed`` went in promptly."""

    checked: float = 0.0
    showed: float = 0.0

    def after(self, checked: int, showed: int) -> "Shows":
        """Return the record with more checks. Beyond MEMORY checks, old ones fade."""
        total = self.checked + checked
        kept = min(1.0, MEMORY / total) if total else 1.0
        return Shows(round(total * kept, 3), round((self.showed + showed) * kept, 3))


def share(shows: Shows) -> float | None:
    """Return the share of no-shows, from 0 to 1. It is None until enough were looked up."""
    return round(1 - shows.showed / shows.checked, 3) if shows.checked >= PRIOR else None


def pace_per_minute(rate_per_minute: float, shows: Shows, overbooking: float) -> float:
    """Return how many visitors to admit a minute, so that ``rate_per_minute`` arrive."""
    making_up = (shows.checked + PRIOR) / (shows.showed + PRIOR)
    return rate_per_minute * min(max(1.0, making_up), overbooking)


def is_late(slot: float, now: float) -> bool:
    """Return whether a visitor who comes now needs another slot.

    The line has already compensated for the visitor's own slot.
    """
    return now > slot + PROMPT_SECONDS
