"""The guard, which keeps other machines away while a room changes. The engine calls it."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol


class Guard(Protocol):
    """The engine's hook around changes. A guard itself knows which steps it depends on."""

    def held(self, has: Callable[[str], bool]) -> AbstractContextManager[None]:
        """Return a context in which nobody else changes the room.

        ``has`` says, for a step's key, whether its resource was found and is ours. Entering the
        context raises LockedError when somebody else is changing the room.
        """

    def after(self, key: str) -> None:
        """Note that a step created or changed its resource. Raise LockedError to stop."""

    def check(self) -> None:
        """Raise LockedError when somebody else has the room. Called before work on each step."""


class NoGuard:
    """No guard. The lock of a shared state already keeps other machines away."""

    def held(self, has: Callable[[str], bool]) -> AbstractContextManager[None]:
        return nullcontext()

    def after(self, key: str) -> None:
        """Do nothing."""

    def check(self) -> None:
        """Do nothing."""
