"""keys: what a destination needs to check passes."""

import argparse
from typing import Any

from beekeeper.cli.options import add_room, room_of
from beekeeper.cli.output import Output


def add_commands(commands: Any) -> None:
    """Add the command of this module."""
    keys = commands.add_parser(
        "keys",
        help="get the keys with which your site checks passes",
        description="Show what your site needs to check passes: the algorithm, the issuer, the"
        " audience, and the keys. The keys are secret.",
        examples={
            "keys show": "shows the keys of the room of beekeeper.toml",
            "keys show --room sale --json": "shows those of room sale as JSON",
        },
    )
    keys.add_argument("what", choices=["show"], help="show: write the secret keys to stdout")
    add_room(keys)
    keys.set_defaults(run=run_keys)


def run_keys(options: argparse.Namespace, output: Output) -> None:
    """Show what a destination needs."""
    found = room_of(options).pass_keys()
    lines = [
        f"algorithm  {found.algorithm}",
        f"issuer     {found.issuer}   (claim iss)",
        f"audience   {found.audience}   (claim aud)",
        *(f"key {kid}  {secret}" for kid, secret in found.keys.items()),
    ]
    output.say("These keys are secret: anybody who has them can enter your site without waiting.")
    output.result(found, lines)
