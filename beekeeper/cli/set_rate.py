"""set-rate: how many visitors per minute may arrive."""

import argparse
from typing import Any

from beekeeper.cli.confirm import ask, introduce
from beekeeper.cli.options import add_room, room_of, setting_help, setting_value
from beekeeper.cli.output import Output

ASKED_FACTOR = 5  # a change by more than this may be a slip of the finger


def add_commands(commands: Any) -> None:
    """Add the command of this module."""
    rate = commands.add_parser(
        "set-rate",
        help="set how many visitors per minute may arrive at your site",
        description="Set how many visitors per minute may arrive at your site. This takes effect"
        " within two seconds, without a deploy. A change of more than five times is asked about.",
        examples={
            "set-rate 900": "lets 900 visitors per minute arrive at your site",
            "set-rate 60 --room sale": "lets 60 per minute arrive from room sale",
        },
    )
    rate.add_argument("rate", metavar="N", help=setting_help("rate"))
    rate.add_argument(
        "--yes", action="store_true", help="change it by any factor, without a question"
    )
    add_room(rate)
    rate.set_defaults(run=run_set_rate)


def run_set_rate(options: argparse.Namespace, output: Output) -> None:
    """Set a room's rate."""
    room, rate = room_of(options), setting_value("rate", options.rate)
    status = introduce(room, output)
    was = status.rate if status else None
    if was and not options.yes and max(rate / was, was / rate) > ASKED_FACTOR:
        ask(f"This changes the rate from {was:,.0f} to {rate:,} a minute. Change it?", output)
    room.set_rate(rate)
    before = f", and was {was:,.0f}" if was else ""
    text = f"The rate of room {room.name} is {rate:,} visitors per minute{before}."
    output.changed({"room": room.name, "rate": rate, "was": was}, text)
