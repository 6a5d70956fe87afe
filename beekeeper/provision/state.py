"""The state file: what was made, where, in which order. ``<state dir>/<room>.json``.

Written after every single creation and deletion, whole and atomically (a new file renamed over the
old one). A resource is noted before it is made, too, so that one that was made without its tag, by
a process that was killed between the two calls, is known as ours. There are no secrets in it, and
it can be lost: everything is found again by names and tags.
"""

import json
import os
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from beekeeper._version import __version__
from beekeeper.errors import LockedError, StateError, WrongAccountError

SCHEMA = 1
DEFAULT_DIR = ".beekeeper"
DIR_VARIABLE = "BEEKEEPER_STATE_DIR"


@dataclass(frozen=True, slots=True)
class Record:
    """One resource. ``made`` is False between the intent and AWS's answer."""

    key: str
    kind: str
    name: str
    id: str = ""
    made: bool = False


@dataclass(frozen=True, slots=True)
class State:
    """What the file says."""

    room: str
    account: str
    region: str
    config: Mapping[str, Any] = field(default_factory=dict)
    url: str = ""  # the campaign link
    resources: tuple[Record, ...] = ()
    beekeeper: str = __version__
    schema: int = SCHEMA


class StateFile:
    """One room's state file. Safe to share between threads."""

    def __init__(self, directory: str | Path | None, room: str) -> None:
        self.directory = state_dir(directory)
        self.path = self.directory / f"{room}.json"
        self._lock_path = self.directory / f"{room}.lock"
        self._mutex = threading.Lock()

    def read(self) -> State | None:
        """Return the state, or None when there is no file."""
        try:
            content = json.loads(self.path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            raise StateError(
                f"The state file {self.path} can't be read: {error}. Restore it, or delete it: the"
                " room's resources are found again by their tags."
            ) from error
        return _parse(content, self.path)

    def write(self, state: State) -> None:
        """Write the state whole and atomically; killed at any moment, one of the two is there."""
        self.directory.mkdir(parents=True, exist_ok=True)
        content = json.dumps(asdict(state), indent=2) + "\n"
        handle, temporary = tempfile.mkstemp(dir=self.directory, prefix=self.path.name)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).replace(self.path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise

    def record(self, record: Record) -> None:
        """Add or replace one resource; a new one goes to the end."""
        with self._mutex:
            state = self._existing()
            others = [r for r in state.resources if r.key != record.key]
            before = [r for r in state.resources if r.key == record.key]
            if before == [record]:
                return
            resources = (
                tuple(record if r.key == record.key else r for r in state.resources)
                if before
                else (*others, record)
            )
            self.write(replace(state, resources=resources))

    def forget(self, key: str) -> None:
        """Remove one resource."""
        with self._mutex:
            state = self._existing()
            kept = tuple(r for r in state.resources if r.key != key)
            if kept != state.resources:
                self.write(replace(state, resources=kept))

    def set(self, **values: Any) -> None:
        """Note the campaign link (``url``), or the configuration (``config``)."""
        with self._mutex:
            state = self._existing()
            if (changed := replace(state, **values)) != state:
                self.write(changed)

    def remove(self) -> None:
        """Delete the file: the room is gone."""
        self.path.unlink(missing_ok=True)

    def _existing(self) -> State:
        state = self.read()
        if state is None:
            raise StateError(f"The state file {self.path} was deleted while it was in use.")
        return state

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other commands on this machine away from the room; raise LockedError if one is in.

        The lock is the operating system's: it goes with the process, however that ends.
        """
        self.directory.mkdir(parents=True, exist_ok=True)
        with self._lock_path.open("a+") as file:
            if not _lock(file.fileno()):
                raise LockedError(
                    f"Another command is working on this room (lock {self._lock_path})."
                    " Wait until it has ended, then run the same command again."
                )
            yield
        self._lock_path.unlink(missing_ok=True)


def state_dir(directory: str | Path | None) -> Path:
    """Return the folder of the state files: given, or from the environment, or the default."""
    return Path(directory or os.environ.get(DIR_VARIABLE) or DEFAULT_DIR)


def check_place(state: State, account: str, region: str, path: Path) -> None:
    """Raise WrongAccountError when the room was deployed elsewhere."""
    if (state.account, state.region) != (account, region):
        raise WrongAccountError(
            f"Room {state.room} was deployed to account {state.account} in {state.region}, but"
            f" the credentials in use are for account {account} in {region}. Use those of the"
            f" room (AWS_PROFILE, AWS_DEFAULT_REGION), or another --state-dir than {path.parent}."
        )


def _parse(content: Any, path: Path) -> State:
    if not isinstance(content, dict) or not isinstance(content.get("schema"), int):
        raise StateError(f"The state file {path} is not one of Beekeeper's. Move it away.")
    if content["schema"] > SCHEMA:
        raise StateError(
            f"The state file {path} was written by Beekeeper {content.get('beekeeper')}, which is"
            f" newer than this one ({__version__}). Upgrade: pip install --upgrade beekeeper."
        )
    try:
        records = tuple(Record(**r) for r in content.pop("resources"))
        return State(resources=records, **content)
    except (KeyError, TypeError) as error:
        raise StateError(f"The state file {path} is damaged: {error}. Delete it.") from error


def _lock(descriptor: int) -> bool:
    """Take the operating system's lock on an open file, without waiting."""
    if sys.platform == "win32":
        import msvcrt

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
