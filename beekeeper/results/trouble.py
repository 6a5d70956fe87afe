"""What a watch says while a room can't be read."""

from dataclasses import dataclass
from datetime import datetime
from html import escape

from beekeeper.result import Result


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
        since = datetime.fromtimestamp(self.since)
        return f"The figures are of {since:%H:%M:%S}. {self.reason}"

    def _repr_html_(self) -> str:
        return f"<p><b>Room {escape(self.room)} can't be read.</b> {escape(str(self))}</p>"
