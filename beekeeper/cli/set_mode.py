"""pause, on, off: the mode of a room."""

import argparse
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from beekeeper.cli.confirm import ask, consumer_problem, introduce
from beekeeper.cli.noting import add_reason, add_time, note_of, tell
from beekeeper.cli.options import add_room, room_of
from beekeeper.cli.output import Output
from beekeeper.results import Effect
from beekeeper.room import Room


@dataclass(frozen=True)
class Mode:
    """A command that sets the mode of a room."""

    help: str
    description: str
    change: Callable[..., Effect]
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
            'pause --room sale --reason "the shop is down"': "pauses room sale, and says why",
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
            "on --room sale --at 10:00": "turns on room sale at 10:00, by itself",
        },
    ),
    "off": Mode(
        help="send every visitor straight to your site",
        description="Turn the room off: the campaign link sends every visitor straight to your"
        " site, also those who wait. The resources stay, so that you can turn the room on again. To"
        " stop admitting and keep the line, use `pause` instead.",
        change=Room.off,
        done="is off",
        examples={
            "off": "asks, then turns off the room of beekeeper.toml",
            "off --yes --room sale": "turns off room sale without a question",
        },
    ),
}

OFF = (
    "This sends everybody straight to your site at once: those who wait, and whoever comes. To"
    " admit nobody and keep the line, use `pause` instead. Turn the room off?"
)


def add_commands(commands: Any) -> None:
    """Add the commands of this module."""
    for name, mode in MODES.items():
        command = commands.add_parser(
            name, help=mode.help, description=mode.description, examples=mode.examples
        )
        if name == "off":
            command.add_argument("--yes", action="store_true", help="do it without a question")
        add_reason(command)
        add_time(command)
        add_room(command)
        command.set_defaults(run=run_mode, mode=name)


def run_mode(options: argparse.Namespace, output: Output) -> int:
    """Turn a room on or off, or pause it. Return the exit code."""
    room, mode, note = room_of(options), MODES[options.mode], note_of(options)
    status = introduce(room, output)
    if options.mode == "off" and not options.yes and (status is None or status.mode != "off"):
        ask(OFF, output)
    effect = mode.change(room, **note)
    is_on = options.mode == "on" and options.at is None
    problem = consumer_problem(room, output) if is_on else ""
    content = {"room": room.name, "mode": options.mode}
    if problem:
        output.say(f"beekeeper: {problem}")
        content["problem"] = problem
    tell(room, output, content, f"Room {room.name} {mode.done}.", effect)
    return int(bool(problem))
