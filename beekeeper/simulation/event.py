"""The figures of a simulated event: data only."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from beekeeper.results import Finding, Result
from beekeeper.simulation.usage import Usage


@dataclass(frozen=True, slots=True)
class Series:
    """What happened in each span of ``seconds``: counts, except for two of them.

    ``waiting`` is how many wait at the end of the span; ``requests`` is API Gateway's, a second.
    """

    seconds: int
    arrivals: Sequence[int]
    waiting: Sequence[int]
    admissions: Sequence[int]
    entries: Sequence[int]
    requests: Sequence[float]


@dataclass(frozen=True, slots=True)
class Event(Result):
    """What an event is like. Times are seconds, ``rate`` is visitors per minute.

    ``wait_percentiles`` has 101 waits: number n is the longest wait of the n % who wait least, of
    those who stay until their turn. ``entered``, ``left`` (while they waited), ``stayed_away``
    (when it was their turn) and ``expired`` (asked too late) make up the visitors.
    """

    visitors: int
    rate: float
    arrivals: str
    abandonment: float
    no_shows: float
    seconds: float
    longest_wait_seconds: float
    wait_percentiles: Sequence[float] = field(repr=False)
    peak_waiting: int
    entered: int
    left: int
    stayed_away: int
    expired: int
    requests_per_visitor: float
    peak_requests_per_second: float
    concurrent_executions: int  # of the visitors' functions, at that peak
    seen_late_seconds: float  # after which 95 % of those whose turn has come know it
    usage: Usage
    findings: Sequence[Finding]  # the default quotas of AWS, against the event
    series: Series = field(repr=False)

    @property
    def has_problems(self) -> bool:
        """Whether a default quota would be hit."""
        return any(finding.verdict == "problem" for finding in self.findings)
