"""The options that several commands share, and the room that a command works on."""

import argparse
import os
from pathlib import Path
from typing import Any

from beekeeper.config import FILE_NAME, RoomConfig, configured
from beekeeper.config.section import help_of
from beekeeper.errors import ConfigError
from beekeeper.provision.state import DIR_VARIABLE
from beekeeper.room import Room
from beekeeper.shortcuts import list_rooms


def add_common(command: argparse.ArgumentParser) -> None:
    """Add the options that every command has."""
    command.add_argument("--json", action="store_true", help="write the result to stdout as JSON")
    command.add_argument("--debug", action="store_true", help="show the traceback of an error")


def add_room(command: argparse.ArgumentParser) -> None:
    """Add the options that choose a room."""
    command.add_argument(
        "--room",
        metavar="NAME",
        help="the name of the room (default: the room of the configuration, or the only room that"
        " was deployed from this folder)",
    )
    add_config(command)


def add_config(command: argparse.ArgumentParser) -> None:
    """Add the options that say where configuration and state are."""
    add_config_file(command)
    command.add_argument(
        "--state-dir",
        metavar="DIR",
        help="where the state is: a folder, or s3://bucket/prefix (default: $BEEKEEPER_STATE_DIR,"
        " then `state` in the configuration, then the folder .beekeeper)",
    )
    add_common(command)


def add_config_file(command: argparse.ArgumentParser) -> None:
    """Add the option that says where the configuration is."""
    command.add_argument(
        "--config",
        metavar="FILE",
        default=FILE_NAME,
        help=f"the configuration file (default: {FILE_NAME})",
    )


def setting_help(name: str) -> str:
    """Return what a setting of the configuration means, with its bounds."""
    return help_of(RoomConfig.model_fields[name])


def whole_number(setting: str, text: str) -> int:
    """Return a number as people type it: 1200, 1,200 or 1_200. Raise ConfigError."""
    try:
        return int(text.replace(",", "").replace("_", ""))
    except ValueError:
        raise ConfigError(f"{setting} = {text!r}: give a whole number, such as 600.") from None


def room_of(options: argparse.Namespace) -> Room:
    """Return the room of ``--room``, or of the configuration, or the only one with a state here."""
    if options.room:
        return Room(options.room, **place(options))
    if Path(options.config).exists():
        return Room(Path(options.config), state_dir=options.state_dir)
    rooms = list_rooms(**place(options))
    if len(rooms) == 1:
        return rooms[0]
    known = ", ".join(room.name for room in rooms) or "none"
    raise ConfigError(
        f"Which room? There is no {options.config} here. Give --room NAME."
        f" The rooms with a state here: {known}."
    )


def configured_room(options: argparse.Namespace) -> Room:
    """Return the room of the configuration. Raise ConfigError when the configuration is wrong."""
    return Room(RoomConfig.load(options.config), state_dir=options.state_dir)


def place(options: argparse.Namespace) -> dict[str, Any]:
    """Return where the state is, as keyword arguments of the public functions."""
    named = options.state_dir or os.environ.get(DIR_VARIABLE)  # both win over the configuration
    return {"state_dir": named or configured(options.config, "state")}
