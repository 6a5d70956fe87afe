"""A fresh start of the line, after a rehearsal or between two events in one room.

It is one write, of the time of the clear. From then on, no ticket of before is good: a visitor who
holds one gets a new place, the consumers delete its message, and the line and the counts begin at
nothing (rules/line.py, contract/items.py). So nothing has to be stopped, and nothing is lost if the
command is killed.

The time is that of AWS. If this machine's clock were ahead, new visitors would lose their places.
"""

from email.utils import parsedate_to_datetime

from beekeeper.connection import Deployed
from beekeeper.contract import items
from beekeeper.control import health
from beekeeper.control.table import aws_date, change_settings, read_item
from beekeeper.provision import consumer_start
from beekeeper.rules.settings import Mode


def clear(room: Deployed) -> None:
    """Clear the line. Unless the room is off, also start a consumer, which clears the queue."""
    settings = health.settings_of(room, read_item(room, items.ROOM))
    # The date has whole seconds. Who joins while we wait for the next one is cleared, too.
    cleared_at = parsedate_to_datetime(aws_date(room)).timestamp() + 1
    room.aws.sleep(1)
    change_settings(room, cleared_at=max(cleared_at, settings.cleared_at))
    if settings.mode is not Mode.OFF:
        consumer_start.start(room.aws, room.names)
