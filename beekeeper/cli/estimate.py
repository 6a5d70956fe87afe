"""estimate: what an event costs in AWS, and what the room costs without visitors."""

import argparse
from typing import Any

from rich.markup import escape
from rich.table import Table

from beekeeper.cli.options import add_common, add_profile, config_path, session_of
from beekeeper.cli.output import Output
from beekeeper.cli.simulate import add_event, event_of
from beekeeper.config import configured_text
from beekeeper.config.alarms import configured_notify
from beekeeper.config.governor import configured_governor
from beekeeper.costs import estimate as costs
from beekeeper.costs.prices import FALLBACK
from beekeeper.costs.result import Estimate
from beekeeper.counted import counted
from beekeeper.rules.durations import duration

DAYS_PER_MONTH = costs.HOURS_PER_MONTH / 24


def add_commands(commands: Any) -> None:
    """Add the command of this module."""
    estimate = commands.add_parser(
        "estimate",
        help="see what your event costs in AWS, and the room without visitors",
        description="Show what an event costs in AWS, in US dollars, and what the room costs"
        " without visitors. It simulates the event, and multiplies the requests by list prices.",
        examples={
            "estimate --visitors 1000 --rate 600": (
                "shows what 1,000 visitors cost, who arrive within one minute"
            ),
            "estimate --visitors 50000 --rate 900 --region eu-central-1": (
                "shows what 50,000 visitors cost in that region"
            ),
        },
    )
    add_event(estimate)
    estimate.add_argument(
        "--region",
        help="the AWS region whose prices to use (default: the region of the configuration, then"
        f" {FALLBACK})",
    )
    estimate.add_argument(
        "--live-prices",
        action="store_true",
        help="use AWS's price list of today, not the table in the package (needs the permission"
        " pricing:GetProducts)",
    )
    add_profile(estimate)
    add_common(estimate)
    estimate.set_defaults(run=run_estimate)


def run_estimate(options: argparse.Namespace, output: Output) -> None:
    """Show what an event costs, and what the room costs without visitors."""
    event = event_of(options)
    region = options.region or configured_text(config_path(options), "region") or FALLBACK
    output.say("Simulating …")
    found = costs.estimate(
        **event,
        region=region,
        live_prices=options.live_prices,
        governed=configured_governor(config_path(options)),
        notify=configured_notify(config_path(options)),
        session=session_of(options) if options.live_prices else None,
    )
    if output.as_json:
        output.result(found, ())
    else:
        _show(found, output)


def _show(found: Estimate, output: Output) -> None:
    title = (
        f"{counted(found.visitors, 'visitor')}, {found.rate:,.0f} a minute,"
        f" {duration(found.hours * 3600)}, in {found.region}"
    )
    table = Table("", "", "quantity", "USD", title=escape(title), title_justify="left", box=None)
    for column in table.columns[2:]:
        column.justify = "right"
    for line in found.event:
        shown = f"{line.quantity:,.0f}" if line.quantity >= 100 else f"{line.quantity:,.3g}"
        what = f"[dim]{escape(line.what)}[/dim]"
        table.add_row(escape(line.service), what, shown, f"{line.usd:,.2f}")
    table.add_row("[bold]the event[/bold]", "", "", f"[bold]{found.event_usd:,.2f}[/bold]")
    output.out.print(table)
    empty = (("on, without visitors", found.idle_usd_per_day), ("off", found.off_usd_per_day))
    for mode, usd in empty:
        output.out.print(
            f"Room {mode}: ${usd / 24:.4f} an hour, ${usd:.2f} a day,"
            f" ${usd * DAYS_PER_MONTH:.2f} a month.",
            markup=False,
        )
    for note in (f"Prices: {found.prices}.", *found.notes):
        output.out.print(note, markup=False, style="dim")
