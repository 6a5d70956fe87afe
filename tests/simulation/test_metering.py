"""What an event uses, by simulation, beside what the functions do."""

import random

import pytest

from beekeeper.rules.arrivals import Counting
from beekeeper.rules.sizing import concurrent_executions
from beekeeper.simulation.metering import _arrival_writes
from tests.support.in_memory.line import number


@pytest.mark.parametrize("a_second", [20, 200, 2_000])
def test_the_writes_of_a_sudden_crowd_are_those_that_producers_make(a_second: int) -> None:
    chance, seconds = random.Random(1), 5
    containers = [Counting(random.Random(i)) for i in range(concurrent_executions(a_second))]
    made = 0
    for each in sorted(chance.uniform(0, seconds) for _ in range(a_second * seconds)):
        container, visitor = chance.choice(containers), number(each)
        if container.joined(visitor):
            container.take(visitor)
            made += 1
    said = _arrival_writes(0, a_second) + (seconds - 1) * _arrival_writes(a_second, a_second)
    assert made == pytest.approx(said, rel=0.25)
