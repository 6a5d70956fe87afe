"""Options that several commands share, and which room a command is about."""

import argparse
import os
from typing import Any

from beekeeper.config import FILE_NAME, RoomConfig, configured
from beekeeper.errors import ConfigError
from beekeeper.provision.state import DIR_VARIABLE
from beekeeper.room import Room
from beekeeper.shortcuts import list_rooms


def add_common(command: argparse.ArgumentParser) -> None:
    """Add the options that every command has."""
    command.add_argument("--json", action="store_true", help="results as JSON on stdout")
    command.add_argument("--debug", action="store_true", help="show the traceback of an error")


def add_room(command: argparse.ArgumentParser) -> None:
    """Add the options that choose a room."""
    command.add_argument("--room", metavar="NAME", help="the room (default: that of the config)")
    add_config(command)


def add_config(command: argparse.ArgumentParser) -> None:
    """Add the options that say where configuration and state are."""
    command.add_argument(
        "--config", metavar="FILE", default=FILE_NAME, help=f"configuration (default: {FILE_NAME})"
    )
    command.add_argument(
        "--state-dir",
        metavar="DIR",
        help="where the state is, a folder or s3://bucket/prefix (default: $BEEKEEPER_STATE_DIR,"
        " or `state` of the configuration, or .beekeeper)",
    )
    add_common(command)


def room_of(options: argparse.Namespace) -> Room:
    """Return the room: named, or of the configuration, or the only one there is."""
    name = options.room or configured(options.config, "name")
    if name:
        return Room(name, **place(options))
    rooms = list_rooms(**place(options))
    if len(rooms) == 1:
        return rooms[0]
    known = ", ".join(room.name for room in rooms) or "none"
    raise ConfigError(
        f"Which room? There is no {options.config} here; rooms in the state folder: {known}."
        " Name one with --room."
    )


def configured_room(options: argparse.Namespace) -> Room:
    """Return the room of the configuration; raise ConfigError when that is wrong."""
    return Room(RoomConfig.load(options.config), **place(options))


def place(options: argparse.Namespace) -> dict[str, Any]:
    """Return where the state is, as every public function takes it."""
    named = options.state_dir or os.environ.get(DIR_VARIABLE)
    return {"state_dir": named or configured(options.config, "state")}
