"""message: what everybody who waits reads."""

import argparse
from typing import Any

from beekeeper.cli.confirm import introduce
from beekeeper.cli.noting import add_reason, add_time, note_of, tell
from beekeeper.cli.options import add_room, room_of
from beekeeper.cli.output import Output
from beekeeper.control.message import message_text
from beekeeper.errors import ConfigError


def add_commands(commands: Any) -> None:
    """Add the command of this module."""
    message = commands.add_parser(
        "message",
        help="tell everybody who waits something",
        description="Show a message to everybody who waits, in place of the former one. It is one"
        " line of at most 500 characters, and is not translated.",
        examples={
            'message "We open at 10:00."': "shows this to everybody who waits",
            "message --clear": "takes the message away",
        },
    )
    message.add_argument("text", metavar="TEXT", nargs="?", help="the message")
    message.add_argument("--clear", action="store_true", help="take the message away")
    add_reason(message)
    add_time(message)
    add_room(message)
    message.set_defaults(run=run_message)


def run_message(options: argparse.Namespace, output: Output) -> None:
    """Set the message of a room, or take it away."""
    if options.clear == (options.text is not None):
        raise ConfigError('Give the message, such as message "We open at 10:00.", or --clear.')
    room, text, note = room_of(options), message_text(options.text), note_of(options)
    introduce(room, output)
    effect = room.message(text or None, **note)
    done = f"Everybody who waits in room {room.name} "
    told = f"{done}reads “{text}”." if text else f"{done}reads no message any more."
    tell(room, output, {"room": room.name, "message": text}, told, effect)
