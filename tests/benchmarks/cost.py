"""What an event costs, and a room when nobody is there, beside the peers.

    python -m tests.benchmarks.cost [--region eu-west-1]

100,000 visitors come in one minute, and are let through at such a rate that they wait for half an
hour in the mean. The npm original's polling alone, every 20 seconds by way of a REST API (3.50
dollars a million), cost 31.50 dollars for as much waiting; AWS's own solution 13 dollars a day
while idle. Simulated, at list prices: nothing is measured on AWS. Exits with 1 when a goal is
missed.
"""

import argparse
import sys

from rich.console import Console

from beekeeper.costs.estimate import estimate
from beekeeper.costs.prices import FALLBACK
from beekeeper.simulation.whatif import simulate
from tests.benchmarks.figures import Figure, at_most, show

VISITORS, WAIT_MINUTES = 100_000, 30.0
# They come within a minute, and the last of them waits for an hour.
RATE = VISITORS / (2 * WAIT_MINUTES + 1)
GOAL_USD = 3.0
NPM, AWS_SOLUTION = "31.50 (npm, polling alone)", "13 (AWS's solution)"


def main() -> int:
    """Print the figures; return 1 when a goal was missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--region", default=FALLBACK)
    region = parser.parse_args().region
    event, cost = simulate(VISITORS, rate=RATE), estimate(VISITORS, rate=RATE, region=region)
    waits = event.wait_percentiles
    mean = sum(waits) / len(waits) / 60
    lines = [
        Figure(
            f"  {line.service}, {line.what}",
            f"{line.usd:.3f}",
            f"{line.quantity:,.{0 if line.quantity > 100 else 4}f}",
        )
        for line in sorted(cost.event, key=lambda line: -line.usd)
    ]
    figures = [
        Figure("wait in the mean, minutes", f"{mean:.1f}", "", "30", abs(mean - WAIT_MINUTES) < 1),
        Figure("requests a visitor", f"{event.requests_per_visitor:.1f}", "93 (npm)"),
        at_most("the event, USD", cost.event_usd, GOAL_USD, "", NPM, digits=2),
        *lines,
        Figure("on and nobody there, USD a day", f"{cost.idle_usd_per_day:.3f}", AWS_SOLUTION),
        Figure("off, USD a day", f"{cost.off_usd_per_day:.3f}", AWS_SOLUTION),
    ]
    missed = show(f"{VISITORS:,} visitors, {RATE:,.0f} a minute, in {cost.region}", figures)
    for note in (f"Prices: {cost.prices}.", *cost.notes):
        Console().print(note)
    return missed


if __name__ == "__main__":
    sys.exit(main())
