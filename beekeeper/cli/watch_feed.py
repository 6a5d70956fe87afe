"""What a watch of a room reads: its status, and its history whenever something was changed.

The history is two calls. So it is read at first, and when the settings or the plans of two looks
differ: at a change, and not at every look.
"""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from types import TracebackType

from beekeeper.errors import BeekeeperError
from beekeeper.results import Entry, Status, Trouble
from beekeeper.room import Room

EVERY_SECONDS = 2.0
SHOWN = 20  # the rows of the history that are read at once


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen of a room, and the last rows of its history if they were read, or why not."""

    seen: Status | Trouble
    entries: tuple[Entry, ...] = ()
    no_history: str = ""


def looks(room: Room, every_seconds: float) -> Iterator[Look]:
    """Yield what is seen of a room, without an end. Raises as Room.watch."""
    before: Status | None = None
    for seen in room.watch(every_seconds=every_seconds):
        if isinstance(seen, Trouble):
            yield Look(seen)
            continue
        yield _with_history(room, seen) if _is_changed(before, seen) else Look(seen)
        before = seen


def _is_changed(before: Status | None, now: Status) -> bool:
    return before is None or (before.settings, before.planned) != (now.settings, now.planned)


def _with_history(room: Room, seen: Status) -> Look:
    try:
        return Look(seen, room.history(SHOWN))
    except BeekeeperError as error:
        return Look(seen, no_history=str(error))


class Feed:
    """Reads a room in a thread, so that a key is answered also while AWS is not."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._found: SimpleQueue[Look | Exception] = SimpleQueue()
        self._is_over = threading.Event()

    def __enter__(self) -> "Feed":
        # As a daemon: a call that AWS does not answer must not hold up who leaves.
        threading.Thread(target=self._read, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._is_over.set()

    def first(self) -> Look:
        """Wait for the first look. Raises what prevents it."""
        return _raised(self._found.get())

    def news(self) -> Iterator[Look]:
        """Yield the looks since this was last called. Raises what has ended the watch."""
        while True:
            try:
                found = self._found.get_nowait()
            except Empty:
                return
            yield _raised(found)

    def _read(self) -> None:
        try:
            for look in looks(self._room, EVERY_SECONDS):
                self._found.put(look)
                if self._is_over.is_set():
                    return
        except Exception as error:  # the thread of the terminal shows it
            self._found.put(error)


def _raised(found: Look | Exception) -> Look:
    if isinstance(found, Exception):
        raise found
    return found
