"""logs: what the functions have logged."""

import argparse
import time
from collections.abc import Iterator
from typing import Any

from rich.text import Text

from beekeeper.cli.options import TIMES, add_room, room_of, since
from beekeeper.cli.output import Output, printable
from beekeeper.cli.stopping import stoppable
from beekeeper.contract.functions import FUNCTIONS, GOVERNOR
from beekeeper.control.log_events import LEVELS
from beekeeper.results import LogLine
from beekeeper.times import clock, moment

LONGEST_SECONDS = 30 * 86_400
COLORS = {"WARNING": "yellow", "ERROR": "red", "CRITICAL": "red", "DEBUG": "dim"}
DAY_SECONDS = 86_400


def add_commands(commands: Any) -> None:
    """Add the command of this module."""
    logs = commands.add_parser(
        "logs",
        help="see what the functions have logged",
        description="Show the logs of all functions of the room in one stream, the oldest line"
        " first, in the time zone of this machine. A line appears some seconds after it was"
        " written.",
        examples={
            "logs --follow": "shows the last ten minutes, and then each new line until Ctrl-C",
            "logs --level warning --since 2h": "shows what went wrong in the last two hours",
        },
    )
    logs.add_argument("--follow", action="store_true", help="go on, and show each new line")
    logs.add_argument(
        "--since",
        type=_since,
        default="10m",
        metavar="TIME",
        help=f"from when on: {TIMES} (default: 10m)",
    )
    logs.add_argument(
        "--function",
        default="",
        choices=[each.name for each in (*FUNCTIONS, GOVERNOR)],
        help="only this function",
    )
    logs.add_argument(
        "--level",
        default="",
        choices=[level.lower() for level in LEVELS],
        help="only lines of this level, and graver ones; a line without a level is always shown",
    )
    logs.add_argument(
        "--visitor",
        default="",
        metavar="ID",
        help="only lines about this visitor, and what the table says of them: the id (`sub` of a"
        " pass), its first six characters or more, or a whole ticket or pass",
    )
    add_room(logs)
    logs.set_defaults(run=run_logs)


def _since(text: str) -> float:
    found = since(text)
    if time.time() - found > LONGEST_SECONDS:
        raise argparse.ArgumentTypeError("give a time of the last 30 days")
    return found


def run_logs(options: argparse.Namespace, output: Output) -> None:
    """Show the lines, as they come."""
    found = room_of(options).logs(
        since_seconds=time.time() - options.since,
        function=options.function,
        level=options.level,
        visitor=options.visitor,
        follow=options.follow,
    )
    with stoppable():
        try:
            shown = _show(found, output)
        except KeyboardInterrupt:
            if not options.follow:
                raise
            return  # that is how a follower ends
    if not shown:
        output.say("There is no such line. To look further back: --since 1d")


def _show(found: Iterator[LogLine], output: Output) -> int:
    shown = 0
    for line in found:
        shown += 1
        if output.as_json:
            output.json_line(line.to_dict())
        else:
            output.out.print(_text(line, time.time()))
    return shown


def _text(line: LogLine, now: float) -> Text:
    told = clock(line.at) if now - line.at < DAY_SECONDS else moment(line.at)
    text = Text(f"{told} ").append(f"{printable(line.level):<8} ", COLORS.get(line.level, ""))
    text.append(f"{line.function:<9} ", "dim").append(printable(line.message))
    for name, value in line.fields.items():
        if isinstance(value, str | int | float):
            text.append(printable(f" {name}={value}"), "dim")
        elif name == "stackTrace" and isinstance(value, list):
            text.append("".join(f"\n    {printable(frame)}".rstrip() for frame in value), "dim")
    return text
