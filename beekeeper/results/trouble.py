"""What a watch says while a room can't be read."""

from dataclasses import dataclass
from html import escape

from beekeeper.result import Result
from beekeeper.times import clock


@dataclass(frozen=True, slots=True)
class Trouble(Result):
    """The status could not be read: when, since when the last status is old, and why.

    The times are in seconds since the epoch, by this machine's clock.
    """

    room: str
    at: float
    since: float
    reason: str

    def __str__(self) -> str:
        return f"The figures are of {clock(self.since)}. {self.reason}"

    def _repr_html_(self) -> str:
        return f"<p><b>Room {escape(self.room)} can't be read.</b> {escape(str(self))}</p>"
