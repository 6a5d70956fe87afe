"""Does an event on the local AWS lose anybody, when consumers are killed and doubled?

    python -m tests.benchmarks.event [--visitors 2000] [--rate 1200]

Two thousand visitors come at once to a room that lets 1,200 a minute through; the functions are the
real ones. In the middle, every consumer's process is killed, and two more are started. All who
joined must enter. No ten seconds may see more than the pacing law allows. The room's own counts
must agree with the destination's log to the visitor.
"""

import contextlib
import os
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from beekeeper.local.demo import ROOM, Demo
from beekeeper.rules.pacing import interval_seconds
from tests.benchmarks.figures import EQUAL, Figure, Report, at_least, at_most, figure, run
from tests.support.local_aws import admissions
from tests.support.windows import most_in

CONSUMER = f"beekeeper-{ROOM}-consumer"
WINDOW_SECONDS = 10.0
STALLED_SECONDS = 180.0
OVERBOOKING = 1.5  # the room's default


@dataclass(frozen=True, slots=True)
class Figures:
    """What came of the event."""

    joined: int
    entered: int  # by the visitors' own account
    logged: int  # by the destination's
    counted: tuple[int, int, int]  # joined, admitted and entered, as ``status`` says
    killed: int
    most: int  # let through in any ten seconds
    allowed: float


def consumers() -> Iterator[int]:
    """Yield the process ids of the consumers."""
    process = f"AWS_LAMBDA_FUNCTION_NAME={CONSUMER}".encode()
    for place in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):
            if process in place.read_bytes().split(b"\0"):
                yield int(place.parent.name)


def kill_and_start(running: Demo, consumers_started: int = 2) -> int:
    """Kill every consumer, and start some; return how many were killed."""
    killed = 0
    for process in consumers():
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
            killed += 1
    for _ in range(consumers_started):
        running.session.client("lambda").invoke(
            FunctionName=CONSUMER, InvocationType="Event", Payload=b"{}"
        )
    return killed


def await_entries(running: Demo, visitors: int) -> None:
    """Wait until all have entered, or nobody enters any more: a busy machine takes its time."""
    entered, changed_at = 0, time.monotonic()
    while entered < visitors and time.monotonic() < changed_at + STALLED_SECONDS:
        time.sleep(1)
        if (now := len(running.shop.entered)) > entered:
            entered, changed_at = now, time.monotonic()


def event(visitors: int, rate: int) -> Figures:
    """Hold the event."""
    with Demo(rate, visitors) as running:
        running.send_crowd()
        seconds = visitors / rate * 60
        time.sleep(seconds / 2)
        killed = kill_and_start(running)
        await_entries(running, visitors)
        admitted_at = admissions(running.session, ROOM)
        status = running.room.status()
        logged = len(running.shop.entered)
        outcome = running.finish()
    law = OVERBOOKING * (WINDOW_SECONDS + 2) / interval_seconds(rate) + 1
    most = most_in(admitted_at, WINDOW_SECONDS)
    counted = status.joined, status.admitted, status.entered
    return Figures(outcome.joined, outcome.entered, logged, counted, killed, most, law)


def report(visitors: int, rate: int) -> Report:
    found = event(visitors, rate)
    joined, once = found.joined, at_most(1)
    names = ("joined", "admitted", "entered")
    figures: list[Figure] = [
        figure("joined", joined, "came", visitors, EQUAL),
        figure("entered, by their own account", found.entered, "joined", joined, EQUAL),
        figure("entered, by the destination's log", found.logged, "joined", joined, EQUAL),
        *(
            figure(f"{name}, by status", count, "joined", joined, EQUAL)
            for name, count in zip(names, found.counted, strict=True)
        ),
        figure("consumers killed", found.killed, "at least", 1, at_least(1)),
        figure("most in 10 s", found.most, "the law", found.allowed, once),
    ]
    return Report(f"Event on the local AWS: {visitors:,} at once, {rate:,} a minute", figures)


if __name__ == "__main__":
    run(report, __doc__, visitors=2_000, rate=1_200)
