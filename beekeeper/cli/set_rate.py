"""set-rate: how many visitors per minute may arrive."""

import argparse
from typing import Any

from beekeeper.cli.options import add_room, count, room_of, setting_help
from beekeeper.cli.output import Output


def add_commands(commands: Any) -> None:
    """Add the command of this module."""
    rate = commands.add_parser(
        "set-rate",
        help="set how many visitors per minute may arrive at your site",
        description="Set how many visitors per minute may arrive at your site. This takes effect"
        " within two seconds, without a deploy.",
        examples={
            "set-rate 900": "lets 900 visitors per minute arrive at your site",
            "set-rate 60 --room sale": "lets 60 per minute arrive from room sale",
        },
    )
    rate.add_argument("rate", type=count, metavar="N", help=setting_help("rate"))
    add_room(rate)
    rate.set_defaults(run=run_set_rate)


def run_set_rate(options: argparse.Namespace, output: Output) -> None:
    """Set a room's rate."""
    room = room_of(options)
    room.set_rate(options.rate)
    text = f"The rate of room {room.name} is {options.rate:,} visitors per minute."
    output.changed({"room": room.name, "rate": options.rate}, text)
