"""What the functions have logged."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from beekeeper.result import Result
from beekeeper.times import moment


@dataclass(frozen=True, slots=True)
class LogLine(Result):
    """One line of a function's log: when (epoch seconds, by AWS's clock), how grave, and what.

    ``level`` is ``DEBUG``, ``INFO``, ``WARNING``, ``ERROR`` or ``CRITICAL``. It is empty for a line
    that names none, such as one line of a traceback. ``request_id`` is Lambda's, and the same in
    all lines of one call. ``fields`` are the other values of a structured line, by name.

    ``function`` is ``table`` for what the room's table says of a visitor.
    """

    at: float
    function: str
    level: str
    message: str
    request_id: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{moment(self.at)}  {self.level or '-':<8} {self.function:<9} {self.message}"
