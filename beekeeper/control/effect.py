"""What a change means for those who wait: their waits before and after it. Pure."""

from dataclasses import replace

from beekeeper.rules import line
from beekeeper.rules.governed import Governed, pace_in_force
from beekeeper.rules.line import Pulse
from beekeeper.rules.settings import Mode, Settings


def waits(
    before: Settings, after: Settings, pulse: Pulse, governed: Governed, now: float
) -> tuple[float | None, float | None]:
    """Return the wait of a visitor who joins now, before and after a change, in seconds.

    It is None while nobody is admitted, and 0 while the room is off. The pace that was measured
    before a change of the rate says nothing about the time after it.
    """
    unmeasured = replace(pulse, rate=0.0) if before.rate != after.rate else pulse
    first, second = (before, pulse), (after, unmeasured)
    found = [
        _wait(settings, p, pace_in_force(settings, governed, now))
        for settings, p in (first, second)
    ]
    return found[0], found[1]


def _wait(settings: Settings, published: Pulse, rate: float) -> float | None:
    if settings.mode is not Mode.ON:
        return 0.0 if settings.mode is Mode.OFF else None
    pulse = line.since_cleared(published, settings.cleared_at)
    pace = replace(settings, rate=rate).pace(pulse)
    return round(line.eta_seconds(pulse.waiting, pulse, pace, pulse.as_of), 1)
