"""How right are places, and how many polls are there, if SQS's count of the queue is 30 s old?

    python -m tests.benchmarks.stale [--visitors 600] [--seconds 40] [--rate 300]

600 visitors come evenly within 40 s to a room on the local AWS that lets 300 a minute through; the
functions are the real ones. The event is held three times. First the consumers read the queue's
count as it is. Then a proxy before the local AWS answers them with the count of 30 s before. The
third time, every consumer's process is killed midway, too, and one is started.

All visitors ask as the waiting page does, and every place that one of them is shown is compared
with the truth: those who have a smaller number, and no row yet. The numbers are those of the
table's rows, and the proxy notes when each row is written. (A row's slot is up to 1.5 seconds
later, which is seven places.) What was true at any moment between the question and the answer is
right. Only places of ten and more are compared, because one visitor more or less is a large share
of a smaller place. Places of twenty and more are judged: at this rate five visitors go in together
each second.

The tickets that a killed consumer had in hand are late by the visibility time-out. By this truth
they stay ahead of visitors who go in before them. So the places after a kill have no goal.
"""

import time
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from beekeeper.contract import items
from beekeeper.local.crowd import Crowd
from beekeeper.local.demo import ROOM, Demo
from beekeeper.local.visitor import Visitor
from beekeeper.rules.turn import State
from tests.benchmarks.event import await_entries, kill_and_start
from tests.benchmarks.figures import EQUAL, Figure, Report, at_least, at_most, figure, run
from tests.benchmarks.numbers import percentile
from tests.benchmarks.stale_aws import Traffic, proxied, queue_counts, total

AGE_SECONDS = 30.0
NEAR = 10  # places: nearer, a place is not compared
FARTHER = 20  # places, which are four seconds: from here on a place is judged
PLACE_GOAL, POLLS_GOAL = 0.2, 1.15
# With a count of 30 s before, while the line rested on SQS's count.
EARLIER_ERROR, EARLIER_POLLS = 0.99, 2.3


@dataclass(frozen=True, slots=True)
class Seen:
    """What a visitor was shown. ``ahead`` is None if the room did not know the place."""

    asked_at: float  # epoch seconds
    answered_at: float
    ahead: int | None


@dataclass
class Watched(Visitor):
    """A visitor who notes what the room answers."""

    seen: list[Seen] = field(default_factory=list)
    polls: int = 0

    def ask(self) -> dict[str, Any]:
        self.polls += 1
        asked_at = time.time()
        content = super().ask()
        if content["state"] == State.WAITING:
            self.seen.append(Seen(asked_at, time.time(), content["ahead"]))
        return content


@dataclass(frozen=True, slots=True)
class Row:
    """An admitted visitor: the ticket's number, and when the row was written (epoch seconds)."""

    number: float
    written_at: float


def rows(running: Demo, traffic: Traffic) -> dict[str, Row]:
    """Return the rows of the admitted, by ticket id."""
    found = {}
    scan = running.session.client("dynamodb").get_paginator("scan")
    for page in scan.paginate(TableName=f"beekeeper-{ROOM}"):
        for item in page["Items"]:
            if (row_id := items.id_of(item)).startswith(items.VISITOR_PREFIX):
                ticket_id = row_id.removeprefix(items.VISITOR_PREFIX)
                number = float(item["number"]["N"])
                found[ticket_id] = Row(number, traffic.written[ticket_id])
    return found


def place_errors(
    row: Row, seen: Sequence[Seen], everybody: Sequence[Row]
) -> Iterator[tuple[int, float]]:
    """Yield the true place at each answer, and by which share of it the place shown is wrong."""
    before = sorted(other.written_at for other in everybody if other.number < row.number)
    for one in seen:
        most, least = (
            len(before) - bisect_right(before, at) for at in (one.asked_at, one.answered_at)
        )
        if one.ahead is not None and least >= NEAR:
            truth = min(max(one.ahead, least), most)
            yield least, abs(one.ahead - truth) / truth


@dataclass(frozen=True, slots=True)
class Figures:
    """What came of one event."""

    entered: int
    seconds: float  # in which they came
    killed: int
    asked: int  # how often the consumers read the queue's counts
    told: int  # what they read at the end of the crowd
    true: int  # what was true then
    errors: Sequence[tuple[int, float]]  # places that were compared, and the error of each
    unknown: int  # answers without a place
    took: Sequence[float]  # the seconds until each answer
    polls: int
    failures: int


def event(
    visitors: int, seconds: float, rate: int, age_seconds: float, *, kill: bool = False
) -> Figures:
    """Hold the event once."""
    with Demo(rate, visitors) as running, proxied(running, age_seconds) as traffic:
        crowd = Crowd(running.room_url, visitors, visitors / seconds, Watched)
        running.crowd = crowd
        crowd.start()
        time.sleep(seconds)
        true, told = queue_counts(running), traffic.told(time.monotonic())
        time.sleep(max(0.0, visitors / rate * 30 - seconds))
        killed = kill_and_start(running, 1) if kill else 0
        await_entries(running, visitors)
        crowd.stop()
        admitted = rows(running, traffic)
        everybody = [v for v in crowd.visitors if isinstance(v, Watched) and v.ticket]
        entered = len(running.shop.entered)
    numbers = [row.number for row in admitted.values()]
    return Figures(
        entered=entered,
        seconds=(max(numbers) - min(numbers)) / 1000,
        killed=killed,
        asked=traffic.asked,
        told=total(told),
        true=total(true),
        errors=[
            error
            for visitor in everybody
            if (row := admitted.get(visitor.ticket_id))
            for error in place_errors(row, visitor.seen, [*admitted.values()])
        ],
        took=[seen.answered_at - seen.asked_at for v in everybody for seen in v.seen],
        unknown=sum(seen.ahead is None for v in everybody for seen in v.seen),
        polls=sum(v.polls for v in everybody),
        failures=sum(v.failures for v in everybody),
    )


def figures(
    name: str,
    found: Figures,
    visitors: int,
    earlier: float | tuple[()] = (),
    *,
    judged: bool = True,
) -> list[Figure]:
    """Return the figures of one event. If it is not ``judged``, its places have no goal.

    ``earlier`` is the median error in percent of the line that rested on SQS's count.
    """
    near = [error * 100 for _, error in found.errors]
    farther = [error * 100 for place, error in found.errors if place >= FARTHER]
    share, goal = found.unknown / found.polls * 100, at_most(1) if judged else None
    stated = PLACE_GOAL * 100
    found_figures = [
        figure("entered", found.entered, "came", visitors, EQUAL),
        figure("came within", found.seconds, unit=" s"),
        figure("the count was read", found.asked, unit=" times"),
        figure("in the queue after the crowd, as told", found.told, "true", found.true),
        figure("places compared", len(found.errors)),
        figure(
            "place, median", percentile(near, 50), "by SQS's count", earlier, unit=" %", digits=1
        ),
        figure(f"place of {NEAR} and more, 95th", percentile(near, 95), unit=" %", digits=1),
        figure(
            f"place of {FARTHER} and more, 95th",
            percentile(farther, 95),
            "stated",
            stated,
            goal,
            unit=" %",
            digits=1,
        ),
        figure("answers without a place", share, unit=" %", digits=1),
        figure("an answer took, median", percentile(found.took, 50) * 1000, unit=" ms"),
        figure("requests that failed", found.failures),
    ]
    return [replace(one, name=f"{name}: {one.name}") for one in found_figures]


def report(visitors: int, seconds: float, rate: int) -> Report:
    fresh = event(visitors, seconds, rate, 0.0)
    old = event(visitors, seconds, rate, AGE_SECONDS)
    killed = event(visitors, seconds, rate, AGE_SECONDS, kill=True)
    polls, killed_polls, limit = (each.polls / visitors for each in (old, killed, fresh))
    goal = at_most(POLLS_GOAL)
    return Report(
        f"Event with an old count: {visitors:,} in {seconds:g} s, {rate:,} a minute",
        [
            *figures("fresh", fresh, visitors),
            *figures("30 s old", old, visitors, EARLIER_ERROR * 100),
            figure("30 s old: polls of a visitor", polls, "fresh", limit, goal, digits=2),
            *figures("consumers killed", killed, visitors, judged=False),
            figure("consumers killed: how many", killed.killed, "at least", 1, at_least(1)),
            figure("consumers killed: polls of a visitor", killed_polls, "fresh", limit, digits=2),
        ],
        [f"While the line rested on SQS's count, an old one made {EARLIER_POLLS} times the polls."],
    )


if __name__ == "__main__":
    run(report, __doc__, visitors=600, seconds=40.0, rate=300)
