"""What happens to a whole room: its crowd, the faults of AWS, and what operators do."""

from dataclasses import dataclass

from hypothesis import strategies as st

from beekeeper.rules.settings import Mode

STORM_SECONDS = 150.0
# Clocks are wrong by so much, to either side. AWS keeps its clocks within milliseconds. With the
# largest, two clocks differ by a second, which the law of the rate allows.
EXACT_SECONDS = 0.01
SKEWS = (0.0, EXACT_SECONDS, 0.5)
# Polls for each visitor at the highest rate. A room needs some ten (rules/polling.py).
POLLS_PER_ADMISSION, LOWEST_BUDGET = 12, 100.0


@dataclass(frozen=True, slots=True)
class Change:
    """What an operator does, ``after`` so many seconds. ``factor`` is of the first rate."""

    after: float
    mode: Mode
    factor: float


@dataclass(frozen=True, slots=True)
class Weather:
    """A crowd, and all that happens to it."""

    seed: int = 1
    rate: float = 600.0
    visitors: int = 100
    crowd: float = 0.5  # the share that comes within some seconds; the others trickle in
    share: float = 0.0  # of the calls that fail
    kills: float = 0.0  # of these failures
    latency: float = 0.05  # of a call, at most
    lag: float = 30.0  # of the queue's count
    skew: float = 0.0
    overbooking: float = 1.0
    absent: float = 0.0
    late: float = 0.0
    workers: int = 1  # that the schedule starts
    strict: bool = False
    parallel: bool = False
    changes: tuple[Change, ...] = ()

    @property
    def budget(self) -> float:
        """The polls a second that the room may cause, at the highest rate."""
        highest = self.rate * max([1.0, *(change.factor for change in self.changes)])
        return max(LOWEST_BUDGET, POLLS_PER_ADMISSION * highest / 60)

    @property
    def is_fair(self) -> bool:
        """Whether no call fails, and the clocks are right."""
        return not self.share and self.skew <= EXACT_SECONDS


any_change = st.builds(
    Change,
    after=st.floats(0, STORM_SECONDS),
    mode=st.sampled_from(Mode),
    factor=st.sampled_from([0.5, 1.0, 2.0, 4.0]),
)


@st.composite
def any_weather(draw: st.DrawFn, most: int = 200) -> Weather:
    """Draw any weather, with up to ``most`` visitors."""
    rate = draw(st.sampled_from([6.0, 30.0, 120.0, 600.0, 3_000.0]))
    minutes = draw(st.floats(0.2, 2.0))  # of the line, if all come at once
    return Weather(
        seed=draw(st.integers(0, 2**32)),
        rate=rate,
        visitors=max(1, min(most, round(rate * minutes))),
        crowd=draw(st.floats(0, 1)),
        share=draw(st.sampled_from([0.0, 0.0, 0.02, 0.1, 0.3])),
        kills=draw(st.sampled_from([0.0, 0.25])),
        latency=draw(st.sampled_from([0.005, 0.05, 0.2])),
        lag=draw(st.floats(0, 60)),
        skew=draw(st.sampled_from(SKEWS)),
        overbooking=draw(st.sampled_from([1.0, 1.5])),
        absent=draw(st.floats(0, 0.4)),
        late=draw(st.sampled_from([0.0, 0.0, 0.2])),
        workers=draw(st.integers(1, 3)),
        strict=draw(st.sampled_from([False, False, False, True])),
        parallel=draw(st.booleans()),
        changes=tuple(sorted(draw(st.lists(any_change, max_size=3)), key=lambda one: one.after)),
    )
