"""What is known about a room when its light is decided (verdict.py), and what fails. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from beekeeper.results import Change, Errors, Finding, GovernorStatus
from beekeeper.rules.cadence import CONSUMER_START_SECONDS
from beekeeper.rules.flow import Flow
from beekeeper.rules.settings import Mode

# Consumers publish every second or two. If they stop, those who wait start one within 12 seconds
# (rules/line.py), and the schedule does so every minute.
SILENT_SECONDS = 30.0
# While nobody waits, each one publishes once. One start may fail or be late.
IDLE_SILENT_SECONDS = 3.0 * CONSUMER_START_SECONDS
# The share of the API's answers that are errors, and how many there must be.
MANY_ERRORS, FEWEST_ERRORS = 0.2, 5


@dataclass(frozen=True, slots=True)
class Unread:
    """A part of the status that could not be read, and why, with the remedy.

    Some parts are kept from those who may only look. Nobody has to do anything about these.
    """

    what: str
    why: str
    is_kept: bool = False

    def __str__(self) -> str:
        if self.is_kept:
            return self.why
        return f"{self.what[0].upper()}{self.what[1:]} can't be read. {self.why}"


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known about a room. Rates are visitors a minute; None means unknown."""

    mode: Mode
    rate: float
    pace: float  # what is in force of the rate
    waiting: int
    wait_seconds: float | None  # of who joins now
    heartbeat_seconds: float | None  # since a consumer published; None before the first one
    on_seconds: float | None = None  # since somebody turned the room on, if that matters
    paused_seconds: float | None = None  # since somebody was admitted, in a room that is paused
    flow: Flow | None = None
    lately: tuple[int, int] | None = None  # admitted, and at most so many of them came
    unreadable: int | None = None
    errors: Errors | None = None
    calls: int = 0  # of the API, in the time of the errors
    damaged: Sequence[Finding] = ()  # in the table
    rate_problems: Sequence[Finding] = ()
    governor: GovernorStatus | None = None
    governor_problems: Sequence[Finding] = ()
    # What somebody changed of the part that fails. None if none fails, or it can't be compared.
    changed: Sequence[Change] | None = None
    drift: Sequence[Change] = ()
    wait_limit_seconds: float | None = None  # of the configuration
    unread: Sequence[Unread] = ()


def is_silent(facts: Facts) -> bool:
    """Return whether no consumer works, although the room is not off."""
    if facts.mode is Mode.OFF:
        return False
    # While the room was off, none worked.
    if facts.on_seconds is not None and facts.on_seconds <= SILENT_SECONDS:
        return False
    limit = SILENT_SECONDS if facts.waiting else IDLE_SILENT_SECONDS
    return facts.heartbeat_seconds is None or facts.heartbeat_seconds > limit


def are_answers_failing(facts: Facts) -> bool:
    """Return whether many of the API's answers are errors."""
    return failed_share(facts) >= MANY_ERRORS


def failed_share(facts: Facts) -> float:
    """Return which share of the API's answers were errors (5xx), or 0 if they are few."""
    if facts.errors is None or facts.errors.api_5xx < FEWEST_ERRORS:
        return 0.0
    return facts.errors.api_5xx / max(facts.calls, facts.errors.api_5xx)
