"""set-rate: how many visitors per minute may arrive."""

import argparse
from typing import Any

from beekeeper.cli.confirm import ask, introduce
from beekeeper.cli.noting import add_reason, add_time, note_of, tell
from beekeeper.cli.options import add_room, room_of, setting_help, setting_value
from beekeeper.cli.output import Output
from beekeeper.counted import counted
from beekeeper.results import Status

ASKED_FACTOR = 5  # a change by more than this may be a slip of the finger
ASKED_FACTOR_WHILE_WAITING = 2  # and this much is felt by those who wait, or by the site


def add_commands(commands: Any) -> None:
    """Add the command of this module."""
    rate = commands.add_parser(
        "set-rate",
        help="set how many visitors per minute may arrive at your site",
        description="Set how many visitors per minute may arrive at your site. This takes effect"
        " within two seconds, without a deploy. It asks about a change of more than two times while"
        " visitors wait, and of more than five times while nobody waits.",
        examples={
            'set-rate 900 --reason "two more servers"': "lets 900 visitors per minute arrive",
            "set-rate 60 --room sale --at 18:00": "lets 60 per minute arrive from 18:00 on",
        },
    )
    rate.add_argument("rate", metavar="N", help=setting_help("rate"))
    rate.add_argument(
        "--yes", action="store_true", help="change it by any factor, without a question"
    )
    add_reason(rate)
    add_time(rate)
    add_room(rate)
    rate.set_defaults(run=run_set_rate)


def run_set_rate(options: argparse.Namespace, output: Output) -> None:
    """Set a room's rate."""
    room, rate, note = room_of(options), setting_value("rate", options.rate), note_of(options)
    status = introduce(room, output)
    was = status.rate if status else None
    if status and not options.yes and _is_drastic(rate, status):
        ask(f"This changes the rate from {was:,.0f} to {rate:,} a minute. Change it?", output)
    effect = room.set_rate(rate, **note)
    before = f", and was {was:,.0f}" if was and options.at is None else ""
    text = f"The rate of room {room.name} is {counted(rate, 'visitor')} per minute{before}."
    tell(room, output, {"room": room.name, "rate": rate, "was": was}, text, effect)


def _is_drastic(rate: float, status: Status) -> bool:
    asked = ASKED_FACTOR_WHILE_WAITING if status.waiting else ASKED_FACTOR
    return max(rate / status.rate, status.rate / rate) > asked
