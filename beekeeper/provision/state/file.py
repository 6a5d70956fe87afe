"""The state in a folder of this machine: ``<folder>/<room>.json``, and a lock file next to it."""

import os
import sys
import tempfile
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
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
        self.directory = _without_tilde(directory)
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
        return from_text(text, self.location, self.room)

    def write(self, state: State) -> None:
        with self._writing():
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

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise StateError(
                f"The state of room {self.room} can't be written to {self.directory}:"
                f" {error.strerror or error}. Correct that, or keep the state in another place"
                " (--state-dir, state_dir in Python), then run the same command again."
            ) from error

    def remove(self) -> None:
        with self._writing():
            self.path.unlink(missing_ok=True)

    def rooms(self) -> Iterable[str]:
        return sorted(path.stem for path in self.directory.glob("*.json"))

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other commands on this machine away from the room. Raise LockedError if one has it.

        The operating system holds the lock, and releases it when the process ends for any reason.
        The lock file stays beside a state, and goes with it.
        """
        folder_is_new = not self.directory.exists()
        with self._lock_file() as file:
            with self._writing():
                self._owner = f"{this_machine()} {_kept_id(file)}"
            try:
                yield
            finally:
                if not self.path.exists():
                    self._remove_lock(folder_is_new=folder_is_new)

    @contextmanager
    def _lock_file(self) -> Iterator[IO[bytes]]:
        """Open the lock file, and lock it.

        A command that ends can delete the file between the two. Then the lock is of no use to
        anybody, and we take the next file.
        """
        while True:
            with self._writing():
                self.directory.mkdir(parents=True, exist_ok=True)
                file = self._lock_path.open("a+b", buffering=0)  # closing writes nothing
            with file:
                if not _lock(file.fileno()):
                    raise LockedError(
                        f"Another command is working on this room (lock {self._lock_path})."
                        " Wait until that command has ended, then run the same command again."
                    )
                if self._is_current(file):
                    yield file
                    return

    def _is_current(self, file: IO[bytes]) -> bool:
        try:
            return os.path.samestat(os.fstat(file.fileno()), self._lock_path.stat())
        except FileNotFoundError:
            return False

    def _remove_lock(self, *, folder_is_new: bool) -> None:
        with suppress(OSError):  # Windows does not delete an open file
            self._lock_path.unlink()
            if folder_is_new:
                self.directory.rmdir()


def _without_tilde(directory: str | Path) -> Path:
    """Return the folder with ``~`` replaced: no shell does that in a variable or in Python."""
    try:
        return Path(directory).expanduser()
    except RuntimeError as error:
        raise StateError(f"The folder {directory} of the state can't be found: {error}") from error


def _kept_id(file: IO[bytes]) -> str:
    """Return the id in the lock file. The first command that has the lock writes it."""
    file.seek(0)
    if not (kept := file.read().decode(errors="replace").strip()):
        kept = uuid.uuid4().hex
        file.write(kept.encode())
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
