"""A fresh start of the line, after a rehearsal or between two events in one room.

It is one write, of the time of the clear. From then on, no ticket of before is good: a visitor who
holds one gets a new place, the consumers delete its message, and the line and the counts begin at
nothing (rules/line.py, contract/items.py). So nothing has to be stopped, and nothing is lost if the
command is killed.

The time is that of AWS, and some seconds ahead: the clear is a planned change (contract/plans.py).
So all functions know of it when it comes, and each ticket, admission and entry counts for its line.
"""

import math
import time
from dataclasses import replace

from beekeeper.connection import Deployed
from beekeeper.contract import items
from beekeeper.control import health
from beekeeper.control.changing import change_settings
from beekeeper.control.note import NO_NOTE, Note
from beekeeper.control.table import read_at
from beekeeper.errors import BeekeeperError, ProvisionError
from beekeeper.provision import consumer_start
from beekeeper.results import Effect
from beekeeper.rules.settings import Mode

AHEAD_SECONDS, MOST_AHEAD_SECONDS = 2, 10
ATTEMPTS = 2


def clear(room: Deployed, note: Note = NO_NOTE) -> Effect:
    """Clear the line. Unless the room is off, also start a consumer, which clears the queue.

    It returns when the new line has begun, after two seconds, or more if AWS is far away. If one
    call takes long that the others did not announce, it clears the line once more. Raises
    ProvisionError, which says that the line is cleared, if no consumer can be started.
    """
    for _ in range(ATTEMPTS):
        started = time.monotonic()
        item, now = read_at(room, items.ROOM)
        if not item:
            raise room.missing()
        settings = health.settings_of(room, item, now)
        ahead = _ahead(time.monotonic() - started)
        cleared_at = max(now + ahead, settings.cleared_at)
        planned = replace(note, planned_for=cleared_at)
        effect = change_settings(room, planned, cleared_at=cleared_at)
        left = cleared_at - now - (time.monotonic() - started)
        room.aws.sleep(max(left, 0.0))
        if left > 1:  # AWS's time has whole seconds, so the clear was written before it came
            break
    if settings.mode is Mode.OFF:
        return effect
    try:
        consumer_start.start(room.aws, room.names)
    except BeekeeperError as error:
        raise ProvisionError(
            f"The line of room {room.state.room} is cleared: don't clear it again, because whoever"
            " has joined since would lose the place. Only a consumer was not started (AWS starts"
            f" one every minute). {error}"
        ) from error
    return effect


def _ahead(call_seconds: float) -> int:
    """Return how far ahead to plan a clear, in seconds, if a call to AWS takes so long.

    It takes three calls, and a second must be left.
    """
    return min(max(AHEAD_SECONDS, math.ceil(1 + 4 * call_seconds)), MOST_AHEAD_SECONDS)
