"""What the charts of a report are drawn of: lines, steps, bars, bands and marks, as SVG.

No meaning is in a colour alone: lines also have dashes, and bars have patterns.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby, pairwise

from beekeeper.charts import TOP, Axis, point

# Marks that are nearer than this share one text.
MARK_WIDTH = 34
# A band with less room has no text.
LEAST_BAND = 80
# The bars' patterns, by style. They are drawn once in a page, before all charts.
PATTERNS = (
    '<svg class="patterns" aria-hidden="true"><defs>'
    '<pattern id="bk-late" width="6" height="6" patternUnits="userSpaceOnUse"'
    ' patternTransform="rotate(45)"><path class="stripe b" d="M0 0V6"/></pattern>'
    '<pattern id="bk-never" width="5" height="5" patternUnits="userSpaceOnUse">'
    '<circle class="dot c" cx="2.5" cy="2.5" r="1.3"/></pattern></defs></svg>'
)


@dataclass(frozen=True, slots=True)
class Plane:
    """Where times (epoch seconds, from ``first`` on) and values are in a chart."""

    first: float
    x: Axis
    y: Axis

    def at(self, moment: float, value: float) -> tuple[float, float]:
        """Return the point of a value at a time. What is outside is moved to the border."""
        across = min(1.0, max(0.0, (moment - self.first) / self.x.end))
        return point(across, min(1.0, max(0.0, value / self.y.end)))


@dataclass(frozen=True, slots=True)
class Series:
    """Values over time, each with its moment. None is a gap. ``style`` is a CSS class."""

    name: str
    style: str
    values: Sequence[tuple[float, float | None]]
    is_filled: bool = False


def line(plane: Plane, series: Series) -> str:
    """Draw a line through the values, with its gaps."""
    runs = groupby(series.values, key=lambda each: each[1] is None)
    parts = (
        _run(series, [plane.at(moment, value) for moment, value in run if value is not None])
        for is_gap, run in runs
        if not is_gap
    )
    filled = _area(plane, series) if series.is_filled else ""
    return filled + "".join(parts)


def _run(series: Series, points: Sequence[tuple[float, float]]) -> str:
    # A single point is a line to itself, which has a round end.
    drawn = points if len(points) > 1 else [*points, *points]
    return f'<polyline class="line {series.style}" points="{_path(drawn)}"/>'


def _area(plane: Plane, series: Series) -> str:
    values = [(moment, value or 0.0) for moment, value in series.values]
    if not values:
        return ""
    left, right = plane.at(values[0][0], 0), plane.at(values[-1][0], 0)
    path = _path([left, *(plane.at(*each) for each in values), right])
    return f'<polygon class="area {series.style}" points="{path}"/>'


def stairs(plane: Plane, series: Series) -> str:
    """Draw values that each hold until the next one."""
    points = list[tuple[float, float | None]](series.values[:1])
    for (_, before), (moment, value) in pairwise(series.values):
        points += [(moment, before), (moment, value)]
    return line(plane, Series(series.name, series.style, points))


def bars(
    plane: Plane, starts: Sequence[float], seconds: float, parts: Sequence[Series]
) -> Iterator[str]:
    """Draw a bar for each step of so many seconds: the parts, one upon the other."""
    below = [0.0] * len(starts)
    for part in parts:
        for i, (_, value) in enumerate(part.values):
            if value:
                top = below[i] + value
                yield _bar(plane, starts[i], seconds, (below[i], top), part.style)
                below[i] = top


def _bar(plane: Plane, start: float, seconds: float, span: tuple[float, float], style: str) -> str:
    (left, bottom), (right, top) = plane.at(start, span[0]), plane.at(start + seconds, span[1])
    width = max(0.5, right - left - min(2.0, (right - left) / 5))
    return (
        f'<rect class="bar {style}" x="{left}" y="{top}" width="{width:.1f}"'
        f' height="{max(0.0, bottom - top):.1f}"/>'
    )


def bands(plane: Plane, spans: Sequence[tuple[float, float, str]]) -> Iterator[str]:
    """Draw the times in which something was so, each with a name."""
    for start, end, _ in spans:
        (left, bottom), (right, top) = plane.at(start, 0), plane.at(end, plane.y.end)
        yield (
            f'<rect class="band" x="{left}" y="{top}" width="{max(1.0, right - left):.1f}"'
            f' height="{bottom - top:.1f}"/>'
        )


def names(plane: Plane, spans: Sequence[tuple[float, float, str]]) -> Iterator[str]:
    """Draw the names of bands, where there is room: at the top, where the values don't reach."""
    for start, end, text in spans:
        (left, _), (right, _) = plane.at(start, 0), plane.at(end, 0)
        if right - left >= LEAST_BAND:
            at = f'x="{left + 5}" y="{TOP + 26}"'
            yield f'<text class="mark over" {at}>{escape(text)}</text>'


def marks(plane: Plane, moments: Sequence[float]) -> Iterator[str]:
    """Draw a thin line at each moment, with its number: 1, 2, 3 and so on."""
    placed = [plane.at(moment, 0) for moment in moments]
    for x, bottom in placed:
        yield f'<line class="moment" x1="{x}" x2="{x}" y1="{TOP}" y2="{bottom}"/>'
    for first, last, x in _together([x for x, _ in placed]):
        text = str(first) if first == last else f"{first}–{last}"
        yield f'<text class="number" x="{x}" y="{TOP + 6}" text-anchor="middle">{text}</text>'


def _together(places: Sequence[float]) -> Iterator[tuple[int, int, float]]:
    """Return the numbers that share a text: the first, the last, and where it is."""
    start = 0
    for i in range(1, len(places) + 1):
        if i == len(places) or places[i] - places[start] > MARK_WIDTH:
            yield start + 1, i, round((places[start] + places[i - 1]) / 2, 1)
            start = i


def key(style: str, *, is_bar: bool = False) -> str:
    """Draw what stands before a name in a legend."""
    shape = (
        f'<rect class="bar {style}" x="1" y="1" width="24" height="10"/>'
        if is_bar
        else f'<line class="line {style}" x1="0" x2="26" y1="6" y2="6"/>'
    )
    return f'<svg class="key" viewBox="0 0 26 12" aria-hidden="true">{shape}</svg>'


def _path(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x},{y}" for x, y in points)
