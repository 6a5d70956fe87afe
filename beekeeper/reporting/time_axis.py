"""The times of day below a chart of a report."""

from collections.abc import Iterator
from datetime import timedelta, tzinfo

from beekeeper.charts import Axis
from beekeeper.rules.durations import DAY, HOUR, MINUTE
from beekeeper.times import local

STEPS = (
    *(5, 10, 15, 30),
    *(n * MINUTE for n in (1, 2, 5, 10, 15, 30)),
    *(n * HOUR for n in (1, 2, 3, 6, 12)),
    *(n * DAY for n in (1, 2, 7)),
)
MARKS = 6


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
