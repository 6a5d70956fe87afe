"""The figures of an event that has taken place, or is under way: data only."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from beekeeper.result import Result
from beekeeper.results import Entry
from beekeeper.rules.durations import MINUTE


@dataclass(frozen=True, slots=True)
class Step(Result):
    """What happened in one step of time. ``at`` is its beginning (epoch seconds).

    ``waiting``, ``mode``, ``rate`` and ``pace`` (the governor's, in visitors a minute) are those at
    the end of the step. Each of the ``admitted`` is one of ``prompt`` (went in within half a minute
    of the slot), ``late``, ``never`` and ``pending``. The waits are those of the admitted: so long
    waited at most half of them, 90 %, 99 %, and all.
    """

    at: float
    joined: int
    waiting: int
    admitted: int
    entered: int
    prompt: int
    late: int
    never: int
    pending: int
    mode: str
    rate: float
    pace: float | None
    wait_50_seconds: float | None
    wait_90_seconds: float | None
    wait_99_seconds: float | None
    wait_100_seconds: float | None


@dataclass(frozen=True, slots=True)
class Decision(Result):
    """A change of the governor's pace: when (epoch seconds), what it holds, in which mode, why."""

    at: float
    pace: float
    mode: str
    reason: str


@dataclass(frozen=True, slots=True)
class Measured(Result):
    """The figures of an event. Times are epoch seconds, and rates are visitors a minute.

    The visitors are those who joined from ``since`` on (0: since the room was made), as the table
    was at ``until``. ``admitted`` and ``entered`` are counted row by row. ``counted_admitted`` and
    ``counted_entered`` are the sums that the functions kept meanwhile, as ``status`` shows them:
    None if ``since`` is not the last clear. ``joined`` is exact as soon as nobody waits.

    ``latecomers`` entered more than half a minute after their slot. The turn of ``no_shows`` has
    ended, and that of the ``pending`` has not. ``wait_percentiles`` has 101 waits, in seconds.
    Number n is the longest wait among the n % who waited least. It is empty if nobody was admitted.
    """

    room: str
    url: str
    destination: str
    account: str
    region: str
    since: float
    until: float
    mode: str  # at ``until``, as ``rate``
    rate: float
    joined: int
    waiting: int
    admitted: int
    entered: int
    latecomers: int
    no_shows: int
    pending: int
    counted_admitted: int | None
    counted_entered: int | None
    wait_percentiles: Sequence[float] = field(repr=False)
    step_seconds: int
    steps: Sequence[Step] = field(repr=False)
    history: Sequence[Entry] = field(repr=False)
    decisions: Sequence[Decision] = field(repr=False)

    @property
    def peak_waiting(self) -> int:
        """The most who waited at the end of a step."""
        return max((step.waiting for step in self.steps), default=0)

    @property
    def peak_joined_per_minute(self) -> float:
        """How many joined in the busiest minute."""
        return self.busiest([step.joined for step in self.steps])

    @property
    def peak_entered_per_minute(self) -> float:
        """How many entered in the busiest minute."""
        return self.busiest([step.entered for step in self.steps])

    @property
    def agrees(self) -> bool:
        """Whether the rows are as many as the functions counted, as far as that is known."""
        counted = (self.counted_admitted, self.counted_entered)
        return counted in ((None, None), (self.admitted, self.entered))

    def busiest(self, counts: Sequence[int]) -> float:
        """Return the highest count in a minute, or the mean of a minute in longer steps."""
        some = max(1, MINUTE // self.step_seconds)
        most = max((sum(counts[i : i + some]) for i in range(len(counts))), default=0)
        return most * MINUTE / max(MINUTE, self.step_seconds)
