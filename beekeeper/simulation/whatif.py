"""``beekeeper.simulate``: shows what an event will be like, before the day.

It works in two passes. The first simulates the line as a whole, which gives every visitor's turn
(flow.py). The second simulates a sample of visitors with the pulses that the line published
(visitors.py). Nothing here uses AWS.
"""

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

from beekeeper.contract.asking import BACK_OFF
from beekeeper.errors import ConfigError
from beekeeper.rules import polling, sizing
from beekeeper.rules.first_second import FirstSecond, first_second
from beekeeper.rules.joining import Joined, Limits, joined
from beekeeper.rules.line import Pulse
from beekeeper.rules.news import LEAST_NEWS_SECONDS, MOST_NEWS_SECONDS, NEWS_SECONDS
from beekeeper.rules.quotas import USUAL, Account
from beekeeper.rules.settings import Mode, Settings
from beekeeper.simulation import crowd, limits
from beekeeper.simulation.event import Series
from beekeeper.simulation.flow import Flow, run_line
from beekeeper.simulation.governed import governed
from beekeeper.simulation.metering import Meter, asked, news_of_functions, usage
from beekeeper.simulation.outcome import Simulation
from beekeeper.simulation.visitors import asks, sample

MAX_VISITORS = 100_000_000
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
    edge: bool = False,
    news_seconds: int = NEWS_SECONDS,
    account: Account = USUAL,
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
    the result tells what it serves with the governor and without. ``edge`` and ``news_seconds`` are
    those of the configuration: with an edge, pages ask for their place, and again if the API has
    more to do than the quotas allow. ``account`` has the quotas, by default those of AWS. The same
    ``seed`` gives the same event. Raises ConfigError.

    >>> simulate(1_200, rate=600).longest_wait_seconds < 90
    True
    """
    came, name = _curve(visitors, arrivals, over_minutes)
    _check(sum(came), len(came), rate, abandonment, no_shows, disorder)
    _check_capacity(destination_capacity)
    settings = _settings(rate, account, edge=edge, news_seconds=news_seconds)
    present = (1 - abandonment) * (1 - no_shows)
    places = joined(came, Limits(account), BACK_OFF) if edge else Joined(came, len(came), 0)
    in_line = crowd.whole(places.by_second, sum(came)) if edge else came
    flow = run_line(in_line, settings, present, disorder, seed)
    meter = _meter(flow, abandonment, no_shows, seed)
    crowds = _Crowds(came, in_line, places.refused)
    event = _outcome(flow, meter, crowds, name, (abandonment, no_shows), account)
    if destination_capacity is None:
        return event
    enter = [visitors * present for visitors in came]
    return replace(event, destination=governed(destination_capacity, float(rate), enter, seed))


@dataclass(frozen=True, slots=True)
class _Crowds:
    """Who comes, and who gets a place, in each second; and how often a place was refused."""

    came: Sequence[int]
    in_line: Sequence[int]
    refused: float


def _settings(rate: float, account: Account, *, edge: bool, news_seconds: int) -> Settings:
    least, most = LEAST_NEWS_SECONDS, MOST_NEWS_SECONDS
    if not least <= news_seconds <= most:
        raise ConfigError(f"news_seconds = {news_seconds}: use {least} to {most:,} seconds.")
    return Settings(
        Mode.ON,
        float(rate),
        "https://destination.example/",
        polls_per_second=polling.budget_of(account),
        news_seconds=news_seconds if edge else 0,
    )


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
    meter = Meter(total / count, span, flow.settings.news_seconds)
    chance = random.Random(seed)  # noqa: S311 - no secret
    for visitor in sample(flow, count, abandonment, no_shows, chance):
        meter.count(visitor, asks(visitor, flow.settings, flow.pulse_for, chance))
    return meter


def _outcome(
    flow: Flow,
    meter: Meter,
    crowds: _Crowds,
    name: str,
    shares: tuple[float, float],
    account: Account,
) -> Simulation:
    settings, visitors = flow.settings, sum(crowds.came)
    edge, requests = bool(settings.news_seconds), asked(flow, meter, crowds.refused)
    series, peak = _series(flow, meter, crowds.in_line, requests.news)
    used = usage(flow, meter, requests, series.requests, edge=edge)
    concurrent, first = sizing.concurrent_executions(peak), _first_second(crowds.came, account)
    busiest = max(crowds.in_line)
    return Simulation(
        visitors=visitors,
        rate=settings.rate,
        arrivals=name,
        abandonment=shares[0],
        no_shows=shares[1],
        **_waiting(flow, meter, series),
        **_ends(meter),
        requests_per_visitor=round(used.api_requests / visitors, 2),
        peak_requests_per_second=round(peak, 1),
        concurrent_executions=concurrent,
        edge=edge,
        first_second=first,
        requests=requests,
        usage=used,
        findings=limits.findings(peak, concurrent, settings, used, busiest, first, account),
        series=series,
    )


def _first_second(came: Sequence[int], account: Account) -> FirstSecond:
    minute = crowd.busiest_minute(came)
    return first_second(minute, Limits(account), BACK_OFF, busiest_second=max(came))


def _waiting(flow: Flow, meter: Meter, series: Series) -> dict[str, Any]:
    longest = Pulse(waiting=max(series.waiting))
    return {
        "seconds": float(flow.seconds),
        "longest_wait_seconds": round(flow.longest_wait(), 1),
        "wait_percentiles": _percentiles(meter.waits),
        "peak_waiting": longest.waiting,
        "seen_late_seconds": _percentiles(meter.seen_late)[95],
        "heard_within_seconds": round(flow.settings.heard_within_seconds(longest), 1),
    }


def _ends(meter: Meter) -> dict[str, Any]:
    ends = ("entered", "left", "stayed away", "expired")
    return {end.replace(" ", "_"): meter.people(end) for end in ends}


def _series(flow: Flow, meter: Meter, came: Sequence[int], news: int) -> tuple[Series, float]:
    """Return the series, and the requests of the busiest second.

    Arrivals are known to the second, and each makes its first requests in it. The questions of
    waiting pages are spread evenly within a span.
    """
    # The meter does not count a page's first question among the polls.
    at_first = sizing.first_requests(edge=bool(meter.news_seconds))
    span, ends = meter.span, range(meter.span, flow.seconds + meter.span, meter.span)
    last, visitors = flow.seconds - 1, sum(came)
    arrived = [flow.arrived[min(end - 1, last)] for end in ends]
    admitted = [flow.admitted[min(end - 1, last)] for end in ends]
    # An admitted visitor goes in within two seconds, or not at all.
    entered = [n * meter.people("entered") / visitors for n in admitted]
    arrivals, entries = _each(arrived), _each(entered)
    told = news_of_functions(news, flow.seconds) / flow.seconds
    asked = [(meter.polls[i] * meter.weight + entries[i]) / span + told for i in range(len(ends))]
    busiest = [max(came[end - span : end], default=0) for end in ends]
    peak = max(at_first * most + polls for most, polls in zip(busiest, asked, strict=True))
    waiting = [round(a - b) for a, b in zip(arrived, admitted, strict=True)]
    first = [at_first * each / span for each in arrivals]
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
