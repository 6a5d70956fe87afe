"""The status of a room again and again, also while AWS can't be reached.

One look is two calls to AWS, or three if a change is planned, and every half minute four more
(status.py). While no consumer works it is up to six, and every half minute some fifty more, which
look for the cause. A look that fails ends no watch: the network of a hall or a train comes back,
and so does an operator who signs in again. What can't get better by itself does: a room that is
gone, another account.
"""

import time
from collections.abc import Callable, Iterator

from beekeeper.connection import Deployed
from beekeeper.control.status import Memory, status
from beekeeper.errors import BeekeeperError, ConfigError, RoomNotFoundError, WrongAccountError
from beekeeper.provision.aws import Machine
from beekeeper.results import Status, Trouble

Seen = Status | Trouble
LEAST_SECONDS = 1.0  # so that a watch of a room that works asks AWS three times a second at most
LASTING = (ConfigError, RoomNotFoundError, WrongAccountError)


def interval(every_seconds: float) -> float:
    """Return how often to look. Raises ConfigError."""
    if every_seconds < LEAST_SECONDS:
        raise ConfigError(
            f"every_seconds = {every_seconds:g} is too small: give at least {LEAST_SECONDS:g}."
        )
    return every_seconds


def watch(
    connect: Callable[[], Deployed], machine: Machine, every_seconds: float
) -> Iterator[Seen]:
    """Yield the status every so many seconds, or a Trouble while it can't be read.

    ``connect`` finds the room: at first, and again after each trouble, because the credentials may
    be new ones then. Raises what the first look raises, and later what is LASTING.
    """
    first = connect()
    room: Deployed | None = first
    memory, seen_at = Memory(), 0.0
    while True:
        try:
            room = room or connect()
            seen: Seen = status(room, memory=memory)
            seen_at = time.time()
        except BeekeeperError as error:
            if not seen_at or isinstance(error, LASTING):
                raise
            reason = f"{str(error)[:1].upper()}{str(error)[1:]}"
            room, seen = None, Trouble(first.state.room, time.time(), seen_at, reason)
        yield seen
        machine.sleep(every_seconds)
