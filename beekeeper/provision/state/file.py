"""The state in a folder of this machine: ``<folder>/<room>.json``, and a lock beside it."""

import os
import sys
import tempfile
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from beekeeper.errors import LockedError, StateError
from beekeeper.provision.engine.lease import this_machine
from beekeeper.provision.state.schema import State, from_text, to_text
from beekeeper.provision.state.store import StateStore


class StateFile(StateStore):
    """One room's state file."""

    is_shared = False

    def __init__(self, directory: str | Path, room: str) -> None:
        super().__init__()
        self.room = room
        self.directory = Path(directory)
        self.path = self.directory / f"{room}.json"
        self._lock_path = self.directory / f"{room}.lock"
        self._owner = ""

    @property
    def location(self) -> str:
        return str(self.path)

    @property
    def owner(self) -> str:
        # Kept in the lock file: the process that comes after a killed one is known as the same,
        # and may go on at once, since the lock keeps any other from coming beside it.
        return self._owner

    def read(self) -> State | None:
        try:
            text = self.path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StateError(
                f"The state file {self.path} can't be read: {error}. Make it readable, or delete"
                " it: the room's resources are found again by their tags."
            ) from error
        return from_text(text, self.location)

    def write(self, state: State) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=self.directory, prefix=self.path.name)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(to_text(state))
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).replace(self.path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise

    def remove(self) -> None:
        self.path.unlink(missing_ok=True)

    def rooms(self) -> Iterable[str]:
        return sorted(path.stem for path in self.directory.glob("*.json"))

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other commands on this machine away from the room; raise LockedError if one is in.

        The lock is the operating system's: it goes with the process, however that ends.
        """
        self.directory.mkdir(parents=True, exist_ok=True)
        with self._lock_path.open("a+", encoding="utf-8") as file:
            if not _lock(file.fileno()):
                raise LockedError(
                    f"Another command is working on this room (lock {self._lock_path})."
                    " Wait until it has ended, then run the same command again."
                )
            self._owner = f"{this_machine()} {_kept_id(file)}"
            yield
        # The file stays: whoever opened it before it was unlinked would hold a lock of its own.


def _kept_id(file: IO[str]) -> str:
    """Return the id in the lock file, made by the first who had it."""
    file.seek(0)
    if not (kept := file.read().strip()):
        kept = uuid.uuid4().hex
        file.write(kept)
        file.flush()
    return kept


def _lock(descriptor: int) -> bool:
    """Take the operating system's lock on an open file, without waiting."""
    if sys.platform == "win32":
        import msvcrt

        os.lseek(descriptor, LOCKED_BYTE, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


# Windows locks from where the file stands, and a locked byte can't be read: one past the content.
LOCKED_BYTE = 4_096
