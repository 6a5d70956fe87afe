"""status, on, off, pause, set-rate, keys: what operators do on the day."""

import argparse
import time
from collections.abc import Callable, Iterator
from dataclasses import MISSING, fields
from typing import Any

from beekeeper.cli.changes import line
from beekeeper.cli.options import add_room, room_of
from beekeeper.cli.output import Output
from beekeeper.results import Status
from beekeeper.room import Room
from beekeeper.rules.settings import SETTINGS

MODES: dict[str, tuple[str, Callable[[Room], None], str]] = {
    "on": ("let visitors queue, and through at the rate", Room.on, "is on"),
    "off": ("send everybody straight to the destination", Room.off, "is off"),
    "pause": ("admit nobody; visitors go on to queue", Room.pause, "is paused"),
}


def add_commands(commands: Any) -> None:
    """Add the commands of this module."""
    status = commands.add_parser("status", help="show how the room stands")
    status.add_argument("--drift", action="store_true", help="look for changes made by hand, too")
    add_room(status)
    status.set_defaults(run=run_status)
    for name, (help_text, _, _) in MODES.items():
        command = commands.add_parser(name, help=help_text)
        add_room(command)
        command.set_defaults(run=run_mode, mode=name)
    rate = commands.add_parser("set-rate", help="set the visitors per minute")
    rate.add_argument("rate", type=int, metavar="N", help="visitors per minute, 1 to 300000")
    add_room(rate)
    rate.set_defaults(run=run_set_rate)
    keys = commands.add_parser("keys", help="what the destination needs to check passes")
    keys.add_argument("what", choices=["show"], help="show: print the keys, which are secret")
    add_room(keys)
    keys.set_defaults(run=run_keys)


def run_status(options: argparse.Namespace, output: Output) -> None:
    """Show how a room stands."""
    status = room_of(options).status(drift=options.drift)
    if output.as_json:
        output.result(status, ())
        return
    output.table(f"Room {status.room}", _rows(status, checked=options.drift))


def _rows(status: Status, *, checked: bool) -> list[tuple[str, str]]:
    measured = f", measured {status.measured_rate:,.0f}" if status.measured_rate else ""
    absent = f", {status.no_show_share:.0%} don't come" if status.no_show_share else ""
    rows = [
        ("state", status.mode),
        ("rate", f"{status.rate:,.0f} a minute{measured}{absent}"),
        ("waiting", f"{status.waiting:,}"),
        ("admitted", f"{status.admitted:,}"),
        ("wait for newcomers", _duration(status.longest_wait_seconds)),
        ("as of", _ago(status.updated_at)),
        ("campaign link", status.url),
        ("destination", status.destination),
        ("in", f"account {status.account}, {status.region}"),
        *_other_settings(status),
    ]
    if checked:
        rows.append(("drift", "\n".join(map(line, status.drift)) or "none"))
    return rows


def _other_settings(status: Status) -> Iterator[tuple[str, str]]:
    """Return the settings that have no row of their own, where they are not the defaults."""
    for field in fields(status.settings):
        known, value = SETTINGS[field.name], getattr(status.settings, field.name)
        is_set_by_people = known.configured or known.live
        if is_set_by_people and field.default is not MISSING and value != field.default:
            yield field.name.replace("_", " "), f"{value} {known.unit}".strip()


def _duration(seconds: float | None) -> str:
    if seconds is None:
        return "unknown"
    minutes = round(seconds / 60)
    if minutes < 1:
        return "less than a minute"
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"


def _ago(at: float | None) -> str:
    if at is None:
        return "no consumer has run yet: it starts within a minute"
    return f"{max(0, time.time() - at):.0f} s ago"


def run_mode(options: argparse.Namespace, output: Output) -> None:
    """Turn a room on or off, or pause it."""
    room = room_of(options)
    _, change, text = MODES[options.mode]
    change(room)
    _confirm(output, {"room": room.name, "mode": options.mode}, f"Room {room.name} {text}")


def run_set_rate(options: argparse.Namespace, output: Output) -> None:
    """Set a room's rate."""
    room = room_of(options)
    room.set_rate(options.rate)
    text = f"Room {room.name} lets {options.rate:,} visitors a minute through"
    _confirm(output, {"room": room.name, "rate": options.rate}, text)


def _confirm(output: Output, content: dict[str, object], text: str) -> None:
    if output.as_json:
        output.json_line(content)
    else:
        output.out.print(f"{text} (holds within two seconds).", markup=False)


def run_keys(options: argparse.Namespace, output: Output) -> None:
    """Show what a destination needs."""
    found = room_of(options).pass_keys()
    lines = [
        f"algorithm  {found.algorithm}",
        f"issuer     {found.issuer}   (claim iss)",
        f"audience   {found.audience}   (claim aud)",
        *(f"key {kid}  {secret}" for kid, secret in found.keys.items()),
    ]
    output.say("These keys are secret: whoever has them can let themselves in.")
    output.result(found, lines)
