"""A fresh start of the line, after a rehearsal or between two events in one room.

It is one write, of the time of the clear. From then on, no ticket of before is good: a visitor who
holds one gets a new place, the consumers delete its message, and the line and the counts begin at
nothing (rules/line.py, contract/items.py). So nothing has to be stopped, and nothing is lost if the
command is killed.

The time is that of AWS. If this machine's clock were ahead, new visitors would lose their places.
"""

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


def clear(room: Deployed, note: Note = NO_NOTE) -> Effect:
    """Clear the line. Unless the room is off, also start a consumer, which clears the queue.

    Raises ProvisionError, which says that the line is cleared, if no consumer can be started.
    """
    item, now = read_at(room, items.ROOM)
    if not item:
        raise room.missing()
    settings = health.settings_of(room, item, now)
    # The time has whole seconds. Who joins while we wait for the next one is cleared, too.
    room.aws.sleep(1)
    effect = change_settings(room, note, cleared_at=max(now + 1, settings.cleared_at))
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
