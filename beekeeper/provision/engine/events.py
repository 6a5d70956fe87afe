"""The events of a deploy or destroy, for programs that embed Beekeeper.

The working threads call ``on_event`` with each event as it happens, one at a time.
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
    """A step waits for AWS, or the command for another one that is working on the room."""

    what: str


@dataclass(frozen=True, slots=True)
class StepWarning(Event):
    """A step continued without something that the room should have."""

    warning: str


@dataclass(frozen=True, slots=True)
class StepDone(Event):
    """A step is done."""

    seconds: float


@dataclass(frozen=True, slots=True)
class StepFailed(Event):
    """A step failed. An exception with the same error follows."""

    seconds: float
    error: str
