"""The state in a folder of this machine: ``<folder>/<room>.json``, and a lock file next to it."""

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
        # The lock file keeps the owner. So the process after a killed one counts as the same owner,
        # and can continue at once. That is safe, because the file lock excludes all others.
        return self._owner

    def read(self) -> State | None:
        try:
            text = self.path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StateError(
                f"The state file {self.path} can't be read: {error}. Make it readable, or delete"
                " it. Beekeeper then finds the room's resources by their tags."
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
        """Keep other commands on this machine away from the room. Raise LockedError if one has it.

        The operating system holds the lock, and releases it when the process ends for any reason.
        """
        self.directory.mkdir(parents=True, exist_ok=True)
        with self._lock_path.open("a+", encoding="utf-8") as file:
            if not _lock(file.fileno()):
                raise LockedError(
                    f"Another command is working on this room (lock {self._lock_path})."
                    " Wait until that command has ended, then run the same command again."
                )
            self._owner = f"{this_machine()} {_kept_id(file)}"
            yield
        # The file stays. If we deleted it, a command that has opened it already would lock the
        # deleted file, while the next command locks a new one.


def _kept_id(file: IO[str]) -> str:
    """Return the id in the lock file. The first command that has the lock writes it."""
    file.seek(0)
    if not (kept := file.read().strip()):
        kept = uuid.uuid4().hex
        file.write(kept)
        file.flush()
    return kept


def _lock(descriptor: int) -> bool:
    """Lock an open file without waiting. Return whether it worked."""
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


# Windows locks bytes from the file's position, and a locked byte can't be read. So we lock one
# after the content.
LOCKED_BYTE = 4_096
