"""status: how a room stands."""

import argparse
import math
import time
from collections.abc import Iterator
from dataclasses import MISSING, fields
from datetime import UTC, datetime
from typing import Any

from rich.text import Text

from beekeeper.cli.changes import line
from beekeeper.cli.options import add_room, room_of
from beekeeper.cli.output import Output
from beekeeper.results import GovernorStatus, Status
from beekeeper.rules.settings import SETTINGS, GovernorMode, Mode


def add_commands(commands: Any) -> None:
    """Add the command of this module."""
    status = commands.add_parser(
        "status",
        help="see the mode, the rate, and how many visitors wait",
        description="Show the mode and rate of the room, how many visitors wait, and how long a"
        " visitor who joins now will wait.",
        examples={
            "status": "shows the room of beekeeper.toml",
            "status --drift": "also shows resources that were changed by hand",
        },
    )
    status.add_argument(
        "--drift", action="store_true", help="also look for resources that were changed by hand"
    )
    add_room(status)
    status.set_defaults(run=run_status)


def run_status(options: argparse.Namespace, output: Output) -> None:
    """Show how a room stands."""
    status = room_of(options).status(drift=options.drift)
    if output.as_json:
        output.result(status, ())
        return
    output.table(f"Room {status.room}", _rows(status, checked=options.drift))


def _rows(status: Status, *, checked: bool) -> list[tuple[str | Text, str]]:
    measured = f", measured {status.measured_rate:,.0f}" if status.measured_rate else ""
    absent = f", {status.no_show_share:.0%} never come" if status.no_show_share else ""
    is_off = status.mode == Mode.OFF
    rows: list[tuple[str | Text, str]] = [
        ("mode", status.mode),
        ("rate", f"{status.rate:,.0f} a minute{measured}{absent}"),
        *_governor(status.governor),
        ("waiting", "nobody, because the room is off" if is_off else f"{status.waiting:,}"),
        ("joined", f"{'about ' if status.waiting else ''}{status.joined:,}"),
        ("admitted", f"{status.admitted:,}"),
        ("entered", f"{status.entered:,}"),
        ("wait when joining now", "none" if is_off else _duration(status.longest_wait_seconds)),
        ("a change", f"everybody hears of it within {_at_most(status.heard_within_seconds)}"),
        ("updated", "not while the room is off" if is_off else _ago(status.updated_at)),
        ("campaign link", status.url),
        ("destination", status.destination),
        ("deployed in", f"account {status.account}, {status.region}"),
        *_other_settings(status),
        *(("planned", f"{entry.number}: {entry}") for entry in status.planned),
    ]
    rows += [(Text("problem", style="red"), f"{p.text} {p.remedy}") for p in status.problems]
    if checked:
        rows.append(("drift", "\n".join(map(line, status.drift)) or "none"))
    return rows


def _governor(governor: GovernorStatus | None) -> Iterator[tuple[str, str]]:
    if governor is None:
        return
    if governor.mode == GovernorMode.OFF:
        yield "governor", governor.held
        return
    measured = f", measured {_ago(governor.measured_at)}" if governor.measured_at else ""
    yield "governor", f"{governor.held}{measured}"
    if governor.measured_at:
        yield "because", governor.reason
    if governor.asked_pace is not None and governor.asked_until is not None:
        until = f"{datetime.fromtimestamp(governor.asked_until, UTC):%H:%M:%S} UTC"
        yield "your site asks for", f"at most {governor.asked_pace:,.0f} a minute until {until}"


def _other_settings(status: Status) -> Iterator[tuple[str, str]]:
    """Return the settings that have no row of their own, if they differ from the defaults."""
    for field in fields(status.settings):
        known, value = SETTINGS[field.name], getattr(status.settings, field.name)
        is_set_by_people = (known.configured or known.live) and field.name != "governor_mode"
        if field.name == "cleared_at" and value:
            yield "cleared", f"{datetime.fromtimestamp(value, UTC):%Y-%m-%d %H:%M:%S} UTC"
        elif is_set_by_people and field.default is not MISSING and value != field.default:
            yield field.name.replace("_", " "), f"{value} {known.unit}".strip()


def _duration(seconds: float | None) -> str:
    if seconds is None:
        return "unknown"
    minutes = round(seconds / 60)
    if minutes < 1:
        return "less than a minute"
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"


def _at_most(seconds: float) -> str:
    return f"{math.ceil(seconds)} s" if seconds <= 60 else f"{math.ceil(seconds / 60)} min"


def _ago(at: float | None) -> str:
    if at is None:
        return "no consumer has run yet; one starts within a minute"
    return f"{max(0, time.time() - at):.0f} s ago"
