"""destroy: remove a room from AWS."""

import argparse
import functools
from typing import Any

from beekeeper.cli.confirm import answer, introduce
from beekeeper.cli.options import add_room, room_of
from beekeeper.cli.output import Output
from beekeeper.cli.progress import progress
from beekeeper.counted import counted, waiting
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
            "destroy --report evening": (
                "asks for the room's name, saves a report, and removes the room"
            ),
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
    destroy.add_argument(
        "--report",
        metavar="DIR",
        help="first save the report of the event in this folder, as `report` does",
    )
    add_room(destroy)
    destroy.set_defaults(run=run_destroy)


def run_destroy(options: argparse.Namespace, output: Output) -> None:
    """Remove a room, after the user has confirmed it."""
    room = room_of(options)
    known = _known(room, is_sure=bool(options.region or not options.room))
    if known or not options.yes:
        _confirm(room, options, output, known=known)
    first = (
        f"Saving the report in {options.report}, then removing" if options.report else "Removing"
    )
    output.say(f"{first} room {room.name} …")
    # Without a state, nobody knows who waits. That matters only if the room is in AWS.
    unsure = options.yes and not (known or options.room)
    refuse = functools.partial(_refuse, room, None)
    with progress(output) as on_event:
        done = room.destroy(
            on_event=on_event, approve=refuse if unsure else None, report=options.report
        )
    if options.room and not known and not done.deleted:
        raise RoomNotFoundError(f"There is no room {room.name}: AWS has no resources of it.")
    removed = (
        f"Removed room {room.name}: {counted(len(done.deleted), 'resource')} in {done.seconds} s."
    )
    nothing = f"Room {room.name} has no resources in AWS: nothing to remove.{_others(room)}"
    output.result(done, [removed if done.deleted else nothing])


def _others(room: Room) -> str:
    """Return which rooms were deployed from here, if the one that was named is none of them."""
    names = ", ".join(room._connection.open_store().rooms())
    return f" The rooms that were deployed from here: {names}." if names else ""


def _known(room: Room, *, is_sure: bool) -> bool:
    """Return whether the room has a state. Raise RoomNotFoundError when its name looks mistyped."""
    store = room._connection.open_store()
    if store.read():
        return True
    if (question := room._connection.nearest(store.rooms())) and not is_sure:
        raise RoomNotFoundError(
            f"There is no room {room.name} in {store.directory}/.{question} If its state is lost,"
            " give --region, too."
        )
    return False


def _confirm(room: Room, options: argparse.Namespace, output: Output, *, known: bool) -> None:
    visitors = _waiting(room, output) if known or options.region else None
    if options.yes and (options.room or visitors == 0):
        return
    if options.yes:
        _refuse(room, visitors)
    question = (
        f"This removes room {room.name}, and all visitors who wait lose their place."
        " Type the room's name to continue: "
    )
    if answer(question, output) != room.name:
        raise BeekeeperError(
            f"Nothing was removed, because the answer was not {room.name!r}. Use --yes --room"
            f" {room.name} to skip the question."
        )


def _refuse(room: Room, visitors: int | None) -> None:
    who = "visitors may wait" if visitors is None else waiting(visitors)
    raise BeekeeperError(
        f"Nothing was removed, because {who} in room {room.name}, and --yes alone does not say"
        f" which room you mean. Add --room {room.name}."
    )


def _waiting(room: Room, output: Output) -> int | None:
    """Say which room is meant, and return how many wait: None if that can't be known.

    Nobody waits if the room is not in AWS.
    """
    try:
        status = introduce(room, output)
    except RoomNotFoundError as error:
        output.say(f"Room {room.name}: {error}")
        return 0
    return status.waiting if status else None
