"""What ``python -m beekeeper`` alone shows: how this folder stands, and what to do next.

It calls no AWS. It is the first thing that a newcomer types, often without credentials.
"""

import argparse
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from beekeeper.cli.options import state_place
from beekeeper.cli.output import Output
from beekeeper.config import FILE_NAME, RoomConfig
from beekeeper.connection import last_config
from beekeeper.errors import ConfigError
from beekeeper.provision.state import State
from beekeeper.provision.state.bucket import is_bucket
from beekeeper.room import Room
from beekeeper.shortcuts import list_rooms

BEGIN = {
    "demo": "shows a room on this machine, without an AWS account",
    "init": f"asks a few questions, and writes {FILE_NAME}",
}
MAKE = {
    "preview": "shows the waiting page",
    "doctor": "checks credentials, permissions and quotas",
    "plan": "shows what deploy would make",
    "deploy": "makes the room, and prints the campaign link",
}
CONTINUE = {
    "deploy": "continues: what was made stands",
    "destroy": "removes what was made",
}
OPERATE = {
    "status": "shows how the room stands",
    "rehearse": "before the day: sends a crowd through the room",
    "watch": "on the day: shows live how the room stands",
    "set-rate N": "sets how many visitors per minute arrive at your site",
    "pause": "admits nobody; everybody keeps their place",
    "on": "admits visitors at the rate",
    "report": "afterwards: writes what happened, with charts",
    "destroy": "removes the room",
}
CHANGED = {"plan": f"shows what {FILE_NAME} changes", "deploy": "changes it"}
CORRECT = {"plan": f"when you have corrected {FILE_NAME}"}
LIST = {"list": "lists the rooms"}


@dataclass(frozen=True)
class Standing:
    """How a folder stands, and what to do next: commands, and what each does."""

    said: str
    following: Mapping[str, str]


def run_next_steps(_: argparse.Namespace, output: Output) -> None:
    """Show how this folder stands, and what to do next."""
    standing = standing_of_this_folder()
    width = max(map(len, standing.following)) + 2
    for line in (
        standing.said,
        "\nNext:",
        *(
            f"  python -m beekeeper {typed:<{width}}{text}"
            for typed, text in standing.following.items()
        ),
        "\nAll commands: python -m beekeeper --help",
    ):
        output.text(line)


def standing_of_this_folder() -> Standing:
    """Return how the working directory stands. Raises StateError and ConfigError."""
    if Path(FILE_NAME).exists():
        return _configured(Path(FILE_NAME))
    where = state_place(argparse.Namespace(config=None, state_dir=None, room=None))
    if is_bucket(str(where)):
        return Standing(f"The states of your rooms are in {where}.", LIST)
    rooms = [room.name for room in list_rooms(state_dir=where)]
    if not rooms:
        return Standing(f"There is no {FILE_NAME} and no room in this folder.", BEGIN)
    if len(rooms) == 1:
        return _deployed(Room(rooms[0], state_dir=where), None)
    of_room = {f"{typed} --room NAME": text for typed, text in OPERATE.items()}
    return Standing(f"These rooms were deployed from this folder: {', '.join(rooms)}.", of_room)


def _configured(path: Path) -> Standing:
    try:
        config = RoomConfig.load(path)
    except ConfigError as error:
        return Standing(str(error), CORRECT)
    return _deployed(Room(path), config)


def _deployed(room: Room, config: RoomConfig | None) -> Standing:
    store = room._connection.open_store()
    if store.is_shared:
        return Standing(f"The state of room {room.name} is in {store.location}.", OPERATE)
    state = store.read()
    if state is None:
        return Standing(
            f"Room {room.name} is configured in {FILE_NAME}, and is not deployed yet.", MAKE
        )
    if not state.url:
        return Standing(f"A deploy of room {room.name} was not completed.", CONTINUE)
    said = f"Room {room.name} is deployed in {state.region}: {state.url}"
    if config and _differs(config, state):
        changed = f"{said}\n{FILE_NAME} has changed since the last deploy."
        return Standing(changed, {**CHANGED, **OPERATE})
    return Standing(said, OPERATE)


def _differs(config: RoomConfig, state: State) -> bool:
    try:
        return last_config(state) != config
    except ConfigError:  # an earlier version accepted what this one refuses
        return True
