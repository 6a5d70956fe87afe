"""The pace in force: what of the operator's rate the governor and the site let through now.

The governor measures the destination once a minute, and holds a pace (rules/governor.py decides
which). The site itself can also ask for a pace for some minutes. Both can only slow the line down:

    the operator's rate     the upper bound, and what is in force without a governor
    the pace that is held   while its measurement is at most HELD_SECONDS old
    the pace asked for      until the end that the site named, at most MAX_PACE_SECONDS ahead
    the floor               the lower bound, unless the operator's rate is lower

So a governor that dies leaves the operator's rate in force after HELD_SECONDS. A time that can't be
right (somebody damaged the item, or a clock is wrong) counts as none.

A governor that lets the whole rate through holds nothing. So when operators raise the rate then,
the new one is in force at once, and not step by step.
"""

from dataclasses import dataclass

from beekeeper.rules.settings import GovernorMode, Settings
from beekeeper.rules.tokens import MAX_PACE_SECONDS

HELD_SECONDS = 180.0
AHEAD_SECONDS = 5.0  # no clock is further ahead than this


@dataclass(frozen=True, slots=True)
class Governed:
    """What the governor last measured and decided, and what the site asked for.

    Paces are visitors a minute. Times are seconds since the epoch, and 0 means never.
    """

    pace: float = 0.0
    held_at: float = 0.0  # the last measurement that set the pace
    reason: str = ""  # for people
    sent: int = 0  # requests of the last measurement
    failed: int = 0
    refused: int = 0
    median_seconds: float = 0.0
    p95_seconds: float = 0.0
    baseline_seconds: float = 0.0  # the one in force; 0 if it is not known yet
    memory: tuple[float, ...] = ()  # of the law
    asked_pace: float = 0.0
    asked_until: float = 0.0
    # The last decisions, the newest last: when, the pace, the 95th percentile in ms, share failed.
    history: tuple[tuple[float, ...], ...] = ()
    rate: float = 0.0  # the operators', when the pace was decided; 0 if it is not known
    baseline_of: str = ""  # the page that the baseline was measured of; empty if operators gave it

    def is_held(self, now: float) -> bool:
        """Return whether the pace was decided so recently that it holds."""
        return self.pace > 0 and -AHEAD_SECONDS <= now - self.held_at <= HELD_SECONDS

    @property
    def is_lowered(self) -> bool:
        """Whether the pace is below the rate that operators wanted then."""
        return not 0 < self.rate <= self.pace

    def is_asked(self, now: float) -> bool:
        """Return whether the site has asked for a pace for now."""
        ahead = self.asked_until - now
        return self.asked_pace > 0 and 0 < ahead <= MAX_PACE_SECONDS + AHEAD_SECONDS


NEVER = Governed()


def pace_advised(settings: Settings, governed: Governed, now: float) -> float:
    """Return the pace that the governor would hold now, in visitors a minute."""
    slower = [governed.pace] if governed.is_held(now) and governed.is_lowered else []
    slower += [governed.asked_pace] if governed.is_asked(now) else []
    return min(settings.rate, max(settings.governor_floor, min(slower, default=settings.rate)))


def pace_in_force(settings: Settings, governed: Governed, now: float) -> float:
    """Return the visitors who may arrive in a minute now."""
    if settings.governor_mode is not GovernorMode.AUTOMATIC:
        return settings.rate
    return pace_advised(settings, governed, now)
