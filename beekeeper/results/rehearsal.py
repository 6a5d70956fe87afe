"""What a rehearsal found."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from beekeeper.result import Result
from beekeeper.results.findings import Finding, Verdict


@dataclass(frozen=True, slots=True)
class Rehearsed(Result):
    """The figures of a rehearsal: what its visitors saw, and what the room counted meanwhile.

    Rates are visitors a minute. ``held_rate`` is the rate at which visitors went to the site while
    others waited; it is None if that was too short to measure. A wait is the time between the place
    and the way to the site. Whether a visitor arrived there, ``site_failed`` says.
    """

    came: int  # opened the campaign link
    joined: int  # got a place
    entered: int  # went to the site with a pass
    still_waiting: int  # had no turn before the time was over
    rate: float  # in force at the beginning
    held_rate: float | None
    median_wait_seconds: float | None
    longest_wait_seconds: float | None
    estimate_error_seconds: float | None  # of the first estimate, at the median
    lost: int  # visitors whose ticket the room did not know, or whose turn was over
    asked_to_wait: int  # visitors who waited a moment for their place, in a crowd
    pages_failed: int  # visitors' browsers showed an error in place of a page
    late_seconds: float  # how far this machine fell behind with what its visitors do
    requests: int  # to the room
    throttled: int  # of these: answered 429
    failed: int  # of these: answered 5xx, or not at all
    site_refused: int  # visitors with a pass whom the site sent away
    site_failed: int  # visitors whom the site answered with an error, or not at all
    site_trouble: str  # the most frequent of these errors
    site_p95_seconds: float | None  # the time that the site took, without what it did not answer
    entries_per_second: Sequence[int]
    fullest_minute: int  # the most visitors who went to the site in any 60 seconds
    counted_admitted: int
    counted_entered: int


@dataclass(frozen=True, slots=True)
class Rehearsal(Result):
    """What held in a rehearsal and what did not, and what to do about it before the day."""

    room: str
    url: str
    started_at: float  # epoch seconds, by this machine's clock
    seconds: float
    conclusion: str  # what held, or the cause of what did not
    figures: Rehearsed
    findings: Sequence[Finding]
    next: str  # what to do now

    @property
    def has_problems(self) -> bool:
        """Whether something did not hold."""
        return any(finding.verdict is Verdict.PROBLEM for finding in self.findings)

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{escape(f.verdict)}</td><td>{escape(f.check)}</td>"
            f"<td>{escape(f.text)}</td><td>{escape(f.remedy)}</td></tr>"
            for f in self.findings
        )
        head = "<tr><th>verdict</th><th>what</th><th>found</th><th>before the day</th></tr>"
        said, following = escape(self.conclusion), escape(self.next)
        return f"<p>{said}</p><table>{head}{rows}</table><p>{following}</p>"
