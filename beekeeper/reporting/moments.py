"""Times of day, for the axes and the tables of a report."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo

from beekeeper.charts import Axis

MINUTE, HOUR, DAY = 60, 3_600, 86_400
STEPS = (
    *(5, 10, 15, 30),
    *(n * MINUTE for n in (1, 2, 5, 10, 15, 30)),
    *(n * HOUR for n in (1, 2, 3, 6, 12)),
    *(n * DAY for n in (1, 2, 7)),
)
MARKS = 6


def local(at: float, zone: tzinfo | None) -> datetime:
    """Return a time (epoch seconds) in a zone. None is the zone of this machine."""
    return datetime.fromtimestamp(at, UTC).astimezone(zone)


def axis(first: float, last: float, zone: tzinfo | None) -> Axis:
    """Return the axis from one time to another, with marks at round times of day."""
    end = max(last - first, 1.0)
    step = next((s for s in STEPS if end / s <= MARKS), STEPS[-1])
    form = _form(step, is_one_day=local(first, zone).date() == local(last, zone).date())
    marks = [(at - first, f"{local(at, zone):{form}}") for at in _round(first, last, step, zone)]
    return Axis(end, marks)


def _form(step: int, *, is_one_day: bool) -> str:
    if step >= DAY:
        return "%d %b"
    if step < MINUTE:
        return "%H:%M:%S"
    return "%H:%M" if is_one_day or step < 3 * HOUR else "%a %H:%M"


def _round(first: float, last: float, step: int, zone: tzinfo | None) -> Iterator[float]:
    offset = (local(first, zone).utcoffset() or timedelta()).total_seconds()
    at = -(-(first + offset) // step) * step - offset
    while at <= last:
        yield at
        at += step


def zone_name(at: float, zone: tzinfo | None) -> str:
    """Return the name of the zone at a time, such as "CET (UTC+01:00)"."""
    when = local(at, zone)
    name, offset = when.tzname() or "", f"{when:%z}"
    shift = f"UTC{offset[:3]}:{offset[3:]}" if offset not in ("", "+0000") else "UTC"
    return shift if name in ("", shift, "UTC") else f"{name} ({shift})"


def moment(at: float, zone: tzinfo | None) -> str:
    """Return a time for a table: the day and the time, to the second."""
    return f"{local(at, zone):%d %b %H:%M:%S}"
