"""The Lambda functions of a room: their names, time-outs, environment variables and routes.

To add a function, declare it here, write ``handlers/<name>.py`` with a ``handler``, and say in
``provision/`` what its role can do.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from beekeeper.contract.routes import Path
from beekeeper.rules import cadence


class Variable(StrEnum):
    """An environment variable of a function."""

    TABLE = "BEEKEEPER_TABLE"
    ROOM = "BEEKEEPER_ROOM"
    BUCKET = "BEEKEEPER_BUCKET"
    QUEUE_URL = "BEEKEEPER_QUEUE_URL"
    DEAD_LETTER_URL = "BEEKEEPER_DEAD_LETTER_URL"
    CONSUMER = "BEEKEEPER_CONSUMER"  # the name of the consumer's function
    LANGUAGES = "BEEKEEPER_LANGUAGES"  # those that the room offers, the default first

    def read(self, environ: Mapping[str, str]) -> str:
        """Return the variable's value; raise KeyError if the function does not have it."""
        return environ[self.value]


@dataclass(frozen=True, slots=True)
class Function:
    """One function. Its handler is ``beekeeper.handlers.<name>.handler``."""

    name: str
    timeout_seconds: int
    variables: tuple[Variable, ...]
    paths: tuple[Path, ...] = ()

    @property
    def handler(self) -> str:
        """The handler's name, as Lambda expects it."""
        return f"beekeeper.handlers.{self.name}.handler"


PRODUCER = Function(
    name="producer",
    timeout_seconds=cadence.VISITOR_TIMEOUT_SECONDS,
    variables=(
        Variable.TABLE,
        Variable.ROOM,
        Variable.QUEUE_URL,
        Variable.CONSUMER,
        Variable.LANGUAGES,
    ),
    paths=(Path.CAMPAIGN, Path.JOIN),
)
ROOM = Function(
    name="room",
    timeout_seconds=cadence.VISITOR_TIMEOUT_SECONDS,
    variables=(Variable.BUCKET, Variable.LANGUAGES),
    paths=(Path.ROOM, Path.ROBOTS),
)
TURNSTILE = Function(
    name="turnstile",
    timeout_seconds=cadence.VISITOR_TIMEOUT_SECONDS,
    variables=(Variable.TABLE, Variable.ROOM, Variable.CONSUMER, Variable.LANGUAGES),
    paths=(Path.TURN, Path.ENTER, Path.CHECK, Path.NEWS),
)
CONSUMER = Function(
    name="consumer",
    timeout_seconds=cadence.CONSUMER_TIMEOUT_SECONDS,
    variables=(Variable.TABLE, Variable.ROOM, Variable.QUEUE_URL, Variable.DEAD_LETTER_URL),
)
# It measures for most of a minute (handlers/governor.py), and also answers the site's requests.
GOVERNOR = Function(
    name="governor",
    timeout_seconds=cadence.GOVERNOR_TIMEOUT_SECONDS,
    variables=(Variable.TABLE, Variable.ROOM),
    paths=(Path.PACE,),
)
FUNCTIONS = (PRODUCER, ROOM, TURNSTILE, CONSUMER)  # of each room
# A deployer invokes a function with this to wake it, and to see that it answers. It does nothing.
# No event of API Gateway or EventBridge has this key.
CALL = {"beekeeper": "wake"}


def functions_of(*, governed: bool) -> tuple[Function, ...]:
    """Return the functions of a room, which has a governor or has none."""
    return (*FUNCTIONS, GOVERNOR) if governed else FUNCTIONS


def is_call(event: Mapping[str, object]) -> bool:
    """Return whether a deployer calls, and not a visitor or the schedule."""
    return CALL.items() <= event.items()
