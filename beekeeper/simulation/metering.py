"""Counts the requests of an event to AWS, from the line's flow and the sampled visitors."""

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import fmean

from beekeeper.contract.items import COUNT_SHARDS
from beekeeper.rules import cadence, polling, sizing
from beekeeper.rules.arrivals import SHARDS, SPAN_SECONDS, WRITES_AT_ONCE, WRITES_PER_SECOND
from beekeeper.rules.curve import SETTLED_SECONDS
from beekeeper.rules.flow import SAMPLE_SECONDS
from beekeeper.rules.line import Pulse
from beekeeper.rules.turn import State
from beekeeper.simulation.flow import START, Flow
from beekeeper.simulation.usage import Requests, Usage
from beekeeper.simulation.visitors import Ask, Visitor

# How many consumers of a worker run at once, on average. Consumers overlap.
CONSUMERS_AT_ONCE = cadence.CONSUMER_RUN_SECONDS / cadence.CONSUMER_START_SECONDS
# Bytes to a visitor with headers, in round figures: the redirect with its cookie, the compressed
# page (a test checks this figure), an answer of /turn, and the redirect with the pass.
REDIRECT_BYTES, PAGE_BYTES, TURN_BYTES, ENTER_BYTES = 1_000, 21_000, 650, 1_000
# With an edge: what answers a join, its refusal, and a question for news.
JOIN_BYTES, REFUSED_BYTES, NEWS_BYTES = 1_000, 400, 650
NEWS_SHARE = fmean(polling.NEWS_SHARES)
# CloudFront has so many regional caches, each of which asks for news by itself (CloudFront, "How
# CloudFront works with regional edge caches").
EDGE_CACHES = 13
# DynamoDB bills an eventually consistent read of up to 4 KB as half a unit. A strongly consistent
# read is one unit, and a write of up to 1 KB is one unit (AWS documentation, read/write capacity).
READ_UNIT_BYTES, WRITE_UNIT_BYTES = 4_096, 1_024
PULSE_BYTES, SAMPLE_BYTES = 1_240, 25  # the pulse's item without its curve, and each sample of that


@dataclass
class Meter:
    """What the sampled visitors did. Each of them stands for ``weight`` visitors."""

    weight: float
    span: int  # seconds of the series
    news_seconds: int = 0  # 0 without an edge
    news: int = 0
    polls: Counter[int] = field(default_factory=Counter)  # by span, without each visitor's first
    asked: int = 0
    lookups: int = 0
    waits: list[float] = field(default_factory=list)
    seen_late: list[float] = field(default_factory=list)
    ends: Counter[str] = field(default_factory=Counter)

    def count(self, visitor: Visitor, asked: Iterable[Ask]) -> None:
        """Count what one visitor did."""
        last = None
        for ask in asked:
            if last is not None:  # the first question is already counted with the arrival
                self.polls[int((ask.at - START) / self.span)] += 1
                self.news += self._news_between(ask.at - last.at)
            self.asked += 1
            self.lookups += ask.looked_up
            last = ask
        if last is None or last.turn.state is State.WAITING:
            self.ends["left"] += 1
            return
        self.waits.append(visitor.wait)
        self.seen_late.append(max(0.0, last.at - visitor.slot))
        if last.turn.state is State.EXPIRED:
            self.ends["expired"] += 1
        elif visitor.enters:
            self.ends["entered"] += 1
        else:
            self.ends["stayed away"] += 1

    def _news_between(self, seconds: float) -> int:
        """Return how often a page asks for news between two questions for its turn."""
        return int(seconds / (NEWS_SHARE * self.news_seconds)) if self.news_seconds else 0

    def people(self, what: str) -> int:
        """Return how many visitors had this end, such as ``entered``."""
        return round(self.ends[what] * self.weight)


def asked(flow: Flow, meter: Meter, refused: float) -> Requests:
    """Return what the visitors ask. ``refused`` is how often the API refused a place."""
    visitors = round(flow.arrived[-1])
    return Requests(
        page=visitors,
        join=visitors,
        refused=round(refused),
        turn=round(meter.asked * meter.weight),
        enter=meter.people("entered"),
        news=round(meter.news * meter.weight),
    )


def news_of_functions(news: int, seconds: float) -> int:
    """Return how many of the questions for news the edge passes on, because it keeps no answer."""
    return min(news, math.ceil(EDGE_CACHES * seconds / cadence.NEWS_CACHE_SECONDS))


def usage(
    flow: Flow, meter: Meter, requests: Requests, a_second: Iterable[float], *, edge: bool
) -> Usage:
    """Return the use of each service. ``a_second`` are API Gateway's requests, for each span."""
    visitors, entered = requests.join, requests.enter
    workers = sizing.workers_for(flow.settings.rate)
    calls, writes = _line_calls(flow), _line_writes(flow, workers)
    pages = 0 if edge else requests.page
    turnstile = requests.turn + entered + news_of_functions(requests.news, flow.seconds)
    return Usage(
        seconds=float(flow.seconds),
        api_requests=visitors + pages + turnstile,
        producer_requests=visitors,
        room_requests=pages,
        turnstile_requests=turnstile,
        consumer_seconds=flow.seconds * CONSUMERS_AT_ONCE * workers,
        queue_sends=visitors,
        # The first call of each tick waits for messages, even if there are none.
        queue_receives=calls + flow.seconds * workers,
        queue_deletes=calls,
        table_write_units=sizing.UNITS_PER_ADMISSION * visitors
        + sizing.UNITS_PER_ENTRY * entered
        + writes,
        table_read_units=math.ceil(
            _copies_read(flow, meter.span, a_second)
            + meter.lookups * meter.weight / 2
            + _line_reads(flow, workers, visitors)
        ),
        bytes_out=0 if edge else _bytes(requests, REDIRECT_BYTES),
        edge_requests=requests.total if edge else 0,
        edge_bytes_out=_bytes(requests, JOIN_BYTES) if edge else 0,
        edge_functions=requests.page if edge else 0,
    )


def _bytes(requests: Requests, join_bytes: int) -> int:
    """Return the bytes to visitors."""
    return (
        requests.page * PAGE_BYTES
        + requests.join * join_bytes
        + requests.refused * REFUSED_BYTES
        + requests.turn * TURN_BYTES
        + requests.enter * ENTER_BYTES
        + requests.news * NEWS_BYTES
    )


def _line_calls(flow: Flow) -> int:
    return sum(math.ceil(each / cadence.MESSAGES_PER_CALL) for each in _each(flow.admitted))


def _line_writes(flow: Flow, workers: int) -> int:
    """Return the write units: claims and counts in each tick, a pulse each second, and arrivals."""
    published = sum(_units(pulse, WRITE_UNIT_BYTES) for pulse in flow.pulses)
    counts = sum(
        2 * math.ceil(admitted / cadence.ROWS_PER_TRANSACTION) for admitted in _each(flow.admitted)
    )
    arrivals = sum(_arrival_writes(*two) for two in pairwise([0.0, *_each(flow.arrived)]))
    return flow.seconds * workers + counts + published * flow.publish_seconds + arrivals


def _arrival_writes(before: float, came: float) -> int:
    """Return how often the producers write in a second in which ``came`` visitors come.

    ``before`` came in the second before it.
    """
    containers, busy = map(sizing.concurrent_executions, (came, before))
    new = max(0, containers - busy)
    return math.ceil(min(came, WRITES_PER_SECOND * containers + WRITES_AT_ONCE * new))


def _each(totals: Iterable[float]) -> Iterable[float]:
    """Return how much each second adds to a total."""
    return (after - before for before, after in pairwise([0.0, *totals]))


def _line_reads(flow: Flow, workers: int, visitors: int) -> float:
    """Return the read units: settings, each ticket, who has gone in, who has come, and the counts.

    Settings and the lane's count are read in each tick, and the rows with the arrivals with each
    pulse. While visitors come, each container of the turnstile reads these rows once a second, too.
    """
    checks = min(visitors, cadence.CHECKS_PER_TICK * flow.seconds)
    turnstiles = sum(sizing.concurrent_executions(came) for came in _each(flow.arrived))
    rows = SHARDS * (1 + SETTLED_SECONDS / SPAN_SECONDS)
    counts = COUNT_SHARDS * flow.seconds / SAMPLE_SECONDS
    orders = 2 * flow.seconds * workers
    return orders + visitors + checks / 2 + counts + rows * (flow.seconds + turnstiles)


def _copies_read(flow: Flow, span: int, requests: Iterable[float]) -> float:
    units, last = 0.0, len(flow.pulses) - 1
    for i, per_second in enumerate(requests):
        pulse = flow.pulses[min(last, i * span // flow.publish_seconds)]
        containers = min(per_second, sizing.concurrent_executions(per_second))
        units += containers * span * (sizing.COPIED_ITEMS - 1 + _units(pulse, READ_UNIT_BYTES)) / 2
    return units


def _units(pulse: Pulse, size: int) -> int:
    return math.ceil((PULSE_BYTES + SAMPLE_BYTES * len(pulse.arrivals)) / size)
