"""Runs in which anything goes wrong, for property tests."""

import random
from dataclasses import dataclass

from hypothesis import strategies as st

from tests.support.in_memory.faults import troubles
from tests.support.in_memory.stage import Stage


@dataclass(frozen=True, slots=True)
class BadWeather:
    """Several consumers. A share of their calls fails; a call takes up to ``latency`` seconds.

    Reads are up to a second old, if they may be. With ``parallel``, calls overlap as threads' do.
    """

    seed: int
    rate: float
    consumers: int
    share: float
    latency: float
    parallel: bool

    def run(self, visitors: int, *, strict: bool = False) -> Stage:
        """Let visitors arrive and each consumer work for 20 s. Then make the calls fast again."""
        chance = random.Random(self.seed)
        stage = Stage(
            self.rate,
            troubles(chance, self.share),
            latency=lambda: chance.uniform(0, self.latency),
            strict=strict,
            parallel=self.parallel,
            stale_seconds=1.0,
        )
        stage.arrive(visitors)
        for _ in range(self.consumers):
            stage.start(20, after=chance.uniform(0, 10))
        stage.world.run()
        stage.calls.latency = lambda: 0.01
        return stage


any_weather = st.builds(
    BadWeather,
    st.integers(0, 2**32),
    st.sampled_from([60, 600, 6_000]),
    st.integers(1, 4),
    st.floats(0.0, 0.3),
    st.sampled_from([0.005, 0.05, 0.2]),
    st.booleans(),
)
