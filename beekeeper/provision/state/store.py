"""What a store of the state can do, whether it is a folder or a bucket."""

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
    """One room's state, in one place: a journal of the engine. Safe to share between threads.

    Written whole, after every single creation and deletion. A resource is noted before it is made,
    too, so that one that was made without its tag, by a process that was killed between the two
    calls, is known as ours.
    """

    room: str
    directory: Any
    """Where the states of all rooms are: a folder, or a bucket's address with its prefix."""

    def __init__(self) -> None:
        self._mutex = threading.Lock()

    @property
    @abstractmethod
    def location(self) -> str:
        """Where this room's state is, as people write it."""

    @property
    @abstractmethod
    def owner(self) -> str:
        """Who holds the lock: stays the same for as long as nobody else can get it."""

    @property
    @abstractmethod
    def is_shared(self) -> bool:
        """Whether the lock holds on other machines, too."""

    @abstractmethod
    def read(self) -> State | None:
        """Return the state, or None when there is none."""

    @abstractmethod
    def write(self, state: State) -> None:
        """Write the state whole and atomically; killed at any moment, one of the two is there."""

    @abstractmethod
    def remove(self) -> None:
        """Delete the state: the room is gone."""

    @abstractmethod
    def locked(self) -> AbstractContextManager[None]:
        """Keep other commands away from the room; raise LockedError if one is in."""

    @abstractmethod
    def rooms(self) -> Iterable[str]:
        """Return the names of the rooms whose state is in the same place."""

    def records(self) -> tuple[Record, ...]:
        """Return what is noted of the resources; nothing when there is no state."""
        state = self.read()
        return state.resources if state else ()

    def record(self, record: Record) -> None:
        """Add or replace one resource; a new one goes to the end."""
        with self._mutex:
            state = self._existing()
            by_key = {known.key: known for known in state.resources}
            if by_key.get(record.key) != record:
                by_key[record.key] = record
                self.write(replace(state, resources=tuple(by_key.values())))

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

    def _existing(self) -> State:
        state = self.read()
        if state is None:
            raise StateError(f"The state file {self.location} was deleted while it was in use.")
        return state
