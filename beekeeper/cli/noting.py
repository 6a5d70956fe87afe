"""What the commands that change a room share: why, from when on, and what it means for people."""

import argparse
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from beekeeper.cli.output import Output
from beekeeper.control.note import Note
from beekeeper.results import Effect
from beekeeper.room import Room
from beekeeper.rules.durations import at_most, duration, estimate
from beekeeper.times import moment


def add_reason(command: argparse.ArgumentParser) -> None:
    """Add the option that says why. Its text is in the history."""
    command.add_argument(
        "--reason", metavar="TEXT", default="", help="why, for the room's history (see `history`)"
    )


def add_time(command: argparse.ArgumentParser) -> None:
    """Add the option that plans a change for later."""
    command.add_argument(
        "--at",
        metavar="TIME",
        help="do it later, at most 30 days ahead: 18:00 (the next one) or 2026-11-28T18:00, of this"
        " machine's time zone. No machine of yours has to be awake then.",
    )


def note_of(options: argparse.Namespace) -> dict[str, Any]:
    """Return the options as arguments of the methods of a room. Raises ConfigError."""
    note = Note.of(options.reason, getattr(options, "at", None), time.time())
    if note.planned_for is None:
        return {"reason": note.reason}
    return {"reason": note.reason, "at": datetime.fromtimestamp(note.planned_for, UTC)}


def tell(room: Room, output: Output, content: Mapping[str, Any], text: str, effect: Effect) -> None:
    """Write what was changed or planned, and what it means for those who wait."""
    (entry,) = effect.changes
    if output.as_json:
        values = effect.to_dict()
        del values["changes"]
        numbered = {"number": entry.number, "planned_for": entry.planned_for}
        output.json_line({**content, **numbered, **values})
    elif entry.planned_for is None:
        output.text(f"{text} This takes effect within two seconds.")
        for line in (waits(effect), heard(effect)):
            if line:
                output.text(line)
    else:
        left = duration(entry.planned_for - entry.at)
        output.text(
            f"Planned for {moment(entry.planned_for)}, in {left}: {text} To take it back: python -m"
            f" beekeeper history --cancel {entry.number} --room {room.name}"
        )


def waits(effect: Effect) -> str:
    """Return the wait of who joins now, and what it was before the change, as a sentence."""
    before, after = _wait(effect.wait_before_seconds), _wait(effect.wait_after_seconds)
    told = f"Who joins now waits {after}"
    if effect.heard_within_seconds is None:
        return "What it means for those who wait is not known, because the settings are damaged."
    return f"{told}, as before." if before == after else f"{told}. Before, it was {before}."


def _wait(seconds: float | None) -> str:
    if seconds is None:
        return "until the room is on"
    return estimate(seconds) if seconds else "not at all"


def heard(effect: Effect) -> str:
    """Return how long until everybody who waits hears of a change. Empty if it is not known."""
    heard = effect.heard_within_seconds
    return f"The last visitor who waits hears of it within {at_most(heard)}." if heard else ""
