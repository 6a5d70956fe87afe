"""pause, on, off: the mode of a room."""

import argparse
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from beekeeper.cli.options import add_room, room_of
from beekeeper.cli.output import Output
from beekeeper.room import Room


@dataclass(frozen=True)
class Mode:
    """A command that sets the mode of a room."""

    help: str
    description: str
    change: Callable[[Room], None]
    done: str
    examples: Mapping[str, str]


MODES = {
    "pause": Mode(
        help="admit nobody; visitors can still join, and keep their place",
        description="Admit nobody until you turn the room on again. Visitors can still join, and"
        " nobody loses their place. A visitor who was admitted in the half minute before the pause"
        " can still enter your site.",
        change=Room.pause,
        done="is paused",
        examples={
            "pause": "pauses the room of beekeeper.toml",
            "pause --room sale": "pauses room sale",
        },
    ),
    "on": Mode(
        help="admit visitors at the rate, after pause or off",
        description="Turn the room on: visitors wait in line, and are admitted at the rate."
        " If Lambda has put the functions to sleep, because nobody came for weeks, this wakes them"
        " first, which can take two minutes.",
        change=Room.on,
        done="is on",
        examples={
            "on": "turns on the room of beekeeper.toml",
            "on --room sale": "turns on room sale",
        },
    ),
    "off": Mode(
        help="send every visitor straight to your site",
        description="Turn the room off: the campaign link sends every visitor straight to your"
        " site, also those who wait. The resources stay, so that you can turn the room on again.",
        change=Room.off,
        done="is off",
        examples={
            "off": "turns off the room of beekeeper.toml",
            "off --room sale": "turns off room sale",
        },
    ),
}


def add_commands(commands: Any) -> None:
    """Add the commands of this module."""
    for name, mode in MODES.items():
        command = commands.add_parser(
            name, help=mode.help, description=mode.description, examples=mode.examples
        )
        add_room(command)
        command.set_defaults(run=run_mode, mode=name)


def run_mode(options: argparse.Namespace, output: Output) -> None:
    """Turn a room on or off, or pause it."""
    room, mode = room_of(options), MODES[options.mode]
    mode.change(room)
    output.changed({"room": room.name, "mode": options.mode}, f"Room {room.name} {mode.done}.")
