"""What a store of the state can do. A store is a folder or a bucket."""

import threading
from abc import ABC, abstractmethod
from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

from beekeeper.errors import StateError
from beekeeper.provision.engine.journal import Record
from beekeeper.provision.state.schema import State


class StateStore(ABC):
    """One room's state in one place. It is the engine's journal. Safe to share between threads.

    The whole state is written after every creation and deletion. It is also written before each
    creation. If the process is killed before it has tagged the new resource, the state still says
    that the resource is ours.
    """

    room: str
    directory: Any
    """Where the states of all rooms are: a folder, or the address of a bucket with a prefix."""

    def __init__(self) -> None:
        self._mutex = threading.Lock()

    @property
    @abstractmethod
    def location(self) -> str:
        """The place of this room's state, for people."""

    @property
    @abstractmethod
    def owner(self) -> str:
        """Who has the lock. It stays the same for as long as nobody else can take the lock."""

    @property
    @abstractmethod
    def is_shared(self) -> bool:
        """Whether the lock also excludes commands on other machines."""

    @abstractmethod
    def read(self) -> State | None:
        """Return the state, or None when there is none."""

    @abstractmethod
    def write(self, state: State) -> None:
        """Write the whole state atomically: after a kill, the old or the new state exists."""

    @abstractmethod
    def remove(self) -> None:
        """Delete the state, because the room is gone."""

    @abstractmethod
    def locked(self) -> AbstractContextManager[None]:
        """Keep other commands away from the room. Raise LockedError if one has it."""

    @abstractmethod
    def rooms(self) -> Iterable[str]:
        """Return the names of the rooms whose state is in the same place."""

    def records(self) -> tuple[Record, ...]:
        """Return the records of the resources. Empty when there is no state."""
        state = self.read()
        return state.resources if state else ()

    def record(self, record: Record) -> None:
        """Add or replace the record of one resource. A new one goes to the end."""
        with self._mutex:
            state = self._existing()
            by_key = {known.key: known for known in state.resources}
            if by_key.get(record.key) != record:
                by_key[record.key] = record
                self.write(replace(state, resources=tuple(by_key.values())))

    def forget(self, key: str) -> None:
        """Remove the record of one resource."""
        with self._mutex:
            state = self._existing()
            kept = tuple(r for r in state.resources if r.key != key)
            if kept != state.resources:
                self.write(replace(state, resources=kept))

    def set(self, **values: Any) -> None:
        """Set the campaign link (``url``), the configuration (``config``), or both."""
        with self._mutex:
            state = self._existing()
            if (changed := replace(state, **values)) != state:
                self.write(changed)

    def _existing(self) -> State:
        state = self.read()
        if state is None:
            raise StateError(
                f"The state file {self.location} was deleted while a command used it. Run the same"
                " command again. It finds the room's resources by their tags."
            )
        return state
