"""What does an event cost, and a room when nobody is there, beside the peers?

    python -m tests.benchmarks.cost [--region eu-west-1]

100,000 visitors come within a minute, and are let through at such a rate that they wait for half an
hour on average. The npm package of 2021 is compared by the polling that it documents: each visitor
asks every 20 seconds, by way of a REST API at $3.50 a million. Its other costs are not counted. The
solution that AWS offers is compared by the $13 a day that AWS states for it while it is idle. All
of this is simulated, at list prices: nothing was measured on AWS, and nothing here depends on the
machine.

Then a million visitors wait for an hour on average, in a room with an edge and in one without:
their requests by kind, what these cost, and the whole event. News is what an edge costs most.
"""

from statistics import fmean

from beekeeper.costs.estimate import estimate
from beekeeper.costs.prices import FALLBACK, listed_prices
from beekeeper.costs.result import CostLine
from beekeeper.simulation.whatif import simulate
from tests.benchmarks import kinds
from tests.benchmarks.figures import Figure, Report, at_most, figure, run

VISITORS, WAIT_MINUTES = 100_000, 30.0
# They come within a minute, and the last of them waits for an hour.
RATE = VISITORS / (2 * WAIT_MINUTES + 1)
NPM_POLL_SECONDS, NPM_USD_A_REQUEST = 20, 3.50 / 1e6
# Beside its polls: the campaign link, the page, and the way in.
NPM_OTHER_REQUESTS = 3
AWS_SOLUTION_USD_A_DAY = 13.0
EVENT_GOAL, REQUESTS_GOAL, IDLE_GOAL = 0.095, 0.21, 0.02


def line_of(line: CostLine) -> Figure:
    name = f"of which {line.service}, {line.what}"
    return figure(name, line.usd, unit="$", digits=3)


def report(region: str) -> Report:
    event, cost = simulate(VISITORS, rate=RATE), estimate(VISITORS, rate=RATE, region=region)
    mean_seconds = fmean(event.wait_percentiles)
    polls = mean_seconds / NPM_POLL_SECONDS
    npm_usd = VISITORS * polls * NPM_USD_A_REQUEST
    npm, solution = "npm package's polls", "AWS's solution"
    idle = {"on": cost.idle_usd_per_day, "off": cost.off_usd_per_day}
    figures = [
        figure("mean wait", mean_seconds / 60, unit=" min", digits=1),
        figure("requests of a visitor", event.requests_per_visitor, npm,
               polls + NPM_OTHER_REQUESTS, at_most(REQUESTS_GOAL), digits=1),
        figure("the event", cost.event_usd, npm, npm_usd, at_most(EVENT_GOAL),
               unit="$", digits=2),
        *map(line_of, sorted(cost.event, key=lambda line: -line.usd)),
        *(
            figure(f"a day with nobody there, room {mode}", usd, solution, AWS_SOLUTION_USD_A_DAY,
                   at_most(IDLE_GOAL), unit="$", digits=3)
            for mode, usd in idle.items()
        ),
        *kinds.request_figures(),
        *kinds.cost_figures(listed_prices(region)),
    ]  # fmt: skip
    title = f"Cost of {VISITORS:,} visitors, {RATE:,.0f} a minute, in {cost.region}"
    return Report(title, figures, [f"Prices: {cost.prices}.", *cost.notes])


if __name__ == "__main__":
    run(report, __doc__, region=FALLBACK)
