"""The logs of the room's functions, merged into one stream in order of time.

Each function has a log group. ``FilterLogEvents`` returns its events in order of time, by pages,
and a page may be empty although more follow. AWS allows five of these calls a second for all who
use the account in this region, so we read one group after another, page by page, and a follower
looks every three seconds. A call that is throttled is repeated (provision/aws.py).

An event may become visible some seconds after its time, and after later ones. So a follower looks
back by OVERLAP_SECONDS each time, and leaves out what it has shown.
"""

import heapq
import json
from collections.abc import Iterator, Sequence
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as NoConnection

from beekeeper.connection import Deployed
from beekeeper.contract import items
from beekeeper.contract.functions import FUNCTIONS, GOVERNOR, functions_of
from beekeeper.control.log_events import LEVELS, is_at_least, line_of
from beekeeper.control.log_visitor import TABLE, Who, who_is
from beekeeper.control.table import read_at
from beekeeper.errors import BeekeeperError, ConfigError
from beekeeper.provision.engine.failures import explained
from beekeeper.provision.engine.wait import has_code
from beekeeper.results import LogLine

EVERY_SECONDS = 3.0
OVERLAP_SECONDS = 30.0
MISSING = "ResourceNotFoundException"
THROTTLED = ("ThrottlingException", "Throttling", "TooManyRequestsException")
DEPLOY = "Somebody has deleted it. To make it again, run: python -m beekeeper deploy"
Event = tuple[float, str, dict[str, Any]]  # when, the function, and what AWS returned


def logs(
    room: Deployed,
    *,
    since_seconds: float = 600,
    function: str = "",
    level: str = "",
    visitor: str = "",
    follow: bool = False,
) -> Iterator[LogLine]:
    """Return the lines, the oldest first. With ``follow`` they never end.

    Raises ConfigError at once for an unknown function, level or visitor.
    """
    names = _functions(room, function)
    least = _level(level)
    who = who_is(visitor) if visitor else None
    return _lines(room, names, least, who, since_seconds, follow)


def _functions(room: Deployed, wanted: str) -> list[str]:
    known = [each.name for each in functions_of(governed=room.has_governor)]
    if not wanted:
        return known
    if wanted == GOVERNOR.name and wanted not in known:
        raise ConfigError(f"Room {room.state.room} has no governor, so it has no logs of one.")
    if wanted not in known:
        names = ", ".join(each.name for each in (*FUNCTIONS, GOVERNOR))
        raise ConfigError(f"There is no function {wanted}. The functions of a room: {names}.")
    return [wanted]


def _level(wanted: str) -> str:
    upper = wanted.upper() or LEVELS[0]
    if upper not in LEVELS:
        names = ", ".join(level.lower() for level in LEVELS)
        raise ConfigError(f"There is no level {wanted}. The levels: {names}.")
    return upper


def _lines(
    room: Deployed,
    names: Sequence[str],
    least: str,
    who: Who | None,
    since_seconds: float,
    follow: bool,
) -> Iterator[LogLine]:
    # The times of events are those of AWS's clock, and this machine's may be wrong.
    _, now = read_at(room, items.ROOM)
    if who and who.is_whole:
        yield from _story(room, who, now)
    start = now - since_seconds
    events = _followed(room, names, start) if follow else _read(room, names, start)
    for _, function, event in events:
        line = line_of(function, event)
        if line and is_at_least(line, least) and (who is None or who.is_in(line)):
            yield line


def _story(room: Deployed, who: Who, now: float) -> Iterator[LogLine]:
    """Return what the table says of a visitor. A read-only policy does not grant these rows."""
    try:
        yield from who.story(read_at(room, who.row_id)[0], now)
    except BeekeeperError as error:
        yield LogLine(now, TABLE, "WARNING", f"What the table says is unknown: {error}")


def _read(room: Deployed, names: Sequence[str], start: float) -> Iterator[Event]:
    """Return the events of all groups since then. It holds one page of each in memory."""
    return heapq.merge(*(_group(room, name, start) for name in names), key=lambda event: event[0])


def _followed(room: Deployed, names: Sequence[str], start: float) -> Iterator[Event]:
    """Return the events as they come. A network that is away, or a throttle, does not end it."""
    shown: dict[object, float] = {}
    groups = {room.names.log_group(name) for name in names}
    is_away = False
    while True:
        latest = start
        try:
            for event in _read(room, names, start):
                latest = max(latest, event[0])
                if (mark := _mark(event)) not in shown:
                    shown[mark] = event[0]
                    yield event
            start, is_away = max(start, latest - OVERLAP_SECONDS), False
        except BeekeeperError as error:
            if not _is_passing(error.__cause__):
                raise
            if not is_away:
                yield _said(latest, "logs", f"{error} Trying again every {EVERY_SECONDS:.0f} s.")
            is_away = True
        shown = {mark: at for mark, at in shown.items() if at >= start or mark in groups}
        room.aws.sleep(EVERY_SECONDS)


def _is_passing(cause: BaseException | None) -> bool:
    """Return whether AWS gave no answer, or one that the next call may not get."""
    if isinstance(cause, ClientError):
        status: int = cause.response["ResponseMetadata"].get("HTTPStatusCode", 0)
        return has_code(cause, *THROTTLED) or status >= 500
    return isinstance(cause, HTTPClientError | NoConnection)


def _mark(event: Event) -> object:
    at, function, raw = event
    # Emulators give no ids.
    return raw.get("eventId") or (at, function, raw.get("logStreamName"), raw["message"])


def _group(room: Deployed, name: str, start: float) -> Iterator[Event]:
    """Return the events of one function's log group, the oldest first."""
    group = room.names.log_group(name)
    request: dict[str, Any] = {"logGroupName": group, "startTime": max(0, int(start * 1000))}
    while True:
        try:
            page = room.aws.client("logs").filter_log_events(**request)
        except (ClientError, BotoCoreError) as error:
            if isinstance(error, ClientError) and has_code(error, MISSING):
                yield _said(start, name, f"There is no log group {group}. {DEPLOY}", group)
                return
            raise explained(error, "read", "log group", group) from error
        # Emulators return one stream after another.
        for event in sorted(page.get("events", ()), key=lambda event: event["timestamp"]):
            yield event["timestamp"] / 1000, name, event
        if not (token := page.get("nextToken")):
            return
        request["nextToken"] = token


def _said(at: float, name: str, text: str, mark: str = "") -> Event:
    """Return an event of our own, for what keeps us from reading."""
    message = json.dumps({"level": "WARNING", "message": text})
    return at, name, {"timestamp": at * 1000, "message": message, "eventId": mark}
