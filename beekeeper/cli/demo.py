"""demo and local: Beekeeper without an AWS account."""

import argparse
import os
import sys
import time
import webbrowser
from contextlib import nullcontext
from typing import Any

from rich.live import Live
from rich.table import Table

from beekeeper.cli.options import add_common, count
from beekeeper.cli.output import Output
from beekeeper.cli.progress import log
from beekeeper.cli.sparkline import sparkline
from beekeeper.cli.stopping import stoppable, uninterrupted
from beekeeper.counted import counted
from beekeeper.errors import ConfigError, LocalError
from beekeeper.local.demo import Demo, Outcome, Snapshot
from beekeeper.local.ministack import KEY, REGION, MiniStack, is_free
from beekeeper.provision.engine.pipeline import OnEvent

REFRESH_SECONDS = 1.0
LOCAL_PORT = 4566  # where tools look for a local AWS


def add_commands(commands: Any) -> None:
    """Add the commands of this module."""
    _add_demo(commands)
    _add_local(commands)


def _add_demo(commands: Any) -> None:
    demo = commands.add_parser(
        "demo",
        help="watch a whole room work on this machine, without AWS",
        description="Start a local AWS, a shop and a room on this machine, and send a crowd. You"
        " can join the line in your browser. Ctrl-C ends the demo and removes everything.",
        examples={
            "demo --rate 600 --crowd 1000 --duration 120": (
                "sends 1,000 visitors, at 600 a minute, and ends after two minutes"
            ),
            "demo --edge": "sends 200 in the same second, to a room with an edge",
        },
    )
    demo.add_argument(
        "--rate",
        type=_positive,
        default=120,
        metavar="N",
        help="how many visitors per minute may arrive at the shop (default: %(default)s)",
    )
    demo.add_argument(
        "--crowd",
        type=_positive,
        default=200,
        metavar="N",
        help="how many simulated visitors arrive (default: %(default)s)",
    )
    demo.add_argument(
        "--duration",
        type=_positive,
        metavar="SECONDS",
        help="end after this time (default: run until Ctrl-C)",
    )
    demo.add_argument(
        "--edge",
        action="store_true",
        help="put an edge in front of the room, and send all visitors in the same second to an API"
        " that refuses most requests of that second",
    )
    demo.add_argument("--no-open", action="store_true", help="don't open a browser")
    add_common(demo)
    demo.set_defaults(run=run_demo)


def _add_local(commands: Any) -> None:
    local = commands.add_parser(
        "local",
        help="run a local AWS on this machine, for the other commands",
        description="Run a local AWS on this machine until Ctrl-C. It shows `export` lines. In a"
        " terminal with these, the other commands and the AWS CLI use the local AWS.",
        examples={
            "local": "runs a local AWS, and shows the export lines for another terminal",
            "local --port 4600": "runs it on port 4600",
        },
    )
    local.add_argument(
        "--port",
        type=_positive,
        metavar="N",
        help=f"the port of the local AWS (default: {LOCAL_PORT}, or a free one if it is taken)",
    )
    add_common(local)
    local.set_defaults(run=run_local)


def _positive(text: str) -> int:
    value = count(text)
    if value < 1:
        raise argparse.ArgumentTypeError("give a whole number, 1 or more")
    return value


def run_demo(options: argparse.Namespace, output: Output) -> None:
    """Run the demo until it is interrupted or its time is over."""
    with stoppable():
        output.say("Starting a local AWS and deploying the room to it …")
        on_event = _on_event(options, output)
        with Demo(options.rate, options.crowd, on_event, edge=options.edge) as demo:
            try:
                _show_ready(demo, output, options)
                demo.send_crowd()
                _watch(demo, output, options.duration)
            except KeyboardInterrupt:
                output.say("Stopping …")
            with uninterrupted():
                outcome = demo.finish()
            _show_outcome(outcome, output, edge=options.edge)


def _on_event(options: argparse.Namespace, output: Output) -> OnEvent | None:
    # The demo is about visitors. The steps of its deploy only help to find an error.
    return (lambda event: log(event, output)) if options.debug else None


def _show_ready(demo: Demo, output: Output, options: argparse.Namespace) -> None:
    if output.as_json:
        output.json_line(demo.ready.to_dict())
    output.say(f"Waiting room   {demo.ready.room_url}")
    output.say(f"Destination    {demo.ready.destination_url}   (admits nobody without a pass)")
    output.say(f"Local AWS      {demo.ready.endpoint_url}")
    at_once = ", all in the same second" if demo.edge else ""
    output.say(
        f"{options.crowd} visitors arrive now{at_once}, and {options.rate} a minute are admitted."
    )
    if demo.edge:
        output.say(f"The API answers {demo.requests_per_second} requests a second.")
    if not options.no_open and not output.as_json and _has_screen():
        webbrowser.open(demo.ready.room_url)


def _has_screen() -> bool:
    # Without a screen, webbrowser would start a text browser in this terminal.
    return sys.platform in ("win32", "darwin") or any(
        name in os.environ for name in ("DISPLAY", "WAYLAND_DISPLAY")
    )


def _watch(demo: Demo, output: Output, duration: int | None) -> None:
    end = time.monotonic() + (duration or float("inf"))
    live = Live(console=output.err, refresh_per_second=4, transient=False)
    is_terminal = output.err.is_terminal
    with live if is_terminal else nullcontext():
        while (left := end - time.monotonic()) > 0:
            snapshot = demo.snapshot()
            if is_terminal:
                live.update(_view(snapshot, edge=demo.edge))
            else:
                output.say(_line(snapshot, edge=demo.edge))
            time.sleep(min(REFRESH_SECONDS if is_terminal else 5.0, left))


def _view(now: Snapshot, *, edge: bool) -> Table:
    table = Table.grid(padding=(0, 2))
    if edge:
        refused = f"a moment, because the API refused {now.refused_by_api:,} requests"
        table.add_row("came", f"[bold]{now.came:,}[/bold]   saw an error: {now.errors:,}")
        table.add_row("asked to wait", f"[bold]{now.asked_to_wait:,}[/bold]   {refused}")
        table.add_row("have a place", f"[bold]{now.arrived:,}[/bold]")
    else:
        table.add_row("arrived", f"[bold]{now.arrived:,}[/bold]")
    table.add_row("waiting", f"[bold]{now.waiting:,}[/bold]")
    table.add_row("admitted", f"[bold]{now.admitted:,}[/bold]")
    table.add_row("entered", f"[bold]{now.entered:,}[/bold]   refused {now.refused:,}")
    table.add_row("rate", f"{_rate(now)}")
    table.add_row("entries a second", f"[yellow]{sparkline(now.entries_per_second)}[/yellow]")
    table.add_row("", "[dim]Ctrl-C ends the demo and removes everything[/dim]")
    return table


def _line(now: Snapshot, *, edge: bool) -> str:
    first = (
        f"came {now.came}  asked to wait a moment {now.asked_to_wait}"
        f"  refused by the API {now.refused_by_api}  saw an error {now.errors}  have a place"
    )
    return (
        f"{first if edge else 'arrived'} {now.arrived}  waiting {now.waiting}"
        f"  admitted {now.admitted}  entered {now.entered}  rate {_rate(now)}"
        f"  {sparkline(now.entries_per_second[-30:])}"
    )


def _rate(now: Snapshot) -> str:
    measured = f", measured {now.measured_rate:,.0f}" if now.measured_rate else ""
    return f"{now.rate:,.0f} a minute{measured}"


def _show_outcome(outcome: Outcome, output: Output, *, edge: bool) -> None:
    at_the_edge = (
        f"The API refused {outcome.refused_by_api:,} requests: {outcome.asked_to_wait:,} visitors"
        f" were asked to wait a moment for their place, and {outcome.errors:,} saw an error."
    )
    output.result(
        outcome,
        [
            f"joined {outcome.joined}, admitted {outcome.admitted}, entered {outcome.entered},"
            f" refused {outcome.refused}, lost {outcome.lost}.{_left(outcome)}",
            f"The room counted {outcome.counted_admitted} admitted and {outcome.counted_entered}"
            f" entered. The shop logged {outcome.logged}.",
            *([at_the_edge] if edge else []),
            "The room and all its resources are removed."
            if not outcome.leftover
            else f"Of the room, {counted(outcome.leftover, 'resource')} could not be removed.",
        ],
    )


def _left(outcome: Outcome) -> str:
    left = outcome.joined - outcome.admitted - outcome.lost
    return f" {counted(left, 'visitor')} still waited when it ended." if left > 0 else ""


def run_local(options: argparse.Namespace, output: Output) -> None:
    """Run the local AWS in the foreground until it is interrupted."""
    with stoppable(), _local(options.port) as aws:
        exports = {
            "AWS_ENDPOINT_URL": aws.endpoint_url,
            "AWS_ACCESS_KEY_ID": KEY,
            "AWS_SECRET_ACCESS_KEY": KEY,
            "AWS_DEFAULT_REGION": REGION,
        }
        if output.as_json:
            output.json_line(exports)
        else:
            for name, value in exports.items():
                output.out.print(f"export {name}={value}", markup=False)
            sys.stdout.flush()
        output.say(
            "The local AWS is running. Paste these lines into another terminal. Ctrl-C ends it."
        )
        try:
            while aws.is_running():
                time.sleep(0.5)
        except KeyboardInterrupt:
            output.say("Stopping …")
            return
    raise ConfigError(
        "The local AWS stopped unexpectedly. Start it again: python -m beekeeper local"
    )


def _local(port: int | None) -> MiniStack:
    if port:
        if port > 65_535 or not is_free(port):
            raise LocalError(
                f"Port {port} of this machine is taken, or can't be used. Give another one, or"
                " leave --port out."
            )
        return MiniStack(port)
    return MiniStack(LOCAL_PORT if is_free(LOCAL_PORT) else None)
