"""What goes wrong with a call to AWS, and when."""

import random
from collections.abc import Callable, Container

THROTTLE = "throttle"
LOST_ANSWER = "lost answer"
PARTIAL = "partial"
KILL_BEFORE = "kill before"
KILL_AFTER = "kill after"
FAULTS = [THROTTLE, LOST_ANSWER, PARTIAL]
KILLS = [KILL_BEFORE, KILL_AFTER]
NEVER = 10**9  # calls

# What goes wrong with a call: its number (from 0) and the operation's name.
Faults = Callable[[int, str], str | None]


def no_faults(number: int, operation: str) -> str | None:
    return None


def at_call(at: int, fault: str) -> Faults:
    """Let the call with this number fail."""
    return lambda number, _: fault if number == at else None


def failing(
    operation: str,
    fault: str,
    *,
    every: int = 1,
    only: Container[int] = range(1, NEVER),
    until: int = NEVER,
) -> Faults:
    """Let every ``every``th of these calls fail, or ``only`` those with these numbers (from 1).

    No call fails after ``until`` calls of any kind.
    """
    seen = 0

    def faults(number: int, name: str) -> str | None:
        nonlocal seen
        if name != operation or number >= until:
            return None
        seen += 1
        return fault if seen % every == 0 and seen in only else None

    return faults


def troubles(chance: random.Random, share: float, kills: float = 0.25) -> Faults:
    """Let anything go wrong with this share of the calls. ``kills`` of the faults are kills."""

    def faults(number: int, operation: str) -> str | None:
        if chance.random() >= share:
            return None
        return chance.choice(KILLS if chance.random() < kills else FAULTS)

    return faults
