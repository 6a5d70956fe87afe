"""What does one consumer admit, what does that take, and what do two admit?

    python -m tests.benchmarks.consumer [--rounds 3]

Workers in processes of their own, as Lambda runs them, empty a queue of ``TICKETS`` on roto at a
rate so high that it holds nobody back. The limit is a bare worker that makes only the calls that no
consumer can do without (workers.py). Both kinds take turns, each time with a roto of their own.

roto hands messages out the slower the more it has (0.7 ms of CPU for ten of 1,000, 6.5 ms for ten
of 20,000), as SQS does not: hence several rounds with a short queue. And for each ticket it takes
as much CPU as a worker, on the same cores. That limits what a second worker can gain, however good
it is, so two of ours are compared with two bare ones. By how much two workers and roto on two cores
are faster than one and roto on one core is told for information: it is a ratio of four times, each
of which a busy machine disturbs.
"""

import multiprocessing
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from tests.benchmarks.figures import EQUAL, Figure, Report, at_least, at_most, figure, run
from tests.benchmarks.roto import roto
from tests.benchmarks.rounds import in_turns
from tests.benchmarks.workers import KINDS, READY_SECONDS, Post, Worked, work

RATE = 600_000.0
# Some ticks of consumer.MAX_RECEIVE, so that two workers have about as much to do.
TICKETS = 8_000
WORK_SECONDS = 180.0
LIMIT = "bare worker"
# Ours looks up each ticket, keeps the schedule, counts the line: a tenth more calls.
CALLS_GOAL, CPU_GOAL, SPEED_GOAL = 1.1, 1.3, 0.6


@dataclass(frozen=True, slots=True)
class Round:
    """What so many workers did together."""

    admitted: int
    per_second: float  # for as long as all were at work
    cpu_ms: float  # for 1,000 tickets, as are the next two
    roto_ms: float
    calls: float


def per_second(worked: Sequence[Worked]) -> float:
    """Return the tickets a second until the first worker found no more."""
    busy = [w for w in worked if w.deleted]
    started_at, until = min(w.started_at for w in busy), min(w.ended_at for w in busy)
    done = sum(count for w in busy for at, count in w.deleted if at <= until)
    return done / (until - started_at)


def measure(kind: str, workers: int, cores: set[int]) -> Round:
    with roto(RATE) as place:
        place.fill(TICKETS)
        place.pin(cores)
        context = multiprocessing.get_context("spawn")
        ready, results = context.Barrier(workers + 1), context.Queue()
        left = context.Value("i", TICKETS)
        post = Post(kind, dict(place.environment), cores, left, ready, results)
        processes = [context.Process(target=work, args=(post,)) for _ in range(workers)]
        for process in processes:
            process.start()
        ready.wait(READY_SECONDS)
        roto_seconds = place.cpu_seconds()
        worked: list[Worked] = [results.get(timeout=WORK_SECONDS) for _ in processes]
        roto_seconds = place.cpu_seconds() - roto_seconds
        for process in processes:
            process.join()
        admitted = place.rows()
    return Round(
        admitted,
        per_second(worked),
        sum(w.cpu_seconds for w in worked) / admitted * 1e6,
        roto_seconds / admitted * 1e6,
        sum(w.calls for w in worked) / admitted * 1_000,
    )


def gains(found: dict[str, list[Round]], kind: str) -> list[float]:
    """Return by how much two workers on two cores are faster than one on one, in each round."""
    pairs = zip(found[f"{kind}, two"], found[f"{kind}, one core"], strict=True)
    return [two.per_second / one.per_second for two, one in pairs]


def figures(found: dict[str, list[Round]]) -> list[Figure]:
    one, bare = found["ours, one"], found["bare, one"]
    two, bare_two = found["ours, two"], found["bare, two"]
    ours_gain, bare_gain = gains(found, "ours"), gains(found, "bare")
    admitted = [r.admitted for name, rounds in found.items() if "ours" in name for r in rounds]
    return [
        figure("tickets a second, one worker", [r.per_second for r in one],
               LIMIT, [r.per_second for r in bare], at_least(SPEED_GOAL)),
        figure("tickets a second, two workers", [r.per_second for r in two],
               "two bare workers", [r.per_second for r in bare_two], at_least(SPEED_GOAL)),
        figure("AWS calls for 1,000 tickets", [r.calls for r in one],
               LIMIT, [r.calls for r in bare], at_most(CALLS_GOAL)),
        figure("CPU for 1,000 tickets", [r.cpu_ms for r in one],
               LIMIT, [r.cpu_ms for r in bare], at_most(CPU_GOAL), unit=" ms"),
        figure("roto's CPU for 1,000 tickets", [r.roto_ms for r in one],
               LIMIT, [r.roto_ms for r in bare], unit=" ms"),
        figure("two on two cores, to one on one", ours_gain,
               "bare workers", bare_gain, digits=2),
        figure("tickets admitted, fewest", min(admitted), "tickets", TICKETS, EQUAL),
        figure("tickets admitted, most", max(admitted), "tickets", TICKETS, EQUAL),
    ]  # fmt: skip


def report(rounds: int) -> Report:
    cores = set(sorted(os.sched_getaffinity(0))[:2])
    if len(cores) < 2:
        raise SystemExit("Two workers can't be compared with one: this takes two cores.")
    places = {"one": (1, cores), "one core": (1, {min(cores)}), "two": (2, cores)}
    measures = {
        f"{kind}, {name}": partial(measure, kind, *place)
        for name, place in places.items()
        for kind in KINDS
    }
    found = in_turns(rounds, measures)
    title = f"Consumer: a queue of {TICKETS:,} tickets on roto, medians of {rounds} rounds"
    return Report(title, figures(found))


if __name__ == "__main__":
    run(report, __doc__, rounds=3)
