"""A simulated event as a self-contained page, without scripts, for light and dark mode."""

from collections.abc import Iterable, Sequence
from html import escape

from beekeeper.charts import Axis, Line, amounts, chart, durations, times
from beekeeper.counted import counted
from beekeeper.rules.durations import at_most, duration
from beekeeper.simulation.event import Event
from beekeeper.simulation.governed import Governed

STYLE = """
.bk { --ink:#1c1b22; --soft:#5d5b66; --back:#fff; --rule:#dddbe3; --a:#0b62c4; --b:#a34e00;
  --good:#0a6b3d; --bad:#b3161b; color:var(--ink); background:var(--back);
  font:16px/1.5 system-ui,sans-serif; max-width:72rem; margin:0 auto; padding:1.5rem 1rem; }
@media (prefers-color-scheme: dark) { .bk { --ink:#f1eff6; --soft:#b4b1bf; --back:#17161c;
  --rule:#3b3944; --a:#6cb2ff; --b:#ffab5c; --good:#5fd39a; --bad:#ff8f8a; } }
.bk h1 { font-size:1.5rem; line-height:1.25; margin:0 0 .25rem; }
.bk h2 { font-size:1.05rem; margin:0 0 .25rem; }
.bk p { margin:0 0 1rem; color:var(--soft); }
.bk .figures { display:grid; grid-template-columns:repeat(auto-fit,minmax(9.5rem,1fr)); gap:1rem;
  margin:1rem 0 1.5rem; padding:0; }
.bk .figures div { border-top:2px solid var(--rule); padding-top:.4rem; }
.bk dt { color:var(--soft); font-size:.85rem; } .bk dd { margin:0; font-size:1.3rem;
  font-weight:600; font-variant-numeric:tabular-nums; }
.bk .charts { display:grid; grid-template-columns:repeat(auto-fit,minmax(min(100%,26rem),1fr));
  gap:1.5rem; margin-bottom:2rem; }
.bk figure { margin:0; } .bk svg { width:100%; height:auto; display:block; }
.bk figcaption { color:var(--soft); font-size:.85rem; }
.bk .grid { stroke:var(--rule); } .bk .mark { fill:var(--soft); font:13px system-ui,sans-serif; }
.bk .line { fill:none; stroke-width:2; stroke-linejoin:round; } .bk .area { opacity:.14; }
.bk .line.a { stroke:var(--a); } .bk .area.a { fill:var(--a); }
.bk .line.b { stroke:var(--b); stroke-dasharray:6 3; } .bk .area.b { fill:none; }
.bk .key { display:inline-block; width:1.4rem; border-top:3px solid var(--a);
  vertical-align:middle; margin:0 .3rem 0 .6rem; }
.bk .key.b { border-top:3px dashed var(--b); }
.bk .wide { overflow-x:auto; } .bk table { border-collapse:collapse; width:100%;
  max-width:48rem; margin:.5rem 0 1.5rem; }
.bk th,.bk td { text-align:left; padding:.35rem .75rem .35rem 0; vertical-align:top;
  border-bottom:1px solid var(--rule); background:none; color:inherit; font-size:.95rem; }
.bk th.n,.bk td.n { text-align:right; font-variant-numeric:tabular-nums; }
.bk .ok { color:var(--good); } .bk .warning { color:var(--b); } .bk .problem { color:var(--bad); }
@media (max-width:30rem) { .bk .mark { font-size:20px; } .bk .mark.odd { display:none; } }
"""


def page(event: Event) -> str:
    """Return the whole page."""
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>{escape(_title(event))}</title>"
        "<style>body{margin:0;background:#fff}@media (prefers-color-scheme:dark)"
        f"{{body{{background:#17161c}}}}</style></head>\n<body>{body(event)}</body></html>\n"
    )


def body(event: Event) -> str:
    """Return the content of the page, for use in another page, such as a notebook."""
    return (
        f'<style>{STYLE}</style><main class="bk"><h1>{escape(_title(event))}</h1>'
        f"<p>{escape(_subtitle(event))}</p>{_figures(event)}"
        f'<div class="charts">{"".join(_charts(event))}</div>'
        f"<h2>Requests to AWS</h2>{_usage(event)}"
        f"<h2>Default quotas</h2>{_findings(event)}</main>"
    )


def _title(event: Event) -> str:
    return f"{counted(event.visitors, 'visitor')}, {event.rate:,.0f} admitted a minute"


def _subtitle(event: Event) -> str:
    parts = [f"Simulated with Beekeeper: {event.arrivals}"]
    parts += [f"{event.abandonment:.0%} leave while they wait"] * (event.abandonment > 0)
    parts += [f"{event.no_shows:.0%} don't enter"] * (event.no_shows > 0)
    return ", ".join(parts) + "."


def figures(event: Event) -> list[tuple[str, str]]:
    """Return the most important figures, each with its name."""
    waits = event.wait_percentiles
    return [
        ("longest wait", duration(event.longest_wait_seconds)),
        ("half wait at most", duration(waits[50])),
        ("nine of ten wait at most", duration(waits[90])),
        ("most waiting at once", f"{event.peak_waiting:,}"),
        ("the line lasts", duration(event.seconds)),
        ("entered", f"{event.entered:,}"),
        ("never entered", f"{event.left + event.stayed_away + event.expired:,}"),
        ("busiest second", f"{event.peak_requests_per_second:,.0f} requests"),
        ("requests per visitor", f"{event.requests_per_visitor:,.1f}"),
        ("all hear of a change within", at_most(event.heard_within_seconds)),
    ]


def _figures(event: Event) -> str:
    items = (
        f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>"
        for name, value in figures(event)
    )
    return f'<dl class="figures">{"".join(items)}</dl>'


def _charts(event: Event) -> Iterable[str]:
    series = event.series
    arrivals, admissions, entries = (
        [count * 60 / series.seconds for count in counts]
        for counts in (series.arrivals, series.admissions, series.entries)
    )
    yield _over_time(
        event,
        "Arrivals a minute",
        f"up to {max(arrivals):,.0f} a minute.",
        Line("arrivals", "a", arrivals),
    )
    yield _over_time(
        event,
        "Waiting",
        f"up to {event.peak_waiting:,} visitors.",
        Line("waiting", "a", series.waiting),
    )
    yield _over_time(
        event,
        "Admissions and entries a minute",
        f"the rate is {event.rate:,.0f} a minute.",
        Line("admitted", "a", admissions),
        Line("entered", "b", entries),
    )
    yield _waits(event)
    yield _requests(event)
    if event.destination:
        yield _destination(event.destination)


def _over_time(event: Event, title: str, said: str, *lines: Line) -> str:
    time = times(event.series.seconds * len(event.series.arrivals))
    top = max((max(line.values) for line in lines), default=0)
    return _figure(title, said, lines, time, amounts(top))


def _waits(event: Event) -> str:
    waits = event.wait_percentiles
    return _figure(
        "Wait percentiles",
        f"half of the visitors wait at most {duration(waits[50])}; the longest wait is"
        f" {duration(waits[-1])}.",
        [Line("wait", "a", waits)],
        Axis(100, [(p, f"{p} %") for p in (0, 25, 50, 75, 100)]),
        durations(max(waits)),
    )


def _requests(event: Event) -> str:
    said = (
        f"{event.requests_per_visitor:,.1f} per visitor, and"
        f" {event.peak_requests_per_second:,.0f} in the busiest second."
    )
    line = Line("requests", "a", event.series.requests)
    return _over_time(event, "Requests a second", said, line)


def _destination(found: Governed) -> str:
    lines = [Line("with the governor", "a", found.served)]
    lines += [Line("without", "b", found.served_without)]
    top = max(*found.served, *found.served_without)
    time = times(60 * len(found.served))
    return _figure("Served by the destination a minute", found.verdict, lines, time, amounts(top))


def _figure(title: str, said: str, lines: Sequence[Line], x: Axis, y: Axis) -> str:
    names = [f'<span class="key {line.style}"></span>{escape(line.name)}' for line in lines]
    legend = " ".join(names) if len(lines) > 1 else ""
    return (
        f"<figure><h2>{escape(title)}</h2>{chart(title, said, lines, x, y)}"
        f"<figcaption>{escape(said[:1].upper() + said[1:])} {legend}</figcaption></figure>"
    )


def usage_rows(event: Event) -> list[tuple[str, str, int]]:
    """Return the use of each service as rows: service, what, how much."""
    used, edge = event.usage, event.requests
    of_edge = [
        ("CloudFront", "requests", used.edge_requests),
        ("CloudFront", "of which news", edge.news),
        ("CloudFront", "of which asked to try again", edge.refused),
    ]
    return [
        *(of_edge if event.edge else ()),
        ("API Gateway", "requests", used.api_requests),
        ("Lambda", "producer", used.producer_requests),
        ("Lambda", "room", used.room_requests),
        ("Lambda", "turnstile", used.turnstile_requests),
        ("Lambda", "consumer, seconds", round(used.consumer_seconds)),
        ("SQS", "sends", used.queue_sends),
        ("SQS", "receives", used.queue_receives),
        ("SQS", "deletes", used.queue_deletes),
        ("DynamoDB", "write units", used.table_write_units),
        ("DynamoDB", "read units", used.table_read_units),
        ("to visitors", "MB", round((used.bytes_out + used.edge_bytes_out) / 2**20)),
    ]


def _usage(event: Event) -> str:
    rows = (
        f'<tr><td>{escape(service)}</td><td>{escape(what)}</td><td class="n">{count:,}</td></tr>'
        for service, what, count in usage_rows(event)
    )
    head = '<tr><th>service</th><th>what</th><th class="n">how much</th></tr>'
    return f'<div class="wide"><table>{head}{"".join(rows)}</table></div>'


def _findings(event: Event) -> str:
    rows = (
        f'<tr><td class="{escape(f.verdict)}">{escape(f.verdict)}</td>'
        f"<td>{escape(f.text)} {escape(f.remedy)}</td></tr>"
        for f in event.findings
    )
    return f'<div class="wide"><table>{"".join(rows)}</table></div>'
