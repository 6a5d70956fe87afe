"""Does the governor slow the line down in time, when the destination gets twice what it can bear?

    python -m tests.benchmarks.governor [--rate 240] [--minutes 4]

The functions are the real ones on the local AWS, and EventBridge's schedule starts the governor
once a minute. Visitors arrive at a shop that can bear half of the rate. How long its pages take
follows from who came in the last 30 seconds: 0.1 s up to what it can bear, and 3 s at twice that.
The visits themselves are answered at once, so that the crowd can be a few threads: the probes get
the delay. The timeline goes to stderr.
"""

import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import beekeeper
from beekeeper.local.crowd import Crowd
from beekeeper.local.ministack import MiniStack, address
from beekeeper.local.shop import Shop
from beekeeper.rules.cadence import PROBE_TIMEOUT_SECONDS
from tests.benchmarks.figures import Report, at_least, at_most, figure, run
from tests.support.site import site, slow

ROOM = "governed"
WELL_SECONDS, OVERLOADED_SECONDS = 0.1, 3.0
SUFFERS_SECONDS = 2 * WELL_SECONDS
WINDOW_SECONDS = 30
DOWN_WITHIN_SECONDS = 70
STEP_SECONDS = 2.0
# A room that is slowed down to what its site can bear, or to two thirds of it, is slow enough.
MARGIN = 1.05


@dataclass(frozen=True, slots=True)
class Sample:
    """What was seen at a moment: seconds since the start, and what the room said."""

    at: float
    answer_seconds: float
    pace: float
    reason: str

    def __str__(self) -> str:
        return (
            f"{self.at:>5.0f} s  answers in {self.answer_seconds:.2f} s, {self.pace:>4.0f} a minute"
        )


def answer_seconds(shop: Shop, capacity: float) -> float:
    """Return how long a page of the shop takes now. ``capacity`` is in visitors a minute."""
    came = sum(shop.entries_per_second(WINDOW_SECONDS, time.time()))
    overload = came * 60 / WINDOW_SECONDS / capacity - 1
    worse = (OVERLOADED_SECONDS - WELL_SECONDS) * min(max(overload, 0.0), 1.0)
    return WELL_SECONDS + worse


@contextmanager
def deployed(rate: int) -> Iterator[tuple[beekeeper.Room, Shop]]:
    """Deploy a room with a governor, a shop, and the page of the shop that tells its health."""
    with ExitStack() as stack:
        aws, shop = stack.enter_context(MiniStack()), Shop(ROOM)
        stack.callback(shop.close)
        page = slow(lambda: answer_seconds(shop, rate / 2))
        url = stack.enter_context(site(search=page)).url("/search?q=x")
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        governor = {"mode": "automatic", "probe_url": url, "baseline_seconds": WELL_SECONDS}
        handle = beekeeper.deploy(
            {
                "name": ROOM,
                "destination": f"{shop.origin}/",
                "rate": rate,
                "overbooking": 1.0,
                "governor": governor,
            },
            session=aws.session(),
            state_dir=Path(folder),
        )
        shop.room_url, shop.keys = address(handle.url), handle.pass_keys().keys
        yield handle, shop


def timeline(rate: int, minutes: int) -> tuple[list[Sample], int]:
    """Hold the event. Return what was seen, and the number of decisions in the room's history."""
    with deployed(rate) as (room, shop):
        crowd = Crowd(shop.room_url, rate * minutes, joins_per_second=20)
        crowd.start()
        started, samples = time.monotonic(), list[Sample]()
        while (now := time.monotonic() - started) < 60 * minutes:
            governor = room.status().governor
            assert governor is not None
            seconds = answer_seconds(shop, rate / 2)
            samples.append(Sample(now, seconds, governor.pace, governor.reason))
            print(samples[-1], file=sys.stderr)
            time.sleep(STEP_SECONDS)
        decisions = room.status().governor
        crowd.stop()
        assert decisions is not None
        print(*decisions.history, sep="\n", file=sys.stderr)
        return samples, len(decisions.history)


def report(rate: int, minutes: int) -> Report:
    samples, decisions = timeline(rate, minutes)
    suffers = next(s.at for s in samples if s.answer_seconds > SUFFERS_SECONDS)
    down = next((s.at for s in samples if s.pace <= MARGIN * rate / 2), 60.0 * minutes)
    well = next((s.at for s in samples if s.at > down and s.answer_seconds <= SUFFERS_SECONDS), 1e9)
    worst = max(s.answer_seconds for s in samples)
    # When the site is well, the governor tries more, and may find again what is too much.
    later = max((s.answer_seconds for s in samples if s.at > well), default=worst)
    once = at_most(1)
    figures = [
        figure(
            "until the pace is down", down - suffers, "goal", DOWN_WITHIN_SECONDS, once, unit="s"
        ),
        figure(
            "then until it is well", well - down, "two windows", 2 * WINDOW_SECONDS, once, unit="s"
        ),
        figure(
            "later, at the worst",
            later,
            "time-out",
            PROBE_TIMEOUT_SECONDS,
            at_most(0.75),
            unit="s",
            digits=2,
        ),
        figure("an answer at the worst", worst, "when well", WELL_SECONDS, unit="s", digits=2),
        figure("decisions in the history", decisions, "minutes", minutes - 1, at_least(1)),
    ]
    return Report(f"A site that can bear half of {rate:,} a minute", figures)


if __name__ == "__main__":
    run(report, __doc__, rate=240, minutes=4)
