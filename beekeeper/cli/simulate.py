"""simulate: what an event would be like, without AWS."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Group
from rich.markup import escape
from rich.table import Table

from beekeeper.charts import short
from beekeeper.cli.options import (
    add_common,
    add_config_file,
    config_path,
    count,
    number,
    setting_help,
)
from beekeeper.cli.output import Output, colored
from beekeeper.cli.sparkline import sparkline
from beekeeper.config import bare_config, configured
from beekeeper.config.edge import configured_edge
from beekeeper.counted import counted
from beekeeper.errors import ConfigError
from beekeeper.rules.durations import duration
from beekeeper.simulation.governed import Governed
from beekeeper.simulation.outcome import Simulation
from beekeeper.simulation.page import figures, usage_rows
from beekeeper.simulation.whatif import simulate

CHART_COLUMNS = 40


def add_commands(commands: Any) -> None:
    """Add the command of this module."""
    command = commands.add_parser(
        "simulate",
        help="see the waits, the line and the AWS requests of your event",
        description="Show the waits, the line and the AWS requests of an event, and the AWS quotas"
        " that it would reach. Does not touch AWS, and needs no AWS account.",
        examples={
            "simulate --visitors 2000 --rate 600": "2,000 visitors arrive within one minute",
            "simulate --visitors 50000 --arrivals campaign": (
                "50,000 visitors arrive within an hour; the rate is from beekeeper.toml"
            ),
        },
    )
    add_event(command)
    command.add_argument(
        "--destination-capacity",
        type=number,
        metavar="N",
        help="how many visitors a minute your site can bear: shows what it serves with the governor"
        " and without",
    )
    command.add_argument("--html", metavar="FILE", help="also write a web page with charts")
    add_common(command)
    command.set_defaults(run=run_simulate)


def add_event(command: argparse.ArgumentParser) -> None:
    """Add the options that describe an event."""
    command.add_argument("--visitors", type=count, metavar="N", help="how many visitors arrive")
    command.add_argument(
        "--rate",
        type=number,
        metavar="N",
        help=f"{setting_help('rate')}; default: the rate of the configuration",
    )
    command.add_argument(
        "--arrivals",
        default="burst",
        metavar="CURVE",
        help="how they arrive: burst (evenly), campaign (a sharp start that decays), or a CSV file"
        " with the arrivals of each minute in its last column (default: burst)",
    )
    command.add_argument(
        "--over",
        type=number,
        metavar="MINUTES",
        help="the time in which they arrive (default: 1 for burst, 60 for campaign)",
    )
    command.add_argument(
        "--abandonment",
        type=_share,
        default=0.0,
        metavar="SHARE",
        help="the share of visitors who leave while they wait, such as 0.2 or 20%% (default: 0)",
    )
    command.add_argument(
        "--no-shows",
        type=_share,
        default=0.0,
        metavar="SHARE",
        help="the share of the others who never enter, such as 0.1 or 10%% (default: 0)",
    )
    command.add_argument(
        "--edge",
        action=argparse.BooleanOptionalAction,
        help="with CloudFront in front of the room, or without (default: as in the configuration)",
    )
    add_config_file(command)


def _share(text: str) -> float:
    try:
        return number(text.rstrip("% ")) / (100 if text.endswith("%") else 1)
    except argparse.ArgumentTypeError:
        raise argparse.ArgumentTypeError("give a share, such as 0.2 or 20%") from None


def event_of(options: argparse.Namespace) -> dict[str, Any]:
    """Return the arguments of ``beekeeper.simulate``. Raise ConfigError when one is missing."""
    path = config_path(options)
    curve = options.arrivals in ("burst", "campaign")
    if curve and options.visitors is None:
        raise ConfigError("How many visitors? Give --visitors N, such as --visitors 100000.")
    return {
        "visitors": options.visitors,
        "rate": options.rate if options.rate is not None else _configured_rate(path),
        "arrivals": options.arrivals,
        "over_minutes": options.over,
        "abandonment": options.abandonment,
        "no_shows": options.no_shows,
        **_edge(path, options.edge),
    }


def _edge(path: Path, asked: bool | None) -> dict[str, Any]:
    """Return ``edge`` and ``news_seconds``, of the option and of the configuration."""
    room = bare_config("x", **configured_edge(path))
    edge = room.edge if asked is None else asked
    return {"edge": edge, "news_seconds": room.news_seconds}


def _configured_rate(path: Path) -> float:
    rate = configured(path, "rate")
    if rate is None:
        raise ConfigError(f"At which rate? {path} has no rate. Give --rate N, such as --rate 600.")
    return bare_config("x", rate=rate).rate


def run_simulate(options: argparse.Namespace, output: Output) -> None:
    """Show what an event would be like."""
    event = event_of(options) | {"destination_capacity": options.destination_capacity}
    output.say("Simulating …")
    found = simulate(**event)
    if options.html:
        _write(options.html, found, output)
    if output.as_json:
        output.json_line({**found.to_dict(), "has_problems": found.has_problems})
    else:
        _show(found, output)


def _write(path: str, found: Simulation, output: Output) -> None:
    try:
        Path(path).write_text(found.to_html(), encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{path} can't be written: {error.strerror}.") from error
    output.say(f"Wrote {path}.")


def _show(found: Simulation, output: Output) -> None:
    title = f"{counted(found.visitors, 'visitor')}, {found.rate:,.0f} a minute, {found.arrivals}"
    output.table(title, figures(found))
    output.out.print(_charts(found))
    if found.destination:
        output.out.print(_destination(found.destination))
    output.out.print(_requests(found))
    for finding in found.findings:
        text = " ".join(part for part in (finding.text, finding.remedy) if part)
        output.out.print(f"{colored(finding.verdict)} {escape(text)}")


def _charts(found: Simulation) -> Table:
    series, per_minute = found.series, 60 / found.series.seconds
    table = Table("", "", "", show_header=False, box=None)
    rows: tuple[tuple[str, Sequence[float], float, str], ...] = (
        ("arrivals", series.arrivals, per_minute, " a minute"),
        ("waiting", series.waiting, 1, ""),
        ("admissions", series.admissions, per_minute, " a minute"),
        ("entries", series.entries, per_minute, " a minute"),
        ("requests", series.requests, 1, " a second"),
    )
    for name, values, scale, unit in rows:
        top = f"up to {short(max(values) * scale)}{unit}"
        table.add_row(f"[dim]{name}[/dim]", f"[yellow]{bars(values)}[/yellow]", top)
    table.add_row("", _time_axis(series.seconds * len(series.arrivals)), "")
    return table


def _destination(found: Governed) -> Group:
    """Return what the destination serves: two charts of the same height, and a sentence."""
    table = Table("", "", "", show_header=False, box=None)
    top = max(*found.served, *found.served_without)
    rows = (("governor", found.served), ("without", found.served_without))
    for name, served in rows:
        said = f"up to {short(max(served))} served a minute"
        table.add_row(f"[dim]{name}[/dim]", f"[yellow]{bars(served, top)}[/yellow]", said)
    table.add_row("", _time_axis(60 * len(found.served)), "")
    return Group(table, escape(found.verdict))


def _time_axis(seconds: float) -> str:
    return f"[dim]0{duration(seconds):>{CHART_COLUMNS - 1}}[/dim]"


def bars(values: Sequence[float], top: float = 0.0) -> str:
    """Return a chart of CHART_COLUMNS block characters; each shows the maximum of its part.

    The full one is ``top``, or the largest value if that is more.
    """
    columns = min(CHART_COLUMNS, len(values))
    ends = [len(values) * (i + 1) // columns for i in range(columns)]
    tops = [max(values[a:b]) for a, b in zip([0, *ends], ends, strict=False)]
    # With fewer values than columns, a value takes several columns.
    tops = [tops[i * columns // CHART_COLUMNS] for i in range(CHART_COLUMNS)]
    return sparkline(tops, top)


def _requests(found: Simulation) -> Table:
    table = Table("", "", "", show_header=False, box=None)
    table.columns[2].justify = "right"
    before = ""
    for service, what, quantity in usage_rows(found):
        table.add_row(service if service != before else "", f"[dim]{what}[/dim]", f"{quantity:,}")
        before = service
    return table
