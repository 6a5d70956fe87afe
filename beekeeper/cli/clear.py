"""clear: a fresh start of the line."""

import argparse
from typing import Any

from beekeeper.cli.confirm import ask, introduce
from beekeeper.cli.noting import add_reason, note_of, tell
from beekeeper.cli.options import add_room, room_of
from beekeeper.cli.output import Output


def add_commands(commands: Any) -> None:
    """Add the command of this module."""
    clear = commands.add_parser(
        "clear",
        help="start the line anew, after a rehearsal or between two events",
        description="Start the line anew: all who wait lose their place, and the counts begin at 0."
        " Earlier visitors get a new place when they come back, or when their page next asks."
        " Mode and rate stay.",
        examples={
            "clear": "asks, then clears the line of the room of beekeeper.toml",
            "clear --yes --room sale": "clears the line of room sale without a question",
        },
    )
    clear.add_argument("--yes", action="store_true", help="clear it without a question")
    add_reason(clear)
    add_room(clear)
    clear.set_defaults(run=run_clear)


def run_clear(options: argparse.Namespace, output: Output) -> None:
    """Clear the line of a room, after the user has confirmed it."""
    room, note = room_of(options), note_of(options)
    introduce(room, output)
    if not options.yes:
        ask("All who wait lose their place, and the counts begin at 0. Clear the line?", output)
    effect = room.clear(**note)
    text = f"The line of room {room.name} is new."
    tell(room, output, {"room": room.name, "cleared": True}, text, effect)
