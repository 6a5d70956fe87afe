"""When something is: how times are told to people, and how they are read from them.

What a terminal shows is in the time zone of this machine, and names the zone. What a file has as
text is ISO 8601 with the offset from UTC. A report's page is in the zone of the machine that draws
it, and names it, too. Times are in seconds since the epoch.
"""

import re
from datetime import UTC, datetime, timedelta, tzinfo

SHORT_NAME = re.compile("[A-Z]{2,5}")  # Windows has long names, and some zones have only an offset
CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
AGE = re.compile(r"(\d+(?:\.\d+)?) ?(s|min|m|h|d)(?: ago)?")
SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
STORED = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) UTC(?=$| on$)")


def local(at: float, zone: tzinfo | None = None) -> datetime:
    """Return a time in a zone. None is the zone of this machine."""
    return datetime.fromtimestamp(at, UTC).astimezone(zone)


def moment(at: float) -> str:
    """Return a day and a time for a terminal: 2026-11-27 18:00:03 CET."""
    when = local(at)
    return f"{when:%Y-%m-%d %H:%M:%S} {_zone(when)}"


def clock(at: float) -> str:
    """Return a time of a day that is clear, for a terminal: 18:00:03 CET."""
    when = local(at)
    return f"{when:%H:%M:%S} {_zone(when)}"


def iso(at: float) -> str:
    """Return a time for a file: 2026-11-27T17:00:03+00:00."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")


def short(at: float, zone: tzinfo | None) -> str:
    """Return a time for a page that names the zone once: 27 Nov 18:00:03."""
    return f"{local(at, zone):%d %b %H:%M:%S}"


def zone_name(at: float, zone: tzinfo | None) -> str:
    """Return the name of the zone at a time, such as "CET (UTC+01:00)"."""
    when = local(at, zone)
    name, shift = when.tzname() or "", _offset(when)
    return shift if name in ("", shift, "UTC") else f"{name} ({shift})"


def localized(text: str) -> str:
    """Return a text of the room's table, at whose end is a time in UTC, as a terminal shows it."""

    def here(found: re.Match[str]) -> str:
        return moment(datetime.fromisoformat(f"{found[1]}Z").timestamp())

    return STORED.sub(here, text)


def to_come(text: str, now: float) -> float:
    """Read a time of day (the next one), or a day and a time. Raises ValueError.

    Without a time zone it is of this machine's.
    """
    if len(text.strip()) <= len("2026-11-28") and not CLOCK.fullmatch(text.strip()):
        raise ValueError(text)  # a day without a time is more likely a slip than midnight
    return _read(text.strip(), now, 1)


def gone(text: str, now: float) -> float:
    """Read a time of day (the last one), a day, a day and a time, or an age. Raises ValueError."""
    if age := AGE.fullmatch(text.strip().lower()):
        found = now - float(age[1]) * SECONDS[age[2][0]]
    else:
        found = _read(text.strip(), now, -1)
    if not 0 <= found < now:
        raise ValueError(text)
    return found


def _read(text: str, now: float, days: int) -> float:
    clock = CLOCK.fullmatch(text)
    if not clock:
        return datetime.fromisoformat(text).timestamp()
    hour, minute = map(int, clock.groups())
    # Without a zone, so that an hour that a change of the clocks adds or takes is counted.
    today = datetime.fromtimestamp(now).replace(hour=hour, minute=minute, second=0, microsecond=0)
    is_right = today.timestamp() > now if days > 0 else today.timestamp() < now
    return (today if is_right else today + timedelta(days=days)).timestamp()


def _zone(when: datetime) -> str:
    name = when.tzname() or ""
    return name if SHORT_NAME.fullmatch(name) else _offset(when)


def _offset(when: datetime) -> str:
    offset = f"{when:%z}"
    return f"UTC{offset[:3]}:{offset[3:5]}" if offset not in ("", "+0000") else "UTC"
