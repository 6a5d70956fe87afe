"""The report as a self-contained page, without scripts, for light and dark mode, and for paper."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import tzinfo
from html import escape
from importlib.resources import files

from beekeeper.counted import counted
from beekeeper.reporting import drawing, timeline
from beekeeper.reporting.figures import Drawn, charts
from beekeeper.reporting.measured import Measured
from beekeeper.results import Entry
from beekeeper.rules.durations import duration
from beekeeper.rules.settings import Mode
from beekeeper.times import local, moment, short, zone_name

MOST_ROWS = 500  # of a table; JSON has all
MOST_SHORT = len("27 Nov 19:23:20")


def page(event: Measured, zone: tzinfo | None = None) -> str:
    """Return the whole page. Its times are in ``zone``, by default that of this machine."""
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>{escape(_title(event))}</title></head>\n"
        f'<body class="bk-page">{body(event, zone)}</body></html>\n'
    )


def body(event: Measured, zone: tzinfo | None = None) -> str:
    """Return the content of the page, for use in another page, such as a notebook."""
    entries = _numbered(event)
    drawn = Drawn(event, zone, entries)
    content = "".join(charts(drawn)) if event.steps else ""
    return (
        f'<style>{_style()}</style><main class="bk-report">{drawing.PATTERNS}'
        f"<h1>{escape(_title(event))}</h1><p>{escape(_subtitle(event, zone))}</p>"
        f'{_remarks(event)}{_figures(event)}<div class="charts">{content}</div>'
        f"<h2>What operators did</h2>{_history(event, entries, zone)}"
        f"{_decisions(event, zone)}</main>"
    )


def _style() -> str:
    return files("beekeeper").joinpath("assets", "report", "style.css").read_text(encoding="utf-8")


def _numbered(event: Measured) -> list[Entry]:
    """Return the changes that the charts mark with their number, in order of time."""
    if not event.steps:
        return []
    first, last = event.steps[0].at, event.steps[-1].at + event.step_seconds
    return [e for e in timeline.held(event.history, last) if first <= timeline.holds_at(e)]


def _title(event: Measured) -> str:
    return f"Room {event.room}: what happened"


def _subtitle(event: Measured, zone: tzinfo | None) -> str:
    if not event.steps:
        return f"As of {short(event.until, zone)} {zone_name(event.until, zone)}."
    first, last = event.steps[0].at, event.steps[-1].at + event.step_seconds
    times = f"{local(first, zone):%d %B %Y, %H:%M} to {_end(first, last, zone)}"
    return (
        f"{times}, {zone_name(first, zone)}. {event.url} led to {event.destination}"
        f" (account {event.account}, {event.region})."
        f" The table was read at {short(event.until, zone)}."
    )


def _end(first: float, last: float, zone: tzinfo | None) -> str:
    is_one_day = local(first, zone).date() == local(last, zone).date()
    return f"{local(last, zone):{'%H:%M' if is_one_day else '%d %B, %H:%M'}}"


def _remarks(event: Measured) -> str:
    return "".join(f"<p>{escape(text)}</p>" for text in remarks(event))


def remarks(event: Measured) -> Iterator[str]:
    """Return what a reader must know about the figures, in sentences."""
    if not event.steps:
        since = f" since {moment(event.since)}" if event.since else " the line yet"
        yield f"Nobody has joined{since}."
    if event.waiting:
        wait = "waits" if event.waiting == 1 else "wait"
        yield (
            f"{counted(event.waiting, 'visitor')} still {wait}. How many they are, and when"
            " they came, is an estimate. All other figures are exact."
        )
    modes = timeline.changes(event.history, "mode", event.mode)
    if event.steps and any(change.value == Mode.OFF for change in modes):
        yield (
            "While the room was off, visitors who followed the link went straight to your site."
            " Only those who had a place in line are counted here."
        )
    if not event.agrees:
        yield (
            f"The functions counted {event.counted_admitted:,} visitors admitted and"
            f" {event.counted_entered:,} entered, and the table has {event.admitted:,} and"
            f" {event.entered:,}. While visitors move that is no error: make the report again"
            " later. A row is kept for 15 days."
        )


def figures(event: Measured) -> list[tuple[str, str]]:
    """Return the most important figures, each with its name."""
    share = f" ({event.no_shows / event.admitted:.1%})" if event.admitted else ""
    waits = event.wait_percentiles
    return [
        ("joined", f"{event.joined:,}"),
        ("admitted", f"{event.admitted:,}"),
        ("entered your site", f"{event.entered:,}"),
        *([("waiting", f"{event.waiting:,}")] if event.waiting else []),
        ("never came", f"{event.no_shows:,}{share}"),
        ("came late", f"{event.latecomers:,}"),
        *([("can still come", f"{event.pending:,}")] if event.pending else []),
        ("half waited at most", duration(waits[50]) if waits else "–"),
        ("nine of ten waited at most", duration(waits[90]) if waits else "–"),
        ("the longest wait", duration(waits[100]) if waits else "–"),
        ("busiest minute, joined", f"{event.peak_joined_per_minute:,.0f}"),
        ("busiest minute, entered", f"{event.peak_entered_per_minute:,.0f}"),
        ("most waiting at once", f"{event.peak_waiting:,}"),
    ]


def _figures(event: Measured) -> str:
    shown = (
        f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>"
        for name, value in figures(event)
    )
    return f'<dl class="figures">{"".join(shown)}</dl>'


def _history(event: Measured, entries: Sequence[Entry], zone: tzinfo | None) -> str:
    numbers = {id(entry): number for number, entry in enumerate(entries, 1)}
    rows = [
        (
            str(numbers.get(id(entry), "")),
            short(entry.at, zone),
            _said(entry, zone),
            entry.reason,
            " on ".join(filter(None, [entry.by.rpartition(":")[2], entry.place])),
        )
        for entry in event.history
    ]
    if not rows:
        return "<p>Nobody has changed anything.</p>"
    return _table(("no.", "when", "what", "why", "who"), rows)


def _said(entry: Entry, zone: tzinfo | None) -> str:
    later = f", from {short(entry.planned_for, zone)} on" if entry.planned_for else ""
    return f"{entry.change}{later}{' (taken back)' if entry.cancelled_at else ''}"


def _decisions(event: Measured, zone: tzinfo | None) -> str:
    rows = [
        (short(d.at, zone), f"{d.pace:,.0f} a minute", d.mode, d.reason) for d in event.decisions
    ]
    if not rows:
        return ""
    return f"<h2>What the governor did</h2>{_table(('when', 'pace', 'mode', 'why'), rows)}"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    left_out = len(rows) - MOST_ROWS
    more = f"<p>The first {left_out:,} are only in the JSON.</p>" if left_out > 0 else ""
    body_rows = "".join(_row("td", row) for row in rows[-MOST_ROWS:])
    return f'{more}<div class="wide"><table>{_row("th", head)}{body_rows}</table></div>'


def _row(tag: str, cells: Iterable[str]) -> str:
    """Return a row of a table. What is short, such as a number or a time, stays in one line."""
    found = (_cell(tag, cell) for cell in cells)
    return f"<tr>{''.join(found)}</tr>"


def _cell(tag: str, text: str) -> str:
    style = ' class="short"' if len(text) <= MOST_SHORT else ""
    return f"<{tag}{style}>{escape(text)}</{tag}>"
