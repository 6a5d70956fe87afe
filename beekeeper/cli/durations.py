"""Times and durations, as the commands say them."""

import math
from datetime import datetime


def duration(seconds: float) -> str:
    """Return a duration, such as a wait, to the minute."""
    minutes = round(seconds / 60)
    if minutes < 1:
        return "less than a minute"
    if minutes < 90:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours < 48 else f"{hours // 24} days {hours % 24} h"


def at_most(seconds: float) -> str:
    """Return a duration that is an upper bound."""
    return f"{math.ceil(seconds)} s" if seconds <= 60 else f"{math.ceil(seconds / 60)} min"


def moment(at: float) -> str:
    """Return a time (epoch seconds) of this machine's time zone, with the zone."""
    return f"{datetime.fromtimestamp(at).astimezone():%a %Y-%m-%d %H:%M:%S %Z}"
