"""history: what was changed in a room, when, by whom and why."""

import argparse
from typing import Any

from beekeeper.cli.noting import add_reason, note_of
from beekeeper.cli.options import add_room, count, room_of
from beekeeper.cli.output import Output
from beekeeper.errors import ConfigError
from beekeeper.results import Entry
from beekeeper.times import localized


def add_commands(commands: Any) -> None:
    """Add the command of this module."""
    history = commands.add_parser(
        "history",
        help="see what was changed, when, by whom and why",
        description="Show the last changes of the room, the newest last: those of operators and of"
        " deploys, and those that are planned. Each has a number.",
        examples={
            "history --last 3 --room sale": "shows the last three changes of room sale",
            "history --cancel 12": "takes back the planned change with the number 12",
        },
    )
    history.add_argument(
        "--last", metavar="N", type=count, default=20, help="how many changes (default: 20)"
    )
    history.add_argument(
        "--cancel", metavar="N", type=count, help="take back the planned change with this number"
    )
    add_reason(history)
    add_room(history)
    history.set_defaults(run=run_history)


def run_history(options: argparse.Namespace, output: Output) -> None:
    """Show what was changed in a room, or take back what is planned."""
    if options.cancel is not None:
        cancel(options, output)
        return
    if options.last < 1:
        raise ConfigError(f"--last {options.last} is too small: give at least 1.")
    entries = room_of(options).history(options.last)
    output.result(entries, [line for entry in entries for line in lines_of(entry)])
    if not entries and not output.as_json:
        output.out.print("Nothing was changed since the room was deployed.", markup=False)


def cancel(options: argparse.Namespace, output: Output) -> None:
    """Take back a planned change of a room."""
    room, note = room_of(options), note_of(options)
    entry = room.cancel(options.cancel, **note)
    output.result(entry, [f"Taken back in room {room.name}: {localized(entry.before)}."])


def lines_of(entry: Entry) -> list[str]:
    """Return a change as lines: what, then by whom and from where, then why."""
    who = f"{entry.by} ({entry.place})" if entry.place else entry.by
    return [
        f"{entry.number:>4}  {entry}",
        *([f"      by {who}"] if who else []),
        *([f"      because: {entry.reason}"] if entry.reason else []),
    ]
