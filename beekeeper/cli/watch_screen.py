"""The screen of a watch: the light at the top, charts, figures, what has changed, and the keys.

It fills the terminal, whatever its size. A chart has a bar for each ten seconds. The light is a
word, too, so that it can be told without colours. What does not fit is left out: the light and the
last line are always there.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from textwrap import wrap

from rich.console import Console, Group
from rich.text import Text

from beekeeper.cli import watch_figures as figures
from beekeeper.cli.output import printable
from beekeeper.cli.watch_charts import Series
from beekeeper.cli.watch_feed import EVERY_SECONDS, Look
from beekeeper.cli.watch_log import Line, Log
from beekeeper.results import Light, Status, Trouble
from beekeeper.rules.durations import at_most
from beekeeper.times import clock

LIGHTS = {
    Light.GREEN: "bold white on dark_green",
    Light.AMBER: "bold black on yellow",
    Light.RED: "bold white on red",
}
UNKNOWN = "bold reverse"
STYLES = {figures.PROBLEM: "red", figures.NOT_KNOWN: "red"}
WHOLE = (figures.COUNTS, figures.HEALTH, figures.PROBLEM)  # in a low terminal, too
LABEL, VALUE = 13, 18  # columns
LOW = 30  # lines; in a lower terminal, most values have one line
LATE_SECONDS = 3 * EVERY_SECONDS
KEPT = 200  # lines of the log


class Screen:
    """What is known of a room, and how it is drawn."""

    def __init__(self, first: Look, now: float) -> None:
        assert isinstance(first.seen, Status)  # a trouble comes only after a status
        self.status: Status = first.seen
        self._trouble: Trouble | None = None
        self._seen_at = 0.0
        self._log, self._lines = Log(), deque[Line](maxlen=KEPT)
        self._series = {name: Series() for name in ("arrivals", "waiting", "admitted")}
        self.take(first, now)

    def take(self, look: Look, now: float) -> None:
        """Take what was seen of the room at ``now`` (epoch seconds)."""
        self._lines += self._log.take(look, now)
        if isinstance(look.seen, Trouble):
            self._trouble = look.seen
            return
        status = look.seen
        self.status, self._trouble, self._seen_at = status, None, now
        values = (status.arrivals_per_minute, status.waiting, status.held_rate)
        for series, value in zip(self._series.values(), values, strict=True):
            series.add(now, value)

    def say(self, text: str, now: float) -> None:
        """Add a line to what has changed."""
        self._lines.append(Line(now, text))

    def draw(self, console: Console, last: str, now: float) -> Group:
        """Return the screen for the size of a console. ``last`` is the last line."""
        width, height = console.size
        is_low = height < LOW
        bottom = self._wrapped(console, [Text(last, "bold")])
        top = self._wrapped(console, self._top(now, width, is_low=is_low))
        room = max(0, height - len(top) - len(bottom))
        log = self._wrapped(console, self._changes(width))[-room:] if room else []
        filled = [*top, *log, *([Text("")] * (room - len(log)))]
        return Group(*filled[: max(0, height - len(bottom))], *bottom)

    @staticmethod
    def _wrapped(console: Console, texts: Iterable[Text]) -> list[Text]:
        return [line for text in texts for line in text.wrap(console, console.width) or [text]]

    def _top(self, now: float, width: int, *, is_low: bool) -> Iterator[Text]:
        yield from self._light(self.status, now)
        yield Text("")
        yield self._headline(self.status, width)
        yield from self._charts(self.status, now, width)
        for name, value in figures.details(self.status):
            most = 1 if is_low and name not in WHOLE else None
            yield from _hanging(f"{name:<{LABEL}}", value, STYLES.get(name, ""), width, most)
        yield Text("")

    def _headline(self, status: Status, width: int) -> Text:
        text = Text(figures.headline(status), "bold")
        link = f"   {status.url}"
        return text.append(link, "not bold") if len(text) + len(link) <= width else text

    def _light(self, status: Status, now: float) -> Iterator[Text]:
        """Yield the light and its reason. Of old figures, it says so instead."""
        if self._trouble is None and now - self._seen_at <= LATE_SECONDS:
            yield Text.assemble(_badge(status.light), f" {printable(status.reason)}")
            if status.remedy:
                yield Text(printable(status.remedy))
            return
        reason = self._trouble.reason if self._trouble else "AWS has not answered yet."
        yield Text.assemble(
            (" NOT KNOWN ", UNKNOWN),
            f" The figures are {at_most(now - self._seen_at)} old, of"
            f" {clock(self._seen_at)}. {printable(reason)}",
        )
        yield Text(f"It was {status.light}: {printable(status.reason)}", "dim")

    def _charts(self, status: Status, now: float, width: int) -> Iterator[Text]:
        values = (
            figures.arrivals(status),
            f"{status.waiting:,}",
            figures.a_minute(status.held_rate),
        )
        room = max(1, width - LABEL - VALUE)
        for (name, series), value in zip(self._series.items(), values, strict=True):
            chart = series.chart(now, room)
            yield Text.assemble((f"{name:<{LABEL}}", "dim"), (chart, "yellow"), f"  {value}")

    def _changes(self, width: int) -> Iterator[Text]:
        for line in self._lines:
            at = f"{clock(line.at)}  "
            yield from _hanging(at, line.text, line.style, width)


def _badge(light: Light) -> tuple[str, str]:
    return f" {light.upper()} ", LIGHTS[light]


def _hanging(
    label: str, value: str, style: str, width: int, most: int | None = None
) -> Iterator[Text]:
    """Yield a label and its value, in ``most`` lines. The value is in a column of its own."""
    room = max(len(label), width - len(label))
    for index, line in enumerate(
        wrap(printable(value), room, max_lines=most, placeholder=" …") or [""]
    ):
        yield Text.assemble((" " * len(label) if index else label, "dim"), (line, style))
