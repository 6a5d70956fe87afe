"""What does a visitor see in the first second, with an edge and without one?

    python -m tests.benchmarks.edge [--visitors 1000] [--requests 20]

A thousand visitors come in the same second to a room on the local AWS, whose API answers 20
requests a second and refuses the others, as API Gateway does. They are real requests by the logic
of the page (local/visitor.py). Five more are real Chromium, if it is installed; they come when the
first of the thousand has a place, so that the API is busy. Whose browser shows an error reloads it
after 3 to 8 seconds. Without an edge, the run ends after as long a time as with one.

The limit of a wait is what the API needs to answer as many requests as it answered until then:
those who have a place may ask for it with half of them (rules/polling.py).
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from beekeeper.local.crowd import Crowd
from beekeeper.local.demo import ROOM, Demo
from beekeeper.local.leftovers import leftovers
from beekeeper.local.visitor import Visitor
from tests.benchmarks.figures import EQUAL, Figure, Report, at_least, at_most, figure, run
from tests.benchmarks.tabs import Tab, Tabs, chromium_tabs
from tests.support.local_aws import admissions

RATE = 60  # so that they wait, and their polls are as many as the budget allows
BROWSERS = 5
WORKERS = 64
LOOK_SECONDS = 0.5
GIVE_UP_SECONDS = 180
SETTLED_SECONDS = 3  # a pause takes effect within two


@dataclass(frozen=True, slots=True)
class First:
    """What came of the first second. Times are in seconds after it."""

    came: int
    placed: Sequence[float]
    ended: float  # when all had a place, or the visitors gave up
    answered: int  # by the API until then
    refused: int
    asked_to_wait: int
    errors: int  # navigations that showed something else than a page
    saw_error: int  # visitors who saw any
    calmed: int  # browsers that said "Many people are arriving"
    browsers: int
    tickets: int
    kept: int  # in the queue and in the table
    leftover: int


def first_second(visitors: int, requests: int, seconds: float, *, edge: bool) -> First:
    """Hold the first second, and end after so many seconds at the latest."""
    with (
        Demo(RATE, 0, edge=edge, requests_per_second=requests) as running,
        chromium_tabs(BROWSERS) as tabs,
    ):
        crowd = Crowd(running.room_url, visitors, joins_per_second=visitors, workers=WORKERS)
        running.crowd = crowd
        started = time.monotonic()
        crowd.start()
        while not crowd.joined and time.monotonic() < started + seconds:
            time.sleep(0.1)
        tabs.open(running.room.url)
        ended = await_places(crowd, tabs, started + seconds) - started
        return _result(running, crowd, tabs, started, ended)


def await_places(crowd: Crowd, tabs: Tabs, deadline: float) -> float:
    """Wait until all have a place, or give up; return when."""
    while not (crowd.joined == crowd.size and tabs.are_placed):
        tabs.look(LOOK_SECONDS)
        if time.monotonic() > deadline:
            break
    return time.monotonic()


def _result(running: Demo, crowd: Crowd, tabs: Tabs, started: float, ended: float) -> First:
    counted = running.aws.requests()
    crowd.stop()
    running.room.pause()
    tabs.look(SETTLED_SECONDS)
    everybody: Sequence[Visitor | Tab] = [*crowd.visitors, *tabs.tabs]
    placed = sorted(one.placed_at - started for one in everybody if one.placed_at)
    kept = len(admissions(running.session, ROOM)) + running.queued()
    running.room.destroy()
    return First(
        came=len(everybody),
        placed=placed,
        ended=ended,
        answered=counted.answered,
        refused=counted.refused,
        asked_to_wait=crowd.asked_to_wait,
        errors=sum(one.errors for one in everybody),
        saw_error=sum(bool(one.errors) for one in everybody),
        calmed=sum(tab.is_calmed for tab in tabs.tabs),
        browsers=len(tabs.tabs),
        tickets=len({v.ticket_id for v in crowd.visitors if v.ticket}) + len(tabs.tabs),
        kept=kept,
        leftover=len(leftovers(running.session, ROOM)),
    )


def _figures(name: str, found: First, requests: int, *, has_goals: bool) -> list[Figure]:
    once, exact = (at_most(1.25), EQUAL) if has_goals else (None, None)
    none = at_most(1) if has_goals else None
    allowed = found.answered / requests
    joins = found.came / requests
    is_done = len(found.placed) == found.came
    last, last_name = found.placed[-1], f"{name}: last place after"
    if not is_done:
        last, last_name = found.ended, f"{name}: not all have a place after"
    return [
        figure(f"{name}: navigations with an error", found.errors, "must be", 0, none),
        figure(f"{name}: visitors who saw one", found.saw_error, "came", found.came),
        figure(f"{name}: have a place", len(found.placed), "came", found.came, exact),
        figure(f"{name}: first place after", found.placed[0], unit=" s", digits=1),
        figure(f"{name}: half have one after", median(found.placed), unit=" s", digits=1),
        figure(last_name, last, "API's time", allowed, once, unit=" s", digits=1),
        figure(last_name, last, "joins only", joins, unit=" s", digits=1),
        figure(f"{name}: requests that the API refused", found.refused, "answered", found.answered),
        figure(f"{name}: visitors asked to wait", found.asked_to_wait, "came", found.came),
        figure(f"{name}: different tickets", found.tickets, "came", found.came, exact),
        figure(f"{name}: in the queue or the table", found.kept, "came", found.came, exact),
        figure(f"{name}: left after destroy", found.leftover, "must be", 0, EQUAL),
    ]


def report(visitors: int, requests: int) -> Report:
    with_edge = first_second(visitors, requests, GIVE_UP_SECONDS, edge=True)
    without = first_second(visitors, requests, with_edge.ended, edge=False)
    figures = [
        *_figures("edge", with_edge, requests, has_goals=True),
        *_figures("no edge", without, requests, has_goals=False),
        figure("no edge: errors seen", without.errors, "at least", 1, at_least(1)),
    ]
    calm = "said that many people are arriving"
    note = f"Of {with_edge.browsers} Chromium at the edge, {with_edge.calmed} {calm}."
    title = f"{visitors:,} come in a second, and the API answers {requests}"
    return Report(title, figures, [note])


if __name__ == "__main__":
    run(report, __doc__, visitors=1_000, requests=20)
