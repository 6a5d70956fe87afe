"""rehearse: a bounded crowd through a deployed room, and what held."""

import argparse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from rich.live import Live
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from beekeeper.cli.confirm import ask, introduce
from beekeeper.cli.options import add_room, count, number, room_of
from beekeeper.cli.output import Output, colored
from beekeeper.cli.sparkline import sparkline
from beekeeper.cli.stopping import stoppable
from beekeeper.rehearsal import Progress, rehearse
from beekeeper.rehearsal.observed import enough
from beekeeper.rehearsal.run import check_ready, pace_of, size_of
from beekeeper.rehearsal.size import MINUTES, MOST_VISITORS, Size
from beekeeper.results import Rehearsal, Status
from beekeeper.room import Room
from beekeeper.rules.durations import at_most

LINE_SECONDS = 5.0  # between two lines, if it is not a terminal
WIDTH = 60  # seconds that the chart of entries shows


def add_commands(commands: Any) -> None:
    """Add the command of this module."""
    command = commands.add_parser(
        "rehearse",
        help="send a bounded crowd through the room, and see what holds",
        description="Ask, then send visitors from this machine through the room by its campaign"
        " link, as browsers would, to your site. Say what held and what did not: places, rate,"
        " waits, counts, your site's answers. Exit with 1 if something did not hold. Nobody else"
        " may be in line. It uses no proxy (HTTPS_PROXY): this machine must reach the link and"
        " your site by itself. Run clear afterwards.",
        examples={
            "rehearse": "sends as many visitors as go in at the rate in two minutes",
            "rehearse --visitors 50 --yes": "sends 50 visitors, without a question",
        },
    )
    command.add_argument(
        "--visitors",
        type=count,
        metavar="N",
        help=f"how many visitors, at most {MOST_VISITORS:,} (default: as many as can go in)",
    )
    command.add_argument(
        "--minutes",
        type=number,
        metavar="M",
        help=f"end after so many minutes (default: {MINUTES:.0f}, or what the visitors need)",
    )
    command.add_argument("--yes", action="store_true", help="begin without a question")
    add_room(command)
    command.set_defaults(run=run_rehearse)


def run_rehearse(options: argparse.Namespace, output: Output) -> int:
    """Rehearse, after the user has confirmed it. Return 1 if something did not hold."""
    room = room_of(options)
    status = introduce(room, output) or room.status()
    size = size_of(status, options.visitors, options.minutes)
    check_ready(status)
    output.say(_announced(size, status))
    if not options.yes:
        ask("Begin the rehearsal?", output)
    found = _run(room, options, output)
    if output.as_json:
        output.json_line({**found.to_dict(), "has_problems": found.has_problems})
    else:
        _show(found, output)
    return 1 if found.has_problems else 0


def _announced(size: Size, status: Status) -> str:
    needed = enough(pace_of(status))
    few = f" They are too few to measure the rate: that takes {needed:,}."
    return (
        f"{size.visitors:,} visitors will follow the campaign link within"
        f" {size.arrive_seconds:.0f} s, and go in at {pace_of(status):,.0f} a minute, for"
        f" {at_most(size.seconds)} at most. Each of them arrives at {status.destination}"
        " with a pass, as a real visitor would, and names itself beekeeper-rehearsal."
        f"{few if size.visitors < needed <= MOST_VISITORS else ''}"
    )


def _run(room: Room, options: argparse.Namespace, output: Output) -> Rehearsal:
    with stoppable(), _shown(output) as on_progress:
        return rehearse(
            room, visitors=options.visitors, minutes=options.minutes, on_progress=on_progress
        )


@contextmanager
def _shown(output: Output) -> Iterator[Callable[[Progress], None]]:
    if not output.err.is_terminal:
        yield _Lines(output)
        return
    with Live(console=output.err, refresh_per_second=4, transient=True) as live:
        yield lambda progress: live.update(Text(_line(progress)))


class _Lines:
    """Writes a line every few seconds."""

    def __init__(self, output: Output) -> None:
        self._output, self._next = output, 0.0

    def __call__(self, progress: Progress) -> None:
        if progress.seconds >= self._next:
            self._output.say(_line(progress))
            self._next = progress.seconds + LINE_SECONDS


def _line(now: Progress) -> str:
    return (
        f"{now.seconds:.0f} of {now.of_seconds:.0f} s: {now.came:,} came, {now.joined:,} have a"
        f" place, {now.entered:,} are in, {now.failures:,} failures"
    )


def _show(found: Rehearsal, output: Output) -> None:
    output.text(f"{found.conclusion}\n")
    table = Table("", "what", title=f"Rehearsal of room {found.room}", box=None)
    table.add_column("found, and what to do before the day", overflow="fold")
    for finding in found.findings:
        text = "\n".join(filter(None, (finding.text, finding.remedy)))
        table.add_row(colored(finding.verdict), finding.check, escape(text))
    output.out.print(table)
    entries = list(found.figures.entries_per_second)
    if entries:
        output.out.print(f"Entries a second: {sparkline(entries[:WIDTH])}", markup=False)
    output.text(found.next)
