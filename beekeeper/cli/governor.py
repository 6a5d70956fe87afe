"""governor: whether the governor may slow the line down."""

import argparse
from typing import Any

from beekeeper.cli.confirm import introduce
from beekeeper.cli.noting import add_reason, note_of, tell
from beekeeper.cli.options import add_room, room_of
from beekeeper.cli.output import Output
from beekeeper.rules.settings import GovernorMode

DONE = {
    GovernorMode.OFF: "is off: the operators' rate is in force",
    GovernorMode.ADVISE: "advises: it measures your site, says what it would do, and does nothing",
    GovernorMode.AUTOMATIC: "is automatic: it slows the line down while your site suffers",
}


def add_commands(commands: Any) -> None:
    """Add the command of this module."""
    governor = commands.add_parser(
        "governor",
        help="let the governor slow the line down, only advise, or rest",
        description="Set what the governor does: off, advise (it measures your site, and `status`"
        " says which pace it would hold) or automatic (it holds that pace). This takes effect"
        " within two seconds, without a deploy. The room must have been deployed with a governor.",
        examples={
            "governor off": "returns to the rate that operators have set, at once",
            "governor automatic --room sale": "lets the governor slow down the line of room sale",
        },
    )
    modes = [mode.value for mode in GovernorMode]
    governor.add_argument("mode", choices=modes, help="what the governor does from now on")
    add_reason(governor)
    add_room(governor)
    governor.set_defaults(run=run_governor)


def run_governor(options: argparse.Namespace, output: Output) -> None:
    """Set the mode of a room's governor."""
    room, mode, note = room_of(options), GovernorMode(options.mode), note_of(options)
    introduce(room, output)
    effect = room.set_governor(mode.value, **note)
    text = f"The governor of room {room.name} {DONE[mode]}."
    tell(room, output, {"room": room.name, "governor": mode.value}, text, effect)
