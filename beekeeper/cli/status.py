"""status: how a room stands."""

import argparse
import time
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields
from typing import Any

from rich.text import Text

from beekeeper.cli.changes import line
from beekeeper.cli.options import add_room, room_of
from beekeeper.cli.output import Output
from beekeeper.results import GovernorStatus, Light, Status
from beekeeper.rules.durations import at_most, duration, estimate
from beekeeper.rules.settings import SETTINGS, GovernorMode, Mode
from beekeeper.times import clock, moment

LIGHTS = {Light.GREEN: "green", Light.AMBER: "yellow", Light.RED: "red"}


def add_commands(commands: Any) -> None:
    """Add the command of this module."""
    status = commands.add_parser(
        "status",
        help="see whether all is well, and how many visitors wait",
        description="Show whether all is well (green, amber or red), why, and what to do. Below it:"
        " the mode, the rate and what is held of it, how many visitors come and wait, how long a"
        " visitor who joins now will wait, and what has failed. Reads only.",
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
    output.table(f"Room {status.room}", rows(status, checked=options.drift))


def rows(status: Status, *, checked: bool) -> list[tuple[str | Text, str]]:
    """Return the status as names and values, the light first. ``checked`` shows the drift, too."""
    found: list[tuple[str | Text, str]] = [
        (light(status), f"{status.reason}\n{status.remedy}".rstrip()),
        ("mode", status.mode),
        ("rate", _rate(status)),
        *_governor(status.governor),
        *_line(status),
        *_health(status),
        ("campaign link", status.url),
        ("destination", status.destination),
        ("deployed in", f"account {status.account}, {status.region}"),
        *_other_settings(status),
        *(("planned", f"{entry.number}: {entry.plan}") for entry in status.planned),
        *status.links.items(),
    ]
    told = (p for p in status.problems if p.text != status.reason)
    found += [(Text("problem", style="red"), f"{p.text} {p.remedy}") for p in told]
    is_told = "can't be read" in status.reason and bool(status.remedy)
    found += [
        ("unknown", text)
        for text in status.unknown
        if not (is_told and text.endswith(status.remedy))
    ]
    if checked:
        found.append(("drift", "\n".join(map(line, status.drift)) or "none"))
    return found


def light(status: Status) -> Text:
    """Return the light as a word, which says the same without its colour."""
    return Text(status.light.upper(), style=f"bold {LIGHTS[status.light]}")


def _not_come(count: int, *, is_exact: bool) -> str:
    """Return how many have not come yet. While others are admitted, only a lower bound is known."""
    if is_exact:
        return f"{count:,}"
    return f"at least {count:,}" if count else "nobody, as far as is known"


def _rate(status: Status) -> str:
    """Return what was set and what is held: of the last minute, or at least of the last seconds."""
    held = ""
    if status.held_rate or (status.held_rate == 0 and status.waiting):
        held = f", held {status.held_rate:,.0f} in the last minute"
    elif status.measured_rate:
        held = f", measured {status.measured_rate:,.0f}"
    share = status.no_show_share
    absent = f", {share:.0%} do not come within half a minute" if share else ""
    return f"{status.rate:,.0f} a minute{held}{absent}"


def _line(status: Status) -> Iterator[tuple[str, str]]:
    is_off = status.mode == Mode.OFF
    arrivals = status.arrivals_per_minute
    yield "arrivals", f"{'about ' if arrivals else ''}{_per_minute(arrivals)}"
    yield "waiting", "nobody, because the room is off" if is_off else f"{status.waiting:,}"
    yield "wait when joining now", "none" if is_off else _duration(status.longest_wait_seconds)
    yield "joined", f"{'about ' if status.waiting else ''}{status.joined:,}"
    yield "admitted", f"{status.admitted:,}"
    lately = f", {_per_minute(status.entered_per_minute)}" if status.entered_per_minute else ""
    yield "entered", f"{status.entered:,}{lately}"
    if status.no_shows is not None:
        yield "not come yet", _not_come(status.no_shows, is_exact=not status.held_rate)
    if status.latecomers:
        yield "latecomers in line", f"{status.latecomers:,}"
    yield "a change", f"everybody hears of it within {at_most(status.heard_within_seconds)}"


def _health(status: Status) -> Iterator[tuple[str, str]]:
    beat = _ago(status.heartbeat_seconds)
    yield "heartbeat", "none while the room is off" if status.mode == Mode.OFF else beat
    if status.unreadable is not None:
        yield "unreadable messages", f"{status.unreadable:,}"
    if (errors := status.errors) is not None:
        yield "errors in 5 minutes", _by_function(errors.function_errors)
        yield "throttles in 5 minutes", _by_function(errors.throttles)
        refused, failed = f"{errors.api_4xx:,} refused (4xx)", f"{errors.api_5xx:,} failed (5xx)"
        yield "API in 5 minutes", f"{refused}, {failed}"


def _by_function(counts: Mapping[str, int]) -> str:
    some = ", ".join(f"{part} {count:,}" for part, count in counts.items() if count)
    return some or "none"


def _governor(governor: GovernorStatus | None) -> Iterator[tuple[str, str]]:
    if governor is None:
        return
    if governor.mode == GovernorMode.OFF:
        yield "governor", governor.held
        return
    if governor.measured_at is None:
        yield "governor", f"{governor.held}; it has not measured your site yet"
    else:
        since = _ago(max(0, time.time() - governor.measured_at))
        yield "governor", f"{governor.held}, measured {since}"
        yield "because", governor.reason
    if governor.asked_pace is not None and governor.asked_until is not None:
        until = clock(governor.asked_until)
        yield "your site asks for", f"at most {governor.asked_pace:,.0f} a minute until {until}"


def _other_settings(status: Status) -> Iterator[tuple[str, str]]:
    """Return the settings that have no row of their own, if they differ from the defaults."""
    for field in fields(status.settings):
        known, value = SETTINGS[field.name], getattr(status.settings, field.name)
        is_set_by_people = (known.configured or known.live) and field.name != "governor_mode"
        if field.name == "cleared_at" and value:
            yield "cleared", moment(value)
        elif is_set_by_people and field.default is not MISSING and value != field.default:
            yield field.name.replace("_", " "), f"{value} {known.unit}".strip()


def _duration(seconds: float | None) -> str:
    return "unknown" if seconds is None else estimate(seconds)


def _per_minute(count: float | None) -> str:
    return "unknown" if count is None else f"{count:,.0f} in the last minute"


def _ago(seconds: float | None) -> str:
    return "no consumer has run yet" if seconds is None else f"{duration(seconds)} ago"
