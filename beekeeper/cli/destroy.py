"""destroy: remove a room from AWS."""

import argparse
from typing import Any

from beekeeper.cli.confirm import answer, introduce, waiting
from beekeeper.cli.options import add_room, room_of
from beekeeper.cli.output import Output
from beekeeper.cli.progress import progress
from beekeeper.errors import BeekeeperError, RoomNotFoundError
from beekeeper.room import Room


def add_commands(commands: Any) -> None:
    """Add the command of this module."""
    destroy = commands.add_parser(
        "destroy",
        help="remove the room and all its resources from AWS",
        description="Remove the room and all its resources from AWS, its logs included. Visitors"
        " who wait lose their place. If you interrupt it, run it again: it continues.",
        examples={
            "destroy": "asks for the room's name, then removes the room",
            "destroy --yes --room sale --region eu-central-1": (
                "removes room sale without a question, even if its state is lost"
            ),
        },
    )
    destroy.add_argument(
        "--yes",
        action="store_true",
        help="remove it without a question; while visitors wait, only together with --room",
    )
    destroy.add_argument("--region", help="the AWS region; needed if the room's state is lost")
    add_room(destroy)
    destroy.set_defaults(run=run_destroy)


def run_destroy(options: argparse.Namespace, output: Output) -> None:
    """Remove a room, after the user has confirmed it."""
    room = Room(room_of(options), region=options.region)
    _confirm(room, options, output)
    output.say(f"Removing room {room.name} …")
    with progress(output) as on_event:
        done = room.destroy(on_event=on_event)
    removed = f"Removed room {room.name}: {len(done.deleted)} resources in {done.seconds} s."
    nothing = f"Room {room.name} has no resources in AWS: nothing to remove."
    output.result(done, [removed if done.deleted else nothing])


def _confirm(room: Room, options: argparse.Namespace, output: Output) -> None:
    visitors = _waiting(room, output)
    if options.yes and (options.room or not visitors):
        return
    if options.yes:
        raise BeekeeperError(
            f"Nothing was removed, because {waiting(visitors)} in room {room.name}, and --yes alone"
            f" does not say which room you mean. Add --room {room.name}."
        )
    question = (
        f"This removes room {room.name}, and all visitors who wait lose their place."
        " Type the room's name to continue: "
    )
    if answer(question, output) != room.name:
        raise BeekeeperError(
            f"Nothing was removed, because the answer was not {room.name!r}. Use --yes --room"
            f" {room.name} to skip the question."
        )


def _waiting(room: Room, output: Output) -> int:
    """Say which room is meant, and return how many wait. Nobody can wait if it is not in AWS."""
    try:
        status = introduce(room, output)
    except RoomNotFoundError as error:
        output.say(f"Room {room.name}: {error}")
        return 0
    return status.waiting if status else 0
