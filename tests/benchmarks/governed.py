"""Does the governor keep a site at work that can't bear the rate, and what happens without it?

    python -m tests.benchmarks.governed [--seeds 5]

Three kinds of simulated sites (beekeeper/simulation/destination.py) bear 200 to 6,000 visitors a
minute. The rate is 1.05 to 10 times that, and the line never gets empty. Each runs for 150 minutes.
Nobody knows at first what a site bears, so the first overload is felt. The first hour is therefore
counted for itself. A site has collapsed in a minute in which it serves less than half of what it
bears. Visitors stay for three minutes, where nothing else is said.
"""

from collections.abc import Iterator, Sequence
from itertools import product
from statistics import mean

from beekeeper.simulation.destination import Database, Destination, Pool, Servers
from tests.benchmarks.figures import EQUAL, Figure, Goal, Report, at_least, at_most, figure, run
from tests.support.saturated import shares, with_governor, without_governor

Shares = Sequence[float]
SITES: tuple[type[Destination], ...] = (Servers, Pool, Database)
CAPACITIES, RATES = (200.0, 600.0, 1_500.0, 6_000.0), (1.05, 1.2, 1.5, 2.0, 3.0, 10.0)
MINUTES, FIRST, HALF_HOUR = 150, 60, 30
COLLAPSED = 0.5
HEADROOM = 1.2
FEW = {6: 40.0, 18: 120.0}  # requests at a time -> what such a site bears
FAR_TOO_MUCH = (40.0, 100.0)
OTHER_STAYS = {1: 0.9, 6: 0.9, 10: None}  # minutes -> the goal


def governed(
    kind: type[Destination],
    seeds: int,
    capacities: Shares = CAPACITIES,
    rates: Shares = RATES,
    stay_minutes: float = 3.0,
) -> list[Shares]:
    """Return what sites of a kind serve with the governor, one list of minutes for each run."""
    found: list[Shares] = []
    for capacity, rate, seed in product(capacities, rates, range(seeds)):
        site = kind(capacity, 60 * stay_minutes)
        found.append(shares(site, with_governor(site, rate * capacity, seed, MINUTES)))
    return found


def worst_half_hour(runs: Sequence[Shares]) -> float:
    starts = range(FIRST, MINUTES, HALF_HOUR)
    return min(mean(run[start : start + HALF_HOUR]) for run in runs for start in starts)


def later(runs: Sequence[Shares]) -> float:
    return mean(mean(run[FIRST:]) for run in runs)


def best_without(kind: type[Destination]) -> float:
    """Return the most that a site serves without the governor, at any rate."""
    sites = [(kind(capacity), rate * capacity) for capacity in CAPACITIES for rate in RATES]
    return max(later([shares(site, without_governor(site, rate, MINUTES))]) for site, rate in sites)


def lowest_pace(kind: type[Destination], seeds: int) -> float:
    """Return the lowest pace of a site that bears more than the rate, as a share of it."""
    runs = product(CAPACITIES, range(seeds))
    paces = (
        minute.pace / (capacity / HEADROOM)
        for capacity, seed in runs
        for minute in with_governor(kind(capacity), capacity / HEADROOM, seed, MINUTES)
    )
    return min(paces)


def percent(
    name: str, ours: float, what: str = "", limit: float | Shares = (), goal: Goal | None = None
) -> Figure:
    return figure(name, 100 * ours, what, limit, goal, unit=" %", digits=1)


def of_kind(kind: type[Destination], seeds: int) -> Iterator[Figure]:
    """Yield the figures of one kind of site."""
    name, runs = kind.__name__, governed(kind, seeds)
    worst, least = worst_half_hour(runs), min(min(run[FIRST:]) for run in runs)
    down = [sum(share < COLLAPSED for share in run[:FIRST]) for run in runs]
    yield percent(f"{name}: served, worst half hour", worst, "it bears", 100.0, at_least(0.9))
    yield percent(f"{name}: served, mean", later(runs), "it bears", 100.0, at_least(0.9))
    yield percent(f"{name}: served, worst minute", least, "a collapse", 50.0, at_least(1))
    yield figure(f"{name}: minutes below half in the first hour, mean", mean(down), digits=1)
    yield figure(f"{name}: minutes below half in the first hour, most", max(down))
    without = best_without(kind)
    yield percent(f"{name}: served without, best", without, "with it", 100 * worst, at_most(0.75))
    pace = lowest_pace(kind, seeds)
    yield percent(f"{name}: lowest pace if it bears 20 % more", pace, "the rate", 100.0, EQUAL)


def of_other_sites(kind: type[Destination], seeds: int) -> Iterator[Figure]:
    """Yield figures of visitors who stay for less or longer, and of rates that are absurd."""
    name, one = kind.__name__, CAPACITIES[1:2]
    for stay, goal in OTHER_STAYS.items():
        served = later(governed(kind, seeds, one, stay_minutes=stay))
        least = at_least(goal) if goal else None
        yield percent(f"{name}, stay of {stay} min: served, mean", served, "it bears", 100.0, least)
    for rate in FAR_TOO_MUCH:
        served = later(governed(kind, seeds, one, (rate,)))
        yield percent(f"{name}: served at {rate:.0f} times, mean", served)


def measure(seeds: int) -> list[Figure]:
    found = [each for kind in SITES for each in of_kind(kind, seeds)]
    found += [each for kind in SITES for each in of_other_sites(kind, seeds)]
    for servers, capacity in FEW.items():
        least = worst_half_hour(governed(Servers, seeds, (capacity,)))
        found.append(percent(f"{servers} requests at a time: served, worst half hour", least))
    return found


def report(seeds: int) -> Report:
    return Report("What sites serve that can't bear the rate, with the governor", measure(seeds))


if __name__ == "__main__":
    run(report, __doc__, seeds=5)
