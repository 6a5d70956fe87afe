"""Waits until a room stands as somebody wants it: drained, on, off, paused, or a short line."""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from beekeeper.control.watching import Seen
from beekeeper.errors import ConfigError, TimedOutError
from beekeeper.nearest import nearest
from beekeeper.provision.aws import Machine
from beekeeper.results import Status, Trouble
from beekeeper.rules.settings import Mode

OnStatus = Callable[[Seen], None]
DRAINED = "drained"
STATES = (DRAINED, *(mode.value for mode in Mode))


@dataclass(frozen=True, slots=True)
class Goal:
    """What to wait for: a mode, nobody in line, or fewer than so many in line."""

    state: str | None
    waiting_below: int | None

    @classmethod
    def of(cls, state: str | None, waiting_below: int | None) -> "Goal":
        """Return what the caller wants. Raises ConfigError."""
        if (state is None) == (waiting_below is None):
            raise ConfigError("Give either a state to wait for, or waiting_below.")
        if state is not None and state not in STATES:
            near = nearest(state, STATES)
            meant = f" Did you mean {near!r}?" if near else ""
            raise ConfigError(f"{state!r} is no state of a room. Use {', '.join(STATES)}.{meant}")
        if waiting_below is not None and waiting_below < 1:
            raise ConfigError(f"waiting_below = {waiting_below} never comes. Give at least 1.")
        return cls(state, waiting_below)

    def is_reached(self, status: Status) -> bool:
        """Return whether the room stands so."""
        if self.waiting_below is not None:
            return status.waiting < self.waiting_below
        if self.state == DRAINED:
            return status.waiting == 0 and status.latecomers == 0
        return status.mode == self.state

    def __str__(self) -> str:
        if self.waiting_below is not None:
            return f"fewer than {self.waiting_below:,} wait"
        return "nobody waits" if self.state == DRAINED else f"it is {self.state}"


def wait_until(
    watching: Iterable[Seen],
    goal: Goal,
    machine: Machine,
    timeout_seconds: float | None,
    on_status: OnStatus | None,
) -> Status:
    """Return the first status of a watch that has reached the goal. Raises TimedOutError."""
    deadline = machine.clock() + (math.inf if timeout_seconds is None else timeout_seconds)
    for seen in watching:
        if on_status:
            on_status(seen)
        if isinstance(seen, Status) and goal.is_reached(seen):
            return seen
        if machine.clock() >= deadline:
            raise TimedOutError(
                f"Room {seen.room}: waiting until {goal} took longer than"
                f" {timeout_seconds:,.0f} s. {_told(seen)}"
            )
    raise AssertionError("a watch has no end")


def _told(seen: Seen) -> str:
    if isinstance(seen, Trouble):
        return str(seen)
    return f"It is {seen.mode}, and {seen.waiting:,} wait. {seen.reason} {seen.remedy}".rstrip()
