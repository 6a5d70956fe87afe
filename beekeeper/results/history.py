"""What somebody has changed in a room."""

from dataclasses import dataclass
from datetime import UTC, datetime

from beekeeper.result import Result


@dataclass(frozen=True, slots=True)
class Entry(Result):
    """One change of a room: what, when (epoch seconds, by AWS's clock), by whom, and why.

    ``what`` is the name of a setting (``mode``, ``rate``, ``message``, ``governor_mode``,
    ``cleared_at``), or ``deploy``. ``before`` and ``after`` are its values as people read them.
    ``by`` is the ARN of the credentials, and ``place`` the user and the machine that the command
    ran on. ``planned_for`` is when the change holds if that is not at once (epoch seconds).
    """

    at: float
    what: str
    before: str
    after: str
    by: str = ""
    place: str = ""
    reason: str = ""
    planned_for: float | None = None

    def __str__(self) -> str:
        told = f"{datetime.fromtimestamp(self.at, UTC):%Y-%m-%d %H:%M:%S} UTC  {self.what}"
        return f"{told}: {self.before or 'none'} → {self.after or 'none'}"
