"""A million visitors who wait for an hour on average: what they ask by kind, and what that costs.

``polling`` and ``cost`` print it, for a room with an edge beside one without.
"""

from collections.abc import Sequence
from functools import cache

from beekeeper.costs.estimate import priced
from beekeeper.costs.prices import Prices
from beekeeper.simulation import metering
from beekeeper.simulation.outcome import Simulation
from beekeeper.simulation.usage import Usage
from beekeeper.simulation.whatif import simulate
from tests.benchmarks.figures import Figure, at_most, figure

VISITORS, WAIT_MINUTES = 1_000_000, 60
# They come within a minute, and the last of them waits for two hours.
RATE = VISITORS / (2 * WAIT_MINUTES)
WITHOUT = "without an edge"
KINDS = ("page", "join", "refused", "turn", "enter", "news")
TITLE = f"{VISITORS:,} wait {WAIT_MINUTES} min, with an edge"


@cache
def event(*, edge: bool) -> Simulation:
    return simulate(VISITORS, rate=RATE, edge=edge)


def request_figures() -> list[Figure]:
    """Return how many requests of each kind there are. The API must get no more than without."""
    ours, without = event(edge=True), event(edge=False)
    kinds = [
        _beside(f"{TITLE}: {kind}", getattr(ours.requests, kind), getattr(without.requests, kind))
        for kind in KINDS
    ]
    edge = figure(f"{TITLE}: requests to CloudFront", ours.usage.edge_requests)
    api = figure(f"{TITLE}: requests to the API", ours.usage.api_requests, WITHOUT,
                 without.usage.api_requests, at_most(1))  # fmt: skip
    return [*kinds, edge, api]


def cost_figures(prices: Prices) -> list[Figure]:
    """Return what the requests of each kind cost, and the whole event."""
    both = [event(edge=edge) for edge in (True, False)]
    of_kinds = [[_usd(_only(kind, each), prices) for each in both] for kind in KINDS]
    kinds = [
        _beside(f"{TITLE}: cost of {kind}", ours, without, unit="$", digits=2)
        for kind, (ours, without) in zip(KINDS, of_kinds, strict=True)
    ]
    ours, without = (_usd(each.usage, prices) for each in both)
    whole = figure(f"{TITLE}: cost of the event", ours, WITHOUT, without, unit="$", digits=2)
    return [*kinds, whole]


def _beside(name: str, ours: float, without: float, *, unit: str = "", digits: int = 0) -> Figure:
    """Return a figure beside that without an edge, if that has such requests at all."""
    limit = (WITHOUT, without) if without else ("", ())
    return figure(name, ours, *limit, unit=unit, digits=digits)


def _usd(usage: Usage, prices: Prices) -> float:
    return priced(usage, prices, visitors=VISITORS, rate=RATE).event_usd


def _only(kind: str, of: Simulation) -> Usage:
    """Return the usage of the requests of one kind: of CloudFront, the API and its functions."""
    count = getattr(of.requests, kind)
    passed_on = {
        "page": 0 if of.edge else count,
        "refused": 0,
        "news": metering.news_of_functions(count, of.seconds),
    }.get(kind, count)
    sent, room, producer = count * _bytes(kind, edge=of.edge), kind == "page", kind == "join"
    return Usage(
        seconds=0,
        api_requests=passed_on,
        producer_requests=passed_on if producer else 0,
        room_requests=passed_on if room else 0,
        turnstile_requests=0 if producer or room else passed_on,
        consumer_seconds=0,
        queue_sends=0,
        queue_receives=0,
        queue_deletes=0,
        table_write_units=0,
        table_read_units=0,
        bytes_out=0 if of.edge else sent,
        edge_requests=count if of.edge else 0,
        edge_bytes_out=sent if of.edge else 0,
        edge_functions=count if of.edge and room else 0,
    )


def _bytes(kind: str, *, edge: bool) -> int:
    sizes: Sequence[int] = (
        metering.PAGE_BYTES,
        metering.JOIN_BYTES if edge else metering.REDIRECT_BYTES,
        metering.REFUSED_BYTES,
        metering.TURN_BYTES,
        metering.ENTER_BYTES,
        metering.NEWS_BYTES,
    )
    return dict(zip(KINDS, sizes, strict=True))[kind]
