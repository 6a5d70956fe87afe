"""The charts of an event, each with one idea, and all but the last over the same time."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from html import escape

from beekeeper.charts import Axis, amounts, durations, frame
from beekeeper.counted import counted
from beekeeper.reporting import drawing, time_axis, timeline
from beekeeper.reporting.drawing import Plane, Series
from beekeeper.reporting.measured import Measured, Step
from beekeeper.results import Entry
from beekeeper.rules.durations import MINUTE, duration
from beekeeper.rules.settings import GovernorMode, Mode

MOST_BARS = 60
# Room above the values, for the numbers of what operators did.
HEADROOM = 1.15
NOT_ON = (Mode.PAUSED, Mode.OFF)


@dataclass(frozen=True, slots=True)
class Drawn:
    """An event with what its charts share. ``entries`` are the changes that have a number."""

    event: Measured
    zone: tzinfo | None
    entries: Sequence[Entry]

    @property
    def first(self) -> float:
        """When the charts begin."""
        return self.event.steps[0].at

    @property
    def last(self) -> float:
        """When the charts end."""
        return self.event.steps[-1].at + self.event.step_seconds

    @property
    def middles(self) -> list[float]:
        """The middle of each step, where its count is drawn."""
        return [step.at + self.event.step_seconds / 2 for step in self.event.steps]

    def per_minute(self, count: Callable[[Step], int]) -> list[tuple[float, float | None]]:
        """Return a count of each step as visitors a minute, without a step that is not over."""
        event = self.event
        is_over = event.steps[-1].at + event.step_seconds <= event.until
        values = [count(step) * MINUTE / event.step_seconds for step in event.steps]
        pairs = list[tuple[float, float | None]](zip(self.middles, values, strict=True))
        return pairs if is_over else pairs[:-1]

    def plane(self, y: Axis) -> Plane:
        """Return the plane of a chart over the time of the event."""
        return Plane(self.first, time_axis.axis(self.first, self.last, self.zone), y)


def charts(drawn: Drawn) -> Iterator[str]:
    """Return the charts."""
    yield _joined(drawn)
    yield _waiting(drawn)
    yield _admitted(drawn)
    yield _entered(drawn)
    yield _waits(drawn)
    yield _came(drawn)


def _joined(drawn: Drawn) -> str:
    said = (
        f"{counted(drawn.event.joined, 'visitor')} joined, up to"
        f" {drawn.event.peak_joined_per_minute:,.0f}"
    )
    series = Series("joined", "a", drawn.per_minute(lambda step: step.joined), is_filled=True)
    return _lines(drawn, "Arrivals (visitors a minute)", f"{said} in a minute.", [series])


def _waiting(drawn: Drawn) -> str:
    step = drawn.event.step_seconds
    values = [(each.at + step, float(each.waiting)) for each in drawn.event.steps]
    series = Series("waiting", "a", [(drawn.first, 0.0), *values], is_filled=True)
    said = f"Up to {drawn.event.peak_waiting:,} waited at once."
    return _lines(drawn, "Waiting in line (visitors)", said, [series])


def _admitted(drawn: Drawn) -> str:
    series = Series("admitted", "a", drawn.per_minute(lambda s: s.admitted), is_filled=True)
    said = f"Admitted in all: {counted(drawn.event.admitted, 'visitor')}. The rate counts those"
    said += " who arrive, so more are admitted while some don't come."
    title = "Admitted (visitors a minute) and the rate"
    return _lines(drawn, title, said, [series], [_rate(drawn), *_pace(drawn)])


def _entered(drawn: Drawn) -> str:
    most = drawn.event.peak_entered_per_minute
    series = Series("entered", "a", drawn.per_minute(lambda s: s.entered), is_filled=True)
    entered = counted(drawn.event.entered, "visitor")
    said = f"{entered} entered, up to {most:,.0f} in a minute: the room sent each of them to your"
    said += " site with a pass. Your site's log has those who arrived."
    title = "Entered your site (visitors a minute) and the rate"
    return _lines(drawn, title, said, [series], [_rate(drawn)])


def _rate(drawn: Drawn) -> Series:
    """Return what operators set, with the times at which they did."""
    event = drawn.event
    found = timeline.changes(event.history, "rate", str(event.rate))
    spans = timeline.spans(found, drawn.first, drawn.last)
    rates = [(start, timeline.rate_in(text, event.rate)) for start, _, text in spans]
    return Series("the rate", "rate", [*rates, (drawn.last, rates[-1][1])])


def _pace(drawn: Drawn) -> Iterator[Series]:
    """Return what the governor held, if it held something."""
    found = [decision for decision in drawn.event.decisions if decision.at <= drawn.last]
    if found:
        is_advice = any(decision.mode != GovernorMode.AUTOMATIC for decision in found)
        name = "the governor's pace or advice" if is_advice else "the governor's pace"
        paces = [(decision.at, decision.pace) for decision in found]
        yield Series(name, "c", [*paces, (drawn.last, paces[-1][1])])


def _waits(drawn: Drawn) -> str:
    event = drawn.event
    waits = event.wait_percentiles
    shares = (
        ("half waited at most", "a", [step.wait_50_seconds for step in event.steps]),
        ("nine of ten", "b", [step.wait_90_seconds for step in event.steps]),
        ("the longest wait", "c", [step.wait_100_seconds for step in event.steps]),
    )
    lines = [
        Series(name, style, list(zip(drawn.middles, values, strict=True)))
        for name, style, values in shares
    ]
    said = (
        f"Half of all waited at most {duration(waits[50])}, and the longest wait was"
        f" {duration(waits[100])}. Each wait is shown when it ended."
        if waits
        else "Nobody was admitted."
    )
    return _lines(drawn, "The wait until the turn", said, lines, axis=durations)


def _came(drawn: Drawn) -> str:
    """Draw who came of those admitted, in steps that are long enough for a bar."""
    event = drawn.event
    some = -(-len(event.steps) // MOST_BARS)
    groups = [event.steps[i : i + some] for i in range(0, len(event.steps), some)]
    starts, seconds = [group[0].at for group in groups], some * event.step_seconds
    parts = [
        Series(
            name,
            style,
            [(s, float(sum(map(count, g)))) for s, g in zip(starts, groups, strict=True)],
        )
        for name, style, count in _PARTS
    ]
    top = max(sum(step.admitted for step in group) for group in groups)
    plane = drawn.plane(amounts(top * HEADROOM))
    shapes = [
        *_under(drawn, plane),
        *drawing.bars(plane, starts, seconds, parts),
        *_over(drawn, plane),
    ]
    said = (
        f"{event.no_shows:,} never came, {event.latecomers:,} came more than half a minute late"
        f"{f', and {event.pending:,} can still come' if event.pending else ''}."
    )
    title = f"Who came, by when they were admitted (visitors in {duration(seconds)})"
    keys = [(part.name, drawing.key(part.style, is_bar=True)) for part in parts]
    return _figure(title, said, shapes, plane, keys)


_PARTS: tuple[tuple[str, str, Callable[[Step], int]], ...] = (
    ("came at once", "a", lambda step: step.prompt),
    ("came late", "late", lambda step: step.late),
    ("never came", "never", lambda step: step.never),
    ("can still come", "pending", lambda step: step.pending),
)


def _lines(
    drawn: Drawn,
    title: str,
    said: str,
    lines: Sequence[Series],
    stairs: Sequence[Series] = (),
    axis: Callable[[float], Axis] = amounts,
) -> str:
    every = [value for s in (*lines, *stairs) for _, value in s.values if value is not None]
    plane = drawn.plane(axis(max(every, default=0.0) * HEADROOM))
    shapes = [
        *_under(drawn, plane),
        *(drawing.line(plane, series) for series in lines),
        *(drawing.stairs(plane, series) for series in stairs),
        *_over(drawn, plane),
    ]
    shown = [*lines, *stairs]
    keys = [(series.name, drawing.key(series.style)) for series in shown if len(shown) > 1]
    return _figure(title, said, shapes, plane, keys)


def _not_on(drawn: Drawn) -> list[tuple[float, float, str]]:
    """Return when the line was paused or off."""
    found = timeline.changes(drawn.event.history, "mode", drawn.event.mode)
    spans = timeline.spans(found, drawn.first, drawn.last)
    return [span for span in spans if span[2] in NOT_ON]


def _under(drawn: Drawn, plane: Plane) -> Iterator[str]:
    return drawing.bands(plane, _not_on(drawn))


def _over(drawn: Drawn, plane: Plane) -> Iterator[str]:
    """Draw when operators changed something, and the names of the modes."""
    yield from drawing.marks(plane, [timeline.holds_at(entry) for entry in drawn.entries])
    yield from drawing.names(plane, _not_on(drawn))


def _figure(
    title: str, said: str, shapes: Iterable[str], plane: Plane, keys: Iterable[tuple[str, str]]
) -> str:
    legend = "".join(f"<span>{key} {escape(name)}</span> " for name, key in keys)
    return (
        f"<figure><h3>{escape(title)}</h3>"
        f"{f'<p class=legend>{legend}</p>' if legend else ''}"
        f"{frame(title, said, shapes, plane.x, plane.y)}"
        f"<figcaption>{escape(said)}</figcaption></figure>"
    )
