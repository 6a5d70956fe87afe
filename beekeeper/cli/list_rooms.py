"""list: the rooms of the account, and those whose state is kept here."""

import argparse
from typing import Any

from beekeeper.cli.options import add_aws, add_config, config_path, place
from beekeeper.cli.output import Output, printable
from beekeeper.config import configured_text
from beekeeper.errors import BeekeeperError, ConfigError
from beekeeper.listing import find_rooms
from beekeeper.results import ListedRoom, RoomList
from beekeeper.shortcuts import list_rooms

NONE = "No rooms here. Start with: python -m beekeeper init"


def add_commands(commands: Any) -> None:
    """Add the command of this module."""
    listing = commands.add_parser(
        "list",
        help="list the account's rooms, also those without a state here",
        description="List the account's rooms in the region, also those whose state is elsewhere,"
        " and the rooms that were deployed from this folder: each with its mode, rate, light,"
        " campaign link, and the place of its state. AWS may list a new room only after some"
        " minutes.",
        examples={
            "list --all-regions --profile events": "lists the rooms of an account in all regions",
            "list --state-dir s3://our-bucket/beekeeper": (
                "lists the rooms of the region, and those of the team's bucket"
            ),
        },
    )
    listing.add_argument(
        "--all-regions",
        action="store_true",
        help="look in every region that the account has enabled",
    )
    add_aws(listing)
    add_config(listing)
    listing.set_defaults(run=run_list)


def run_list(options: argparse.Namespace, output: Output) -> int:
    """List the rooms. Return 1 if a region that was asked for did not answer."""
    if options.all_regions and options.region:
        raise ConfigError("Give only one of the two: --region or --all-regions.")
    where = place(options)
    where["region"] = where["region"] or configured_text(config_path(options), "region")
    if options.all_regions:
        where["region"] = None
    try:
        found = find_rooms(**where, all_regions=options.all_regions)
    except BeekeeperError:
        if not output.as_json:
            _show_what_is_here(options, output)
        raise
    if output.as_json:
        output.json_line([room.to_dict() for room in found.rooms])
    else:
        _show(found, output)
    if found.unsearched:
        regions, (why, *_) = ", ".join(found.unsearched), found.unsearched.values()
        output.say(f"More rooms may be in {regions}: AWS did not list them. {why}")
    if found.disabled:
        output.say(f"The account has not enabled these regions: {', '.join(found.disabled)}.")
    return int(bool(found.unsearched))


def _show(found: RoomList, output: Output) -> None:
    for room in found.rooms:
        output.out.print(printable(_text(room)), markup=False)
    if not found.rooms:
        output.out.print(NONE, markup=False)


def _text(room: ListedRoom) -> str:
    """Return four lines about a room: how it is set, its light, its link, and its state."""
    how = "unknown" if room.mode is None else f"{room.mode}, {room.rate:,.0f} a minute"
    lines = [
        f"{room.room:<24} {how:<24} {room.region}",
        f"  {room.light.upper()}  {room.reason}" if room.light else f"  NOT KNOWN  {room.problem}",
        f"  {room.url or 'the campaign link is not known'}",
        f"  state: {room.state_file or 'not here'}",
    ]
    return "\n".join(lines)


def _show_what_is_here(options: argparse.Namespace, output: Output) -> None:
    """List what the states say of the rooms here, because AWS can't be asked."""
    for room in list_rooms(**place(options)):
        output.out.print(f"{room.name:<24} {'unknown':<24} {room.region}", markup=False)
        output.out.print(f"  {room.url or 'not deployed'}", markup=False)
