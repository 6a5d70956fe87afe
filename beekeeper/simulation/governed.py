import random
from collections.abc import Callable
from dataclasses import dataclass

from beekeeper.rules.governor import Decision, Health, Memory, decide, needs_relief
from beekeeper.simulation.destination import Destination

BURSTS = (10, 25, 40, 55)
BURST_PROBES = 5
EFFECT_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Minute:
    pace: float
    served: float
    median: float | None
    failed: int
    memory: Memory


def health_of(answers: list[float | None]) -> Health:
    times = sorted(a for a in answers if a is not None)
    n = len(times)
    return Health(len(answers), len(answers) - n, 0, times[n // 2] if n else None, times[min(n - 1, int(n * .95))] if n else None)


def run(site: Destination, rate: float, minutes: int, *, governed: bool = True, floor: float = 1.0, seed: int = 1, memory=Memory(), change=None, errors=0.0) -> list[Minute]:
    chance = random.Random(seed)
    pace = effective = rate
    pending: list[tuple[int, float]] = []
    found = []
    for minute in range(minutes):
        answers: list[float | None] = []
        served = 0.0
        if change: change(minute, site)
        for s in range(60):
            now = minute * 60 + s
            if pending and pending[0][0] <= now:
                effective = pending.pop(0)[1]
            probing = governed and s in BURSTS
            served += site.second(effective / 60, BURST_PROBES if probing else 0)
            if probing:
                burst = [None if chance.random() < errors else site.probe(chance) for _ in range(BURST_PROBES)]
                answers += burst
                last = s == BURSTS[-1]
                if last or needs_relief(health_of(burst), memory):
                    d = decide(health_of(answers), memory, pace=pace, rate=rate, floor=floor, baseline_seconds=site.baseline_seconds)
                    pace, memory = d.pace, d.memory
                    pending.append((now + EFFECT_SECONDS, pace))
                    h = health_of(answers)
                    answers = []
        if not governed: h = Health(0,0,0,None,None)
        found.append(Minute(pace, served, h.median_seconds, h.failed, memory))
    return found
