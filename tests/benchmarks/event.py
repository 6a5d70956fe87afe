"""An event on the local AWS, with real functions: a burst, and a consumer killed and doubled.

    python -m tests.benchmarks.event [--visitors 2000] [--rate 1200]

Two thousand visitors come at once to a room that lets 1,200 a minute through. In the middle, every
consumer's process is killed, and two more are started. All that joined must enter, no ten seconds
may see more than the pacing law allows, and the room's own counter must agree with the log of the
destination, but for a second's worth that each killed worker takes along uncounted. Exits with 1
when one of these is wrong.
"""

import argparse
import contextlib
import os
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from beekeeper.local.demo import ROOM, Demo
from beekeeper.rules.pacing import interval_seconds
from tests.end_to_end.test_demo import admissions, most_in

CONSUMER = f"AWS_LAMBDA_FUNCTION_NAME=beekeeper-{ROOM}-consumer"
WINDOW_SECONDS = 10.0
OVERBOOKING = 1.5  # the room's default


@dataclass(frozen=True, slots=True)
class Figures:
    """What came of the event."""

    joined: int
    entered: int  # by the visitors' own account
    logged: int  # by the destination's
    counted: int  # by the room's
    killed: int
    most: int  # let through in any ten seconds
    allowed: float


def consumers() -> Iterator[int]:
    """Yield the process ids of the consumers."""
    for place in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):
            if CONSUMER.encode() in place.read_bytes().split(b"\0"):
                yield int(place.parent.name)


def kill_and_double(running: Demo) -> int:
    """Kill every consumer, start two; return how many were killed."""
    killed = 0
    for process in consumers():
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
            killed += 1
    for _ in range(2):
        running.session.client("lambda").invoke(
            FunctionName=f"beekeeper-{ROOM}-consumer", InvocationType="Event", Payload=b"{}"
        )
    return killed


def event(visitors: int, rate: int) -> Figures:
    """Hold the event."""
    with Demo(rate, visitors) as running:
        running.send_crowd()
        seconds = visitors / rate * 60
        time.sleep(seconds / 2)
        killed = kill_and_double(running)
        deadline = time.monotonic() + 2 * seconds + 60
        while len(running.shop.entered) < visitors and time.monotonic() < deadline:
            time.sleep(1)
        admitted_at = sorted(admissions(running))
        status = running.room.status()
        logged = len(running.shop.entered)
        outcome = running.finish()
    law = OVERBOOKING * (WINDOW_SECONDS + 2) / interval_seconds(rate) + 1
    most = most_in(admitted_at, WINDOW_SECONDS)
    return Figures(outcome.joined, outcome.entered, logged, status.admitted, killed, most, law)


def main() -> int:
    """Print the figures; return 1 when one is wrong."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--visitors", type=int, default=2_000)
    parser.add_argument("--rate", type=int, default=1_200)
    options = parser.parse_args()
    found = event(options.visitors, options.rate)
    uncounted = found.killed * options.rate / 60
    rows = [
        ("joined", found.joined, options.visitors, found.joined == options.visitors),
        ("entered", found.entered, found.joined, found.entered == found.joined),
        ("destination's log", found.logged, found.joined, found.logged == found.joined),
        (
            "the room's counter",
            found.counted,
            f"{found.joined - uncounted:.0f} to {found.joined}",
            found.joined - uncounted <= found.counted <= found.joined,
        ),
        ("consumers killed", found.killed, "1 or more", found.killed > 0),
        ("most in 10 s", found.most, f"{found.allowed:.0f} or fewer", found.most <= found.allowed),
    ]
    table = Table("figure", "found", "must be", "", title="An event on the local AWS")
    for what, value, goal, fine in rows:
        table.add_row(what, str(value), str(goal), "ok" if fine else "WRONG")
    Console().print(table)
    return 0 if all(fine for *_, fine in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
