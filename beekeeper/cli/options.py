"""The options that several commands share, and the room that a command works on."""

import argparse
import math
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from beekeeper.config import FILE_NAME, RoomConfig, bare_config, configured_text
from beekeeper.config.section import help_of, plain_number
from beekeeper.config.toml_file import read_toml
from beekeeper.errors import ConfigError
from beekeeper.provision.credentials import new_session
from beekeeper.provision.state import DEFAULT_DIR, DIR_VARIABLE
from beekeeper.room import Room
from beekeeper.shortcuts import list_rooms
from beekeeper.times import gone

if TYPE_CHECKING:
    from boto3.session import Session

TIMES = "18:00 (the last one), 2026-11-27T18:00, or how long ago, such as 90s, 10m, 2h or 3d"


def since(text: str) -> float:
    """Return the time of an option ``--since``, in seconds since the epoch."""
    try:
        return gone(text, time.time())
    except (ValueError, OverflowError, OSError):
        raise argparse.ArgumentTypeError(f"give a time that has been: {TIMES}") from None


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
    add_aws(command)
    add_config(command)


def add_aws(command: argparse.ArgumentParser) -> None:
    """Add the options that choose the AWS account and the region. For what calls AWS."""
    add_profile(command)
    command.add_argument(
        "--region",
        metavar="REGION",
        help="the AWS region (default: the region of the configuration, then that of the room's"
        " last deploy). With it, a room is found in AWS without its state",
    )


def add_profile(command: argparse.ArgumentParser) -> None:
    """Add the option that chooses the credentials."""
    command.add_argument(
        "--profile",
        metavar="NAME",
        help="the profile of your AWS settings to use (default: $AWS_PROFILE, then `default`)",
    )


def session_of(options: argparse.Namespace) -> "Session | None":
    """Return the session of ``--profile``. Without it None: then boto3 finds the credentials.

    Raises CredentialsError if there is no such profile.
    """
    return new_session(profile=options.profile) if options.profile else None


def add_config(command: argparse.ArgumentParser) -> None:
    """Add the options that say where configuration and state are."""
    add_config_file(command)
    command.add_argument(
        "--state-dir",
        metavar="DIR",
        help="where the state is: a folder, or s3://bucket/prefix (default: $BEEKEEPER_STATE_DIR,"
        " then `state` in the configuration, then the folder .beekeeper beside the configuration)",
    )
    add_common(command)


def add_config_file(command: argparse.ArgumentParser) -> None:
    """Add the option that says where the configuration is."""
    command.add_argument(
        "--config",
        metavar="FILE",
        help=f"the configuration file (default: {FILE_NAME})",
    )


def count(text: str) -> int:
    """Return a whole number, as people type it: 1200, 1,200 or 1_200. For argparse."""
    try:
        return int(_plain(text))
    except ValueError:
        raise argparse.ArgumentTypeError("give a whole number, such as 100000") from None


def _plain(text: str) -> str:
    plain = plain_number(text)
    if "_" in plain:  # Python reads 1_2 as 12
        raise ValueError
    return plain


def number(text: str) -> float:
    """Return a number, as people type it. For argparse."""
    try:
        found = float(_plain(text))
    except ValueError:
        found = math.nan
    if not math.isfinite(found):
        raise argparse.ArgumentTypeError("give a number, such as 600")
    return found


def config_path(options: argparse.Namespace) -> Path:
    """Return the path of the configuration file. It may not exist."""
    return Path(options.config or FILE_NAME)


def setting_help(name: str) -> str:
    """Return what a setting of the configuration means, with its bounds."""
    return help_of(RoomConfig.model_fields[name])


def setting_value(name: str, text: str) -> Any:
    """Return the value of a setting as the configuration takes it. Raises ConfigError."""
    return getattr(bare_config(**{"name": "x", name: text}), name)


def room_of(options: argparse.Namespace) -> Room:
    """Return the room of ``--room``, or of the configuration, or the only one with a state here."""
    if options.room is not None:
        if not options.room.strip():
            raise ConfigError("--room is empty. Give the name of a room, or leave it out.")
        return Room(options.room, **place(options))
    if options.config or config_path(options).exists():
        return _of_file(options)
    rooms = list_rooms(**place(options))
    if len(rooms) == 1:
        return rooms[0]
    known = ", ".join(room.name for room in rooms) or "none"
    raise ConfigError(
        f"Which room? There is no {FILE_NAME} here. Give --room NAME, and --region REGION if the"
        f" room was deployed from another machine. The rooms with a state here: {known}."
    )


def configured_room(options: argparse.Namespace) -> Room:
    """Return the room of the configuration. Raise ConfigError when the configuration is wrong."""
    RoomConfig.load(config_path(options))
    return _of_file(options)


def _of_file(options: argparse.Namespace) -> Room:
    return Room(config_path(options), state_dir=options.state_dir, **aws_of(options))


def aws_of(options: argparse.Namespace) -> dict[str, Any]:
    """Return the session and the region, as keyword arguments of the public functions."""
    return {"session": session_of(options), "region": options.region}


def place(options: argparse.Namespace) -> dict[str, Any]:
    """Return where the state is, with the session and region, as keyword arguments."""
    return {"state_dir": state_place(options), **aws_of(options)}


def state_place(options: argparse.Namespace) -> str | Path:
    """Return where the state is: a folder, or the address of a bucket."""
    named = options.state_dir or os.environ.get(DIR_VARIABLE)  # both win over the configuration
    if not named:
        path = config_path(options)
        if options.config:
            read_toml(path)  # a file that was named must be there
        named = _configured_place(options, path) or path.parent / DEFAULT_DIR
    return named


def _configured_place(options: argparse.Namespace, path: Path) -> str | None:
    """Return the place of the state that the configuration names, if it names one.

    Whoever names the room does not mean another one. So a file that can't be read must not keep an
    operator from pausing the room that is here.
    """
    try:
        return configured_text(path, "state")
    except ConfigError:
        if getattr(options, "room", None) and not options.config:
            return None
        raise
