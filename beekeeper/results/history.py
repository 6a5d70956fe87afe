"""What somebody has changed in a room."""

from dataclasses import dataclass

from beekeeper.result import Result
from beekeeper.times import localized, moment


@dataclass(frozen=True, slots=True)
class Entry(Result):
    """One change of a room: what, when (epoch seconds, by AWS's clock), by whom, and why.

    ``what`` is the name of a setting (``mode``, ``rate``, ``message``, ``governor_mode``,
    ``cleared_at``, or one that only a deploy writes), or ``cancel``: then a planned change was
    taken back. ``before`` and ``after`` are its values as people read them, without separators.
    ``by`` is the ARN of the credentials, and ``place`` the user and the machine that the command
    ran on. ``planned_for`` is when the change holds if that is not at once, and ``cancelled_at``
    when a planned change was taken back (epoch seconds). ``number`` counts the changes of a room.
    """

    at: float
    what: str
    before: str
    after: str
    by: str = ""
    place: str = ""
    reason: str = ""
    planned_for: float | None = None
    number: int = 0
    cancelled_at: float | None = None

    def is_planned(self, now: float) -> bool:
        """Return whether the change does not hold yet at ``now`` (epoch seconds), but will."""
        return self.cancelled_at is None and (self.planned_for or 0.0) > now

    @property
    def change(self) -> str:
        """What was changed, as people read it: ``rate: 600 → 900``."""
        if self.what == "cleared_at":
            return "line cleared"
        if self.what == "cancel":
            return f"cancel: {localized(self.before)}"
        # What holds just before a planned change, nobody knows when it is planned.
        before = "" if self.planned_for else f"{self.before or 'none'} → "
        return f"{self.what.replace('_', ' ')}: {before}{self.after or 'none'}"

    @property
    def plan(self) -> str:
        """The change, and from when on it holds if that was planned."""
        later = f" from {moment(self.planned_for)} on" if self.planned_for else ""
        return f"{self.change}{later}{' (taken back)' if self.cancelled_at else ''}"

    def __str__(self) -> str:
        return f"{moment(self.at)}  {self.plan}"
