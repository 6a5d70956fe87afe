"""The figures of a simulated event: data only."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from beekeeper.result import Result
from beekeeper.results import Finding, Verdict
from beekeeper.rules.first_second import FirstSecond
from beekeeper.simulation.governed import Governed
from beekeeper.simulation.usage import Requests, Usage


@dataclass(frozen=True, slots=True)
class Series:
    """What happened in each span of ``seconds``. All are counts in the span, except for two.

    ``waiting`` is how many visitors wait at the end of the span. ``requests`` are API Gateway's
    requests a second.
    """

    seconds: int
    arrivals: Sequence[int]
    waiting: Sequence[int]
    admissions: Sequence[int]
    entries: Sequence[int]
    requests: Sequence[float]


@dataclass(frozen=True, slots=True)
class Event(Result):
    """The figures of an event. Times are in seconds, and ``rate`` is visitors per minute.

    ``wait_percentiles`` has 101 waits of the visitors who stay until their turn. Number n is the
    longest wait among the n % who wait least. Each visitor is counted in one of ``entered``,
    ``left`` (while waiting), ``stayed_away`` (when it was their turn) and ``expired`` (asked too
    late). ``destination`` is what the destination serves, if its capacity was given. With an edge,
    visitors arrive when they have a place, and ``requests`` says how often they asked for one.
    ``heard_within_seconds`` is how long it takes until all of the longest line have heard of a
    change.
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
    concurrent_executions: int  # of the functions that answer visitors, at that peak
    seen_late_seconds: float  # this long after their turn came, 95 % of visitors know it
    edge: bool
    heard_within_seconds: float
    first_second: FirstSecond  # of the busiest minute
    requests: Requests
    usage: Usage
    findings: Sequence[Finding]  # compare the event with the default quotas of AWS
    series: Series = field(repr=False)
    destination: Governed | None = None

    @property
    def has_problems(self) -> bool:
        """Whether the event would exceed a default quota."""
        return any(finding.verdict is Verdict.PROBLEM for finding in self.findings)
