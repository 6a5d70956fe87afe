"""Times, as the commands say them."""

from datetime import datetime


def moment(at: float) -> str:
    """Return a time (epoch seconds) of this machine's time zone, with the zone."""
    return f"{datetime.fromtimestamp(at).astimezone():%a %Y-%m-%d %H:%M:%S %Z}"
