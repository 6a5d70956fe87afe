"""What keeps other machines away while a room is changed: the engine asks it at three moments."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol


class Guard(Protocol):
    """The engine's hook around changes. It knows by itself on which steps it depends."""

    def held(self, has: Callable[[str], bool]) -> AbstractContextManager[None]:
        """Return a context in which nobody else changes the room; raise LockedError on entry.

        ``has`` tells, by a step's key, whether its resource was found and is ours.
        """

    def after(self, key: str) -> None:
        """Take note that a step has made or changed its resource; raise LockedError to stop."""

    def check(self) -> None:
        """Raise LockedError when somebody else has come in: asked before work on each step."""


class NoGuard:
    """None: the lock of a state that is shared holds on other machines, too."""

    def held(self, has: Callable[[str], bool]) -> AbstractContextManager[None]:
        return nullcontext()

    def after(self, key: str) -> None:
        """Nothing to do."""

    def check(self) -> None:
        """Nothing to do."""
