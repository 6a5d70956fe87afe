"""The module's functions for the day of the event: each calls one method of a room.

They take a room in any form, and ``session`` and ``state_dir``, as those of ``shortcuts.py`` do.
``reason`` and ``at`` are as in :class:`beekeeper.Room`.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from beekeeper.control.note import At
from beekeeper.reporting.outcome import Report
from beekeeper.results import Effect, Entry, LogLine
from beekeeper.room import RoomLike
from beekeeper.shortcuts import as_room

if TYPE_CHECKING:
    from boto3.session import Session


def on(
    room: RoomLike,
    *,
    session: "Session | None" = None,
    state_dir: str | Path | None = None,
    reason: str = "",
    at: At = None,
) -> Effect:
    """Turn the room on: visitors wait, and are admitted at the rate.

    See :meth:`beekeeper.Room.on`.
    """
    return as_room(room, session=session, state_dir=state_dir).on(reason=reason, at=at)


def off(
    room: RoomLike,
    *,
    session: "Session | None" = None,
    state_dir: str | Path | None = None,
    reason: str = "",
    at: At = None,
) -> Effect:
    """Turn the room off: every visitor goes straight to the destination.

    See :meth:`beekeeper.Room.off`.
    """
    return as_room(room, session=session, state_dir=state_dir).off(reason=reason, at=at)


def pause(
    room: RoomLike,
    *,
    session: "Session | None" = None,
    state_dir: str | Path | None = None,
    reason: str = "",
    at: At = None,
) -> Effect:
    """Pause the line: nobody is admitted, and everybody keeps their place.

    See :meth:`beekeeper.Room.pause`.
    """
    return as_room(room, session=session, state_dir=state_dir).pause(reason=reason, at=at)


def set_rate(
    rate: int,
    *,
    room: RoomLike,
    session: "Session | None" = None,
    state_dir: str | Path | None = None,
    reason: str = "",
    at: At = None,
) -> Effect:
    """Set the rate, in visitors per minute.

    Raises ConfigError for a rate that is too high. See :meth:`beekeeper.Room.set_rate`.

    >>> set_rate(900, room="sale").wait_after_seconds
    840.0
    """
    handle = as_room(room, session=session, state_dir=state_dir)
    return handle.set_rate(rate, reason=reason, at=at)


def message(
    text: str | None,
    *,
    room: RoomLike,
    session: "Session | None" = None,
    state_dir: str | Path | None = None,
    reason: str = "",
    at: At = None,
) -> Effect:
    """Show a message to everybody who waits, in place of the former one. None shows none.

    See :meth:`beekeeper.Room.message`.

    >>> message("We open at 10:00.", room="sale").heard_within_seconds
    60.0
    """
    handle = as_room(room, session=session, state_dir=state_dir)
    return handle.message(text, reason=reason, at=at)


def set_governor(
    mode: str,
    *,
    room: RoomLike,
    session: "Session | None" = None,
    state_dir: str | Path | None = None,
    reason: str = "",
) -> Effect:
    """Set what the governor does: ``off``, ``advise`` or ``automatic``.

    See :meth:`beekeeper.Room.set_governor`.

    >>> set_governor("off", room="sale").changes[0].before
    'automatic'
    """
    handle = as_room(room, session=session, state_dir=state_dir)
    return handle.set_governor(mode, reason=reason)


def clear(
    room: RoomLike,
    *,
    session: "Session | None" = None,
    state_dir: str | Path | None = None,
    reason: str = "",
) -> Effect:
    """Clear the line: all who wait lose their place, and the counts start anew.

    See :meth:`beekeeper.Room.clear`.
    """
    return as_room(room, session=session, state_dir=state_dir).clear(reason=reason)


def cancel(
    number: int,
    *,
    room: RoomLike,
    session: "Session | None" = None,
    state_dir: str | Path | None = None,
    reason: str = "",
) -> Entry:
    """Take back a planned change, by its number in :func:`history`.

    See :meth:`beekeeper.Room.cancel`.

    >>> cancel(12, room="sale").before
    'rate 900 from 2026-11-28 17:00:00 UTC on'
    """
    handle = as_room(room, session=session, state_dir=state_dir)
    return handle.cancel(number, reason=reason)


def history(
    room: RoomLike,
    *,
    session: "Session | None" = None,
    state_dir: str | Path | None = None,
    most: int = 100,
) -> tuple[Entry, ...]:
    """Return the last changes of the room, the newest last. See :meth:`beekeeper.Room.history`.

    >>> history("sale")[-1].what
    'rate'
    """
    return as_room(room, session=session, state_dir=state_dir).history(most)


def logs(
    room: RoomLike,
    *,
    session: "Session | None" = None,
    state_dir: str | Path | None = None,
    since_seconds: float = 600,
    function: str = "",
    level: str = "",
    visitor: str = "",
    follow: bool = False,
) -> Iterator[LogLine]:
    """Return what the functions have logged, merged, the oldest line first.

    See :meth:`beekeeper.Room.logs`.

    >>> list(logs("sale", level="error"))
    []
    """
    return as_room(room, session=session, state_dir=state_dir).logs(
        since_seconds=since_seconds, function=function, level=level, visitor=visitor, follow=follow
    )


def report(
    room: RoomLike,
    *,
    session: "Session | None" = None,
    state_dir: str | Path | None = None,
    since: float | None = None,
) -> Report:
    """Return what happened to all who joined since the line was last cleared.

    See :meth:`beekeeper.Room.report`.

    >>> report("sale").entered
    1200
    """
    return as_room(room, session=session, state_dir=state_dir).report(since=since)
