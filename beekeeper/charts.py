"""Charts as SVG, without scripts. CSS classes set the colours for light and dark mode."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from beekeeper.rules.durations import duration

WIDTH, HEIGHT = 640, 240
LEFT, RIGHT, TOP, BOTTOM = 76, 32, 12, 34
TICKS = 4
STEPS = (1, 2, 3, 5, 6, 10, 12, 15, 20, 30)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a chart. ``style`` is its CSS class. Values are in even steps from the left."""

    name: str
    style: str
    values: Sequence[float]


@dataclass(frozen=True, slots=True)
class Axis:
    """The marks of an axis: the position of each, from 0 to ``end``, and its text."""

    end: float
    marks: Sequence[tuple[float, str]]


def chart(title: str, said: str, lines: Sequence[Line], x: Axis, y: Axis) -> str:
    """Return a chart. ``said`` is a sentence that describes it to people who can't see it."""
    return frame(title, said, [_shape(line, y.end) for line in lines], x, y)


def frame(title: str, said: str, shapes: Iterable[str], x: Axis, y: Axis) -> str:
    """Return a chart of shapes that were drawn before, over the marks of its axes."""
    marks = [_y_mark(at / y.end, text) for at, text in y.marks]
    marks += [_x_mark(i, at / x.end, text) for i, (at, text) in enumerate(x.marks)]
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}: '
        f'{escape(said)}"><title>{escape(title)}: {escape(said)}</title>'
        f"{''.join(marks)}{''.join(shapes)}</svg>"
    )


def point(x: float, y: float) -> tuple[float, float]:
    """Return the point for shares of the two axes."""
    across, down = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
    return round(LEFT + x * across, 1), round(TOP + (1 - y) * down, 1)


def _y_mark(share: float, text: str) -> str:
    (left, y), (right, _) = point(0, share), point(1, share)
    return (
        f'<line class="grid" x1="{left}" x2="{right}" y1="{y}" y2="{y}"/>'
        f'<text class="mark" x="{left - 6}" y="{y + 4}" text-anchor="end">{escape(text)}</text>'
    )


def _x_mark(i: int, share: float, text: str) -> str:
    """Draw a mark. A phone has room for every other one: style sheets hide those that are odd."""
    x, y = point(share, 0)
    style = "mark odd" if i % 2 else "mark"
    return f'<text class="{style}" x="{x}" y="{y + 22}" text-anchor="middle">{escape(text)}</text>'


def _shape(line: Line, top: float) -> str:
    last = max(1, len(line.values) - 1)
    points = [point(i / last, value / top) for i, value in enumerate(line.values)]
    path = " ".join(f"{x},{y}" for x, y in points)
    (left, floor), (right, _) = point(0, 0), points[-1] if points else point(0, 0)
    area = f'<polygon class="area {line.style}" points="{left},{floor} {path} {right},{floor}"/>'
    return f'{area}<polyline class="line {line.style}" points="{path}"/>'


def amounts(top: float) -> Axis:
    """Return the axis for counts up to ``top``, with round marks."""
    step = _round_up(max(top, 1e-9) / TICKS)
    count = max(1, -int(-max(top, 1e-9) // step))
    return Axis(step * count, [(step * i, short(step * i)) for i in range(count + 1)])


def times(seconds: float, *, marks: int = 6) -> Axis:
    """Return the axis for a time span in seconds, from 0."""
    end = max(seconds, 1.0)
    step = _time_step(end / marks)
    return Axis(end, [(i * step, _mark(i * step)) for i in range(int(end / step) + 1)])


def durations(top: float) -> Axis:
    """Return the axis for waits up to ``top`` seconds."""
    step = _time_step(max(top, 1.0) / TICKS)
    count = -int(-max(top, 1.0) // step)
    return Axis(step * count, [(i * step, _mark(i * step)) for i in range(count + 1)])


def _round_up(value: float) -> float:
    """Return the next of 1, 2, 2.5 and 5 x a power of ten."""
    power = 10.0 ** int(f"{value:e}".split("e")[1])
    return next(n * power for n in (1, 2, 2.5, 5, 10) if n * power >= value * 0.999)


def _time_step(value: float) -> float:
    for unit in (1, 60, 3_600):
        for step in STEPS:
            if step * unit >= value:
                return float(step * unit)
    return _round_up(value / 86_400) * 86_400


def _mark(seconds: float) -> str:
    """Return a time that is short enough for an axis on a phone: 90 s, 1:20 h."""
    if seconds < 180 and seconds % 60:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    if 60 < minutes < 1_440:
        return f"{minutes // 60}:{minutes % 60:02} h"
    return duration(seconds) if seconds else "0"


def short(value: float) -> str:
    """Return a count that is short enough for a chart: 2.5 M."""
    for unit, name in ((1e9, " G"), (1e6, " M"), (1e3, " k")):
        if value >= unit:
            return f"{value / unit:.3g}{name}"
    return f"{value:.3g}"
