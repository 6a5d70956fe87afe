"""What do waiting visitors ask of the API, beside a fixed poll every 20 s (the npm original's)?

    python -m tests.benchmarks.polling

Arrivals: everybody comes within the first minute, evenly, and asks once at once; that minute is
the campaign's doing, not the polls', and is left out of the peak. The rate is such that a million
visitors are let through in an hour (16,667 a minute), so the last of 10^4 waits for half a minute,
and the last of 10^7 for ten hours. Counted are all requests to the API: the campaign link, the
page, the polls, and those who go in.
"""

import sys
import time
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from beekeeper.contract.asking import ASKING
from beekeeper.rules.polling import BUDGET_PER_SECOND
from beekeeper.simulation.outcome import Simulation
from beekeeper.simulation.whatif import simulate

RATE = 1_000_000 / 60
CROWDS = (10_000, 100_000, 1_000_000, 10_000_000)
FIXED_SECONDS = 20
LINK_PAGE_ENTER = 3


@dataclass(frozen=True)
class Goal:
    """What was to be reached, and what was."""

    text: str
    limit: float
    reached: float


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


def show(events: list[Simulation], seconds: list[float]) -> None:
    table = Table(title=f"All come within a minute; {RATE:,.0f} a minute are let through")
    for column in (
        "waiting", "last waits", "peak/s", "fixed", "requests", "fixed", "a visitor", "simulated",
    ):  # fmt: skip
        table.add_column(column, justify="right")
    for event, took in zip(events, seconds, strict=True):
        table.add_row(
            f"{event.visitors:,}",
            f"{event.longest_wait_seconds / 60:,.1f} min",
            f"{peak(event):,.0f}",
            f"{fixed_peak(event):,.0f}",
            f"{event.usage.api_requests / 1e6:,.2f} M",
            f"{fixed_requests(event) / 1e6:,.2f} M",
            f"{event.requests_per_visitor:.1f}",
            f"{took:.1f} s",
        )
    Console(width=100).print(table)


def goals(events: list[Simulation], seconds: list[float]) -> list[Goal]:
    # Mean waits of an hour, and of half an hour: the last waits for twice that.
    hour = simulate(1_000_000, rate=1_000_000 / 120)
    half = simulate(100_000, rate=100_000 / 60)
    return [
        Goal("requests a second at 10^7", BUDGET_PER_SECOND, peak(events[-1])),
        Goal("million requests of 10^6, an hour each", 30, hour.usage.api_requests / 1e6),
        Goal("requests a visitor of 10^5, half an hour each", 20, half.requests_per_visitor),
        Goal("seconds to simulate 10^7", 60, seconds[-1]),
        Goal(
            "seconds after which 95 % see their turn", 5, max(e.seen_late_seconds for e in events)
        ),
        Goal("visitors who lost their turn", 0, sum(e.expired for e in events)),
    ]


def main() -> int:
    events, seconds = [], []
    for crowd in CROWDS:
        started = time.process_time()
        events.append(simulate(crowd, rate=RATE))
        seconds.append(time.process_time() - started)
    show(events, seconds)
    print(f"The page waits for at most {ASKING.longest_seconds:,.0f} s, whatever it is told.")
    found = goals(events, seconds)
    for goal in found:
        verdict = "reached" if goal.reached <= goal.limit else "NOT REACHED"
        print(f"{verdict}: {goal.text}: {goal.reached:,.2f} of at most {goal.limit:,.0f}")
    return int(any(goal.reached > goal.limit for goal in found))


if __name__ == "__main__":
    sys.exit(main())
