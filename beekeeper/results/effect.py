"""What a change of a room does to those who wait."""

from collections.abc import Sequence
from dataclasses import dataclass

from beekeeper.result import Result
from beekeeper.results.history import Entry


@dataclass(frozen=True, slots=True)
class Effect(Result):
    """What an operator has changed, and what it means for those who wait.

    The waits are those of a visitor who joins now, in seconds, before and after the change. A wait
    is None while nobody is admitted, and 0 while the room is off. ``heard_within_seconds`` is how
    long it takes until the last visitor in line hears of it. They are None if somebody has damaged
    the settings.
    """

    changes: Sequence[Entry]
    wait_before_seconds: float | None = None
    wait_after_seconds: float | None = None
    heard_within_seconds: float | None = None
