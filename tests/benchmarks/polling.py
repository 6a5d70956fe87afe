"""What do waiting visitors ask of the API, beside a fixed poll every 20 s (the npm package's)?

    python -m tests.benchmarks.polling

Everybody comes within the first minute, evenly, and asks once at once. That minute is the
campaign's doing, not the polls', so it is left out of the peak. The rate is such that a million
visitors are let through in an hour (16,667 a minute), so the last of 10^4 waits for half a minute,
and the last of 10^7 for ten hours. All requests to the API count: the campaign link, the page, the
polls, and those who go in. Both kinds of poll have the same crowd.

The last figures are the requests by kind of a room with an edge, beside one without.

Only the time that a simulation takes depends on the machine. It is compared with drawing one random
number for each visitor, which is the least that a simulation of each visitor would do.
"""

import random
from collections.abc import Sequence
from functools import partial

from beekeeper.contract.asking import ASKING
from beekeeper.rules.polling import BUDGET_PER_SECOND
from beekeeper.simulation.outcome import Simulation
from beekeeper.simulation.whatif import simulate
from tests.benchmarks import kinds
from tests.benchmarks.figures import Figure, Report, at_most, figure, run
from tests.benchmarks.rounds import clocked, in_turns

RATE = 1_000_000 / 60
CROWDS = (10_000, 100_000, 1_000_000, 10_000_000)
FIXED_SECONDS = 20
LINK_PAGE_ENTER = 3
FIXED = f"fixed {FIXED_SECONDS} s"
PEAK_GOAL, HOUR_GOAL, HALF_HOUR_GOAL = 0.01, 0.16, 0.21
SEEN_LATE_SECONDS = 5
SIMULATED_GOAL, ROUNDS = 15, 3


def peak(event: Simulation) -> float:
    """Return the most requests a second in any span after the minute in which all come."""
    first = -(-60 // event.series.seconds)
    return max(event.series.requests[first:], default=0.0)


def fixed_peak(event: Simulation) -> float:
    """Return the same of a fixed poll: everybody every 20 s, and those who go in."""
    return event.peak_waiting / FIXED_SECONDS + event.rate / 60


def fixed_requests(event: Simulation) -> float:
    """Return all requests of a fixed poll: the area under the curve of those who wait."""
    polls = sum(event.series.waiting) * event.series.seconds / FIXED_SECONDS
    return polls + (LINK_PAGE_ENTER + 1) * event.visitors


def crowd_figures(event: Simulation) -> list[Figure]:
    """Return what a crowd asks, for information."""
    name, asked = f"{event.visitors:,} come", event.usage.api_requests / event.visitors
    fixed = fixed_requests(event) / event.visitors
    return [
        figure(f"{name}: requests a second at the peak", peak(event), FIXED, fixed_peak(event)),
        figure(f"{name}: requests of a visitor", asked, FIXED, fixed, digits=1),
    ]


def waiting_figures(event: Simulation, mean_minutes: float, goal: float) -> Figure:
    """Return what a crowd asks that waits so long on average: the last of it waits twice that."""
    visitors = event.visitors
    asked, fixed = event.usage.api_requests / visitors, fixed_requests(event) / visitors
    name = f"{visitors:,} wait {mean_minutes:.0f} min on average: requests of a visitor"
    return figure(name, asked, FIXED, fixed, at_most(goal), digits=1)


def simulated() -> Figure:
    """Return the CPU time of simulating the largest crowd."""

    def draw() -> None:
        for _ in range(CROWDS[-1]):
            random.random()

    measures = {
        "simulated": partial(clocked, partial(simulate, CROWDS[-1], rate=RATE)),
        "drawn": partial(clocked, draw),
    }
    seconds = {
        name: [one.cpu_seconds for one in found]
        for name, found in in_turns(ROUNDS, measures).items()
    }
    name = f"{CROWDS[-1]:,} simulated, CPU"
    ours, least = seconds["simulated"], seconds["drawn"]
    limit = "a random number for each"
    return figure(name, ours, limit, least, at_most(SIMULATED_GOAL), unit=" s", digits=2)


def goals(events: Sequence[Simulation]) -> list[Figure]:
    largest, name = events[-1], f"{CROWDS[-1]:,} come: requests a second at the peak"
    late, lost = max(e.seen_late_seconds for e in events), sum(e.expired for e in events)
    once = at_most(1)
    return [
        figure(name, peak(largest), FIXED, fixed_peak(largest), at_most(PEAK_GOAL)),
        figure(name, peak(largest), "the budget", BUDGET_PER_SECOND, once),
        waiting_figures(kinds.event(edge=False), kinds.WAIT_MINUTES, HOUR_GOAL),
        waiting_figures(simulate(100_000, rate=100_000 / 60), 30, HALF_HOUR_GOAL),
        figure("after which 95 % see their turn", late, "stated", SEEN_LATE_SECONDS, once,
               unit=" s", digits=1),
        figure("visitors who lost their turn", lost, "must be", 0, once),
        simulated(),
    ]  # fmt: skip


def report() -> Report:
    events = [simulate(crowd, rate=RATE) for crowd in CROWDS]
    told = [one for event in events[:-1] for one in crowd_figures(event)]
    told.append(crowd_figures(events[-1])[1])
    title = f"Polls: all come within a minute, {RATE:,.0f} a minute are let through"
    longest = f"The page waits for at most {ASKING.longest_seconds:,.0f} s, whatever it is told."
    return Report(title, [*told, *goals(events), *kinds.request_figures()], [longest])


if __name__ == "__main__":
    run(report, __doc__)
