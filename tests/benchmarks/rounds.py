"""Measures several things in turns, so that a busy machine slows all of them alike."""

import resource
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median, quantiles
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Clocked:
    """What the runs of one round took: each of them on the clock, and all of them of the CPU."""

    seconds: Sequence[float]
    cpu_seconds: float

    @property
    def ms(self) -> float:
        return median(self.seconds) * 1_000

    @property
    def p99_ms(self) -> float:
        return quantiles(self.seconds, n=100)[-1] * 1_000

    @property
    def cpu_ms(self) -> float:
        return self.cpu_seconds / len(self.seconds) * 1_000


def clocked(call: Callable[[], object], runs: int = 1) -> Clocked:
    """Run a call so often, and return what that took, in this process and in its children."""
    seconds, cpu = [], _cpu_seconds()
    for _ in range(runs):
        started = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - started)
    return Clocked(seconds, _cpu_seconds() - cpu)


def _cpu_seconds() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def in_turns(rounds: int, measures: Mapping[str, Callable[[], T]]) -> dict[str, list[T]]:
    """Take each measure once a round: A B, B A, A B, so that neither always comes first."""
    found: dict[str, list[T]] = {name: [] for name in measures}
    for i in range(rounds):
        for name in list(measures)[:: -1 if i % 2 else 1]:
            found[name].append(measures[name]())
    return found
