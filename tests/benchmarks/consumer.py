"""What one consumer admits, what that takes, and what two admit.

    python -m tests.benchmarks.consumer

Workers in processes of their own, as Lambda runs them, empty a queue of ``TICKETS`` on roto at a
rate so high that it holds nobody back; one and two take turns, and the medians count. The peer is
the consumer of the npm original, measured on such a machine, on roto, too.

roto hands messages out the slower the more it has (0.7 ms of CPU for ten of 1,000, 6.5 ms for ten
of 20,000), as SQS does not: hence several rounds with a short queue. And for each ticket it takes
as much CPU as a worker, on the same cores. So that the machine is not what is measured, two workers
(and roto) on two cores are compared with one (and roto) on one core.
"""

import multiprocessing
import os
import sys
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from tests.benchmarks.figures import Figure, at_least, at_most, show
from tests.benchmarks.roto import Place, roto

RATE = 300_000.0
# An even number of ticks of consumer.MAX_RECEIVE: two workers have as much to do.
TICKETS = 8_000
ROUNDS = 5
TIMEOUT_SECONDS = 60.0
PEER_PER_SECOND, PEER_CALLS, PEER_CPU_MS = 1_460, 300, 346
GOAL_PER_SECOND, GOAL_RATIO = 2_000, 1.7


class Drained(Exception):
    """There is nothing left to do."""


@dataclass
class Worked:
    """What a worker did until the last message was deleted. Times are on the machine's clock."""

    started_at: float = 0.0
    deleted: list[tuple[float, int]] = field(default_factory=list)  # when, and how many
    cpu_seconds: float = 0.0
    calls: Counter[str] = field(default_factory=Counter)

    def on_call(self, event_name: str, **_: Any) -> None:
        self.calls[event_name.rpartition(".")[2]] += 1

    def on_deleted(self, parsed: Mapping[str, Any], **_: Any) -> None:
        self.deleted.append((time.monotonic(), len(parsed.get("Successful", []))))
        self.cpu_seconds = time.process_time()

    @property
    def ended_at(self) -> float:
        return self.deleted[-1][0] if self.deleted else self.started_at

    def sleep(self, seconds: float) -> None:
        """Sleep between two ticks, unless there was nothing to do for a while."""
        if time.monotonic() - self.ended_at > 1.0:
            raise Drained
        time.sleep(seconds)


@dataclass(frozen=True, slots=True)
class Round:
    """What so many workers did together."""

    admitted: int
    per_second: float  # for as long as all were at work
    cpu_ms: float  # for 1,000 tickets, as are the next two
    roto_ms: float
    calls: float


def work(environment: Mapping[str, str], cores: set[int], ready: Any, results: Any) -> None:
    """Be a worker: this runs in a process of its own."""
    os.environ.update(environment)
    os.sched_setaffinity(0, cores)
    from beekeeper.handlers import aws, consumer

    worked = Worked()
    aws.session(ours=True).register("before-send", worked.on_call)
    aws.session(ours=True).register("after-call.sqs.DeleteMessageBatch", worked.on_deleted)
    worker = consumer.Consumer(*consumer._parts(), time.time, worked.sleep)
    ready.wait(TIMEOUT_SECONDS)
    worked.started_at, cpu_seconds = time.monotonic(), time.process_time()
    try:
        worker.run()
    except Drained:
        worked.cpu_seconds = max(0.0, worked.cpu_seconds - cpu_seconds)
        results.put(worked)


def per_second(worked: list[Worked]) -> float:
    """Return the tickets a second until the first worker found no more."""
    started_at, until = min(w.started_at for w in worked), min(w.ended_at for w in worked)
    done = sum(count for w in worked for at, count in w.deleted if at <= until)
    return done / (until - started_at)


def measure(place: Place, workers: int, cores: set[int]) -> Round:
    place.fill(TICKETS)
    place.pin(cores)
    before = place.rows()
    context = multiprocessing.get_context("spawn")
    ready, results = context.Barrier(workers + 1), context.Queue()
    arguments = (dict(place.environment), cores, ready, results)
    processes = [context.Process(target=work, args=arguments) for _ in range(workers)]
    for process in processes:
        process.start()
    ready.wait(TIMEOUT_SECONDS)
    roto_seconds = place.cpu_seconds()
    worked: list[Worked] = [results.get(timeout=TIMEOUT_SECONDS) for _ in processes]
    roto_seconds = place.cpu_seconds() - roto_seconds
    for process in processes:
        process.join()
    admitted = place.rows() - before
    return Round(
        admitted,
        per_second(worked),
        sum(w.cpu_seconds for w in worked) / admitted * 1e6,
        roto_seconds / admitted * 1e6,
        sum(w.calls.total() for w in worked) / admitted * 1_000,
    )


def figures(one: list[Round], one_core: list[Round], two: list[Round]) -> list[Figure]:
    of_one, of_two, on_one_core = (
        median(r.per_second for r in rounds) for rounds in (one, two, one_core)
    )
    calls = median(r.calls for r in one)
    cpu_ms, roto_ms = median(r.cpu_ms for r in one), median(r.roto_ms for r in one)
    ratio = of_two / on_one_core
    peer, peer_calls = f"{PEER_PER_SECOND:,} (npm original)", f"{PEER_CALLS} (npm original)"
    peer_cpu = f"{PEER_CPU_MS} ms (npm original)"
    amiss = sum(abs(TICKETS - r.admitted) for r in (*one, *one_core, *two))
    return [
        at_least("tickets a second, one worker", of_one, GOAL_PER_SECOND, "", peer),
        at_most("AWS calls for 1,000 tickets", calls, PEER_CALLS, "", peer_calls),
        at_most("CPU for 1,000 tickets", cpu_ms, PEER_CPU_MS, " ms", peer_cpu),
        Figure("roto's CPU for 1,000 tickets", f"{roto_ms:.0f} ms", "on the same cores"),
        Figure("one worker, with roto on one core", f"{on_one_core:,.0f} a second"),
        Figure("two workers, with roto on two", f"{of_two:,.0f} a second"),
        at_least("two on two cores to one on one", ratio, GOAL_RATIO, "", "2 (the cores)", 2),
        at_most("tickets not admitted, or twice", amiss, 0, "", "0"),
    ]


def main() -> int:
    cores = set(sorted(os.sched_getaffinity(0))[:2])
    if len(cores) < 2:
        raise SystemExit("Two workers can't be compared with one: this takes two cores.")
    kinds = ((1, cores), (1, {min(cores)}), (2, cores))
    with roto(RATE) as place:
        rounds = [[measure(place, *kind) for kind in kinds] for _ in range(ROUNDS)]
    one, one_core, two = ([r[i] for r in rounds] for i in range(3))
    title = f"Consumer: a queue of {TICKETS:,} tickets on roto, medians of {ROUNDS}"
    return show(title, figures(one, one_core, two))


if __name__ == "__main__":
    sys.exit(main())
