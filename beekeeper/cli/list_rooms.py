"""list: the rooms whose state is kept here."""

import argparse
from typing import Any

from beekeeper.cli.options import add_aws, add_config, place
from beekeeper.cli.output import Output
from beekeeper.shortcuts import list_rooms


def add_commands(commands: Any) -> None:
    """Add the command of this module."""
    listing = commands.add_parser(
        "list",
        help="list the rooms that were deployed from this folder",
        description="List the rooms that were deployed from this folder, each with its region and"
        " campaign link.",
        examples={
            "list": "lists the rooms whose state is in this folder",
            "list --state-dir s3://our-bucket/beekeeper": "lists the rooms of the team",
        },
    )
    add_aws(listing)
    add_config(listing)
    listing.set_defaults(run=run_list)


def run_list(options: argparse.Namespace, output: Output) -> None:
    """List the rooms whose state is kept here."""
    found = list_rooms(**place(options))
    if output.as_json:
        output.json_line([room.to_dict() for room in found])
        return
    for room in found:
        text = f"{room.name:<24} {room.region:<16} {room.url or '(not deployed)'}"
        output.out.print(text, markup=False)
    if not found:
        output.out.print("No rooms here. Start with: python -m beekeeper init", markup=False)
