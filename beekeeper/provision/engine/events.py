"""What a deploy or destroy tells of itself, as it happens, for whoever embeds it.

``on_event`` gets these from the threads that work, one at a time.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Event:
    """Something happened to one step."""

    key: str  # of the step: "function producer"
    action: str  # read, create, update, replace, delete


@dataclass(frozen=True, slots=True)
class StepStarted(Event):
    """Work on a step has begun."""


@dataclass(frozen=True, slots=True)
class StepWaiting(Event):
    """A step waits for AWS."""

    what: str


@dataclass(frozen=True, slots=True)
class StepWarning(Event):
    """A step went on without something that the room does better with."""

    warning: str


@dataclass(frozen=True, slots=True)
class StepDone(Event):
    """A step is done."""

    seconds: float


@dataclass(frozen=True, slots=True)
class StepFailed(Event):
    """A step failed; the error follows as an exception."""

    seconds: float
    error: str
