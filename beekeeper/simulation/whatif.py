"""``beekeeper.simulate``: shows what an event will be like, before the day.

It works in two passes. The first simulates the line as a whole, which gives every visitor's turn
(flow.py). The second simulates a sample of visitors with the pulses that the line published
(visitors.py). Nothing here uses AWS.
"""

import math
import random
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from beekeeper.errors import ConfigError
from beekeeper.rules import polling, sizing
from beekeeper.rules.settings import Mode, Settings
from beekeeper.simulation import crowd, limits
from beekeeper.simulation.event import Series
from beekeeper.simulation.flow import Flow, run_line
from beekeeper.simulation.governed import governed
from beekeeper.simulation.metering import Meter, usage
from beekeeper.simulation.outcome import Simulation
from beekeeper.simulation.visitors import asks, sample

MAX_VISITORS = 100_000_000
# The link, the page, and the page's first question, which the meter does not count among the polls.
FIRST_REQUESTS = sizing.REQUESTS_PER_ARRIVAL + 1
# Enough for a random error of 2 % in a point of the series. If each visitor waits for days, the
# sample is smaller.
SAMPLED_POLLS, MIN_SAMPLED, MAX_SAMPLED = 250_000, 500, 20_000
POINTS = 240
SPANS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200)

Arrivals = str | Path | Sequence[float]


def simulate(
    visitors: int | None = None,
    *,
    rate: float,
    arrivals: Arrivals = "burst",
    over_minutes: float | None = None,
    abandonment: float = 0.0,
    no_shows: float = 0.0,
    disorder: float = 0.0,
    destination_capacity: float | None = None,
    seed: int = 1,
) -> Simulation:
    """Return what an event is like: waits, requests, quotas. Does not use AWS.

    ``rate`` is visitors per minute. ``arrivals`` says when the visitors come:

    - ``"burst"``: evenly, within one minute
    - ``"campaign"``: a sharp start that decays within an hour
    - a CSV file, or a sequence, with the arrivals of each minute

    ``over_minutes`` sets the length of the first two. ``visitors`` is optional with arrivals for
    each minute, which are otherwise scaled to it. ``abandonment`` is the share (0 to 1) of visitors
    who leave while they wait. ``no_shows`` is the share of the others who don't enter when it is
    their turn. ``disorder`` is the share of the places ahead by which the queue can misplace a
    ticket. ``destination_capacity`` is how many visitors a minute the destination can bear; with it
    the result tells what it serves with the governor and without. The same ``seed`` gives the same
    event. Raises ConfigError.

    >>> simulate(1_200, rate=600).longest_wait_seconds < 90
    True
    """
    came, name = _curve(visitors, arrivals, over_minutes)
    _check(sum(came), len(came), rate, abandonment, no_shows, disorder)
    _check_capacity(destination_capacity)
    settings = Settings(Mode.ON, float(rate), "https://destination.example/")
    present = (1 - abandonment) * (1 - no_shows)
    flow = run_line(came, settings, present, disorder, seed)
    meter = _meter(flow, abandonment, no_shows, seed)
    event = _outcome(flow, meter, came, name, (abandonment, no_shows))
    if destination_capacity is None:
        return event
    enter = [visitors * present for visitors in came]
    return replace(event, destination=governed(destination_capacity, float(rate), enter, seed))


def _check_capacity(capacity: float | None) -> None:
    if capacity is not None and not 1 <= capacity <= sizing.MAX_RATE_PER_MINUTE:
        most = sizing.MAX_RATE_PER_MINUTE
        raise ConfigError(
            f"destination_capacity = {capacity:g}: use 1 to {most:,} visitors per minute."
        )


def _curve(
    visitors: int | None, arrivals: Arrivals, over_minutes: float | None
) -> tuple[list[int], str]:
    if isinstance(arrivals, str) and arrivals in crowd.CURVES:
        if visitors is None or not 1 <= visitors <= MAX_VISITORS:
            raise ConfigError(f"visitors = {visitors}: use 1 to {MAX_VISITORS:,}.")
        usual = crowd.BURST_MINUTES if arrivals == "burst" else crowd.CAMPAIGN_MINUTES
        minutes = usual if over_minutes is None else over_minutes
        if not 0 < minutes <= crowd.MAX_MINUTES:
            raise ConfigError(f"over = {minutes:g} minutes: use up to {crowd.MAX_MINUTES:,}.")
        curve = crowd.burst if arrivals == "burst" else crowd.campaign
        return curve(visitors, minutes), f"{arrivals} over {minutes:g} min"
    if over_minutes is not None:
        raise ConfigError(
            "over works only with burst and campaign. Arrivals for each minute have a fixed length."
        )
    if isinstance(arrivals, str | Path):
        return crowd.by_minute(crowd.read_minutes(arrivals), visitors), str(arrivals)
    if not arrivals or min(arrivals) < 0 or not 0 < sum(arrivals) < math.inf:
        raise ConfigError("arrivals: use burst, campaign, or the arrivals of each minute.")
    return crowd.by_minute(arrivals, visitors), f"{len(arrivals)} min"


def _check(
    visitors: int, seconds: int, rate: float, abandonment: float, no_shows: float, disorder: float
) -> None:
    if not 1 <= visitors <= MAX_VISITORS:
        raise ConfigError(f"visitors = {visitors:,}: use 1 to {MAX_VISITORS:,}.")
    if not 1 <= rate <= sizing.MAX_RATE_PER_MINUTE:
        most = sizing.MAX_RATE_PER_MINUTE
        raise ConfigError(f"rate = {rate:g}: use 1 to {most:,} visitors per minute.")
    shares = {"abandonment": abandonment, "no_shows": no_shows, "disorder": disorder}
    for name, share in shares.items():
        if not 0 <= share <= 1:
            raise ConfigError(f"{name} = {share:g}: use a share from 0 to 1, such as 0.2.")
    days = (seconds / 60 + visitors / rate) / (24 * 60)
    if days > crowd.MAX_DAYS:
        raise ConfigError(
            f"At {rate:g} visitors a minute the line would last for {days:,.0f} days, but tickets"
            f" are valid for only {crowd.MAX_DAYS}. Use a higher rate, or fewer visitors."
        )


def _meter(flow: Flow, abandonment: float, no_shows: float, seed: int) -> Meter:
    total = round(flow.arrived[-1])
    # A visitor asks about ten times near the front, and once in four minutes before that.
    each = 12 + flow.longest_wait() / polling.MAX_SECONDS / 2
    count = min(total, max(MIN_SAMPLED, min(MAX_SAMPLED, int(SAMPLED_POLLS / each))))
    span = next((s for s in SPANS if flow.seconds <= s * POINTS), SPANS[-1])
    meter = Meter(total / count, span)
    chance = random.Random(seed)  # noqa: S311 - no secret
    for visitor in sample(flow, count, abandonment, no_shows, chance):
        meter.count(visitor, asks(visitor, flow.settings, flow.pulse_for, chance))
    return meter


def _outcome(
    flow: Flow, meter: Meter, came: Sequence[int], name: str, shares: tuple[float, float]
) -> Simulation:
    series, peak = _series(flow, meter, came)
    used, rate = usage(flow, meter, series.requests), flow.settings.rate
    visitors, concurrent = sum(came), sizing.concurrent_executions(peak)
    return Simulation(
        visitors=visitors,
        rate=rate,
        arrivals=name,
        abandonment=shares[0],
        no_shows=shares[1],
        seconds=float(flow.seconds),
        longest_wait_seconds=round(flow.longest_wait(), 1),
        wait_percentiles=_percentiles(meter.waits),
        peak_waiting=max(series.waiting),
        entered=meter.people("entered"),
        left=meter.people("left"),
        stayed_away=meter.people("stayed away"),
        expired=meter.people("expired"),
        requests_per_visitor=round(used.api_requests / visitors, 2),
        peak_requests_per_second=round(peak, 1),
        concurrent_executions=concurrent,
        seen_late_seconds=_percentiles(meter.seen_late)[95],
        usage=used,
        findings=limits.findings(peak, concurrent, flow.settings, used, max(came)),
        series=series,
    )


def _series(flow: Flow, meter: Meter, came: Sequence[int]) -> tuple[Series, float]:
    """Return the series, and the requests of the busiest second.

    Arrivals are known to the second, and each makes FIRST_REQUESTS. The questions of waiting pages
    are spread evenly within a span.
    """
    span, ends = meter.span, range(meter.span, flow.seconds + meter.span, meter.span)
    last, visitors = flow.seconds - 1, sum(came)
    arrived = [flow.arrived[min(end - 1, last)] for end in ends]
    admitted = [flow.admitted[min(end - 1, last)] for end in ends]
    # An admitted visitor goes in within two seconds, or not at all.
    entered = [n * meter.people("entered") / visitors for n in admitted]
    arrivals, entries = _each(arrived), _each(entered)
    asked = [(meter.polls[i] * meter.weight + entries[i]) / span for i in range(len(ends))]
    busiest = [max(came[end - span : end], default=0) for end in ends]
    peak = max(FIRST_REQUESTS * most + polls for most, polls in zip(busiest, asked, strict=True))
    waiting = [round(a - b) for a, b in zip(arrived, admitted, strict=True)]
    first = [FIRST_REQUESTS * each / span for each in arrivals]
    requests = [round(a + b, 1) for a, b in zip(first, asked, strict=True)]
    return Series(span, arrivals, waiting, _each(admitted), entries, requests), peak


def _each(totals: Sequence[float]) -> list[int]:
    """Return how much each span adds to a total."""
    whole = [0, *(round(total) for total in totals)]
    return [after - before for before, after in pairwise(whole)]


def _percentiles(values: Sequence[float]) -> list[float]:
    """Return the percentiles from 0 to 100."""
    ordered = sorted(values) or [0.0]
    return [round(ordered[min(len(ordered) - 1, i * len(ordered) // 100)], 1) for i in range(101)]
