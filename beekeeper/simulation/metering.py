"""Counts the requests of an event to AWS, from the line's flow and the sampled visitors."""

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise

from beekeeper.rules import cadence, sizing
from beekeeper.rules.arrivals import SHARDS, SPAN_SECONDS, WRITES_AT_ONCE, WRITES_PER_SECOND
from beekeeper.rules.curve import SETTLED_SECONDS
from beekeeper.rules.line import Pulse
from beekeeper.rules.turn import State
from beekeeper.simulation.flow import START, Flow
from beekeeper.simulation.usage import Usage
from beekeeper.simulation.visitors import Ask, Visitor

# How many consumers of a worker run at once, on average. Consumers overlap.
CONSUMERS_AT_ONCE = cadence.CONSUMER_RUN_SECONDS / cadence.CONSUMER_START_SECONDS
# Bytes to a visitor with headers, in round figures: the redirect with its cookie, the compressed
# page (a test checks this figure), an answer of /turn, and the redirect with the pass.
REDIRECT_BYTES, PAGE_BYTES, TURN_BYTES, ENTER_BYTES = 1_000, 12_000, 650, 1_000
# DynamoDB bills an eventually consistent read of up to 4 KB as half a unit. A strongly consistent
# read is one unit, and a write of up to 1 KB is one unit (AWS documentation, read/write capacity).
READ_UNIT_BYTES, WRITE_UNIT_BYTES = 4_096, 1_024
PULSE_BYTES, SAMPLE_BYTES = 900, 25  # the pulse's item without its curve, and each sample of that


@dataclass
class Meter:
    """What the sampled visitors did. Each of them stands for ``weight`` visitors."""

    weight: float
    span: int  # seconds of the series
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

    def people(self, what: str) -> int:
        """Return how many visitors had this end, such as ``entered``."""
        return round(self.ends[what] * self.weight)


def usage(flow: Flow, meter: Meter, requests: Iterable[float]) -> Usage:
    """Return the use of each service. ``requests`` are API Gateway's a second, for each span."""
    visitors, entered = round(flow.arrived[-1]), meter.people("entered")
    turns = round(meter.asked * meter.weight)
    workers = sizing.workers_for(flow.settings.rate)
    calls, writes = _line_calls(flow), _line_writes(flow, workers)
    out = visitors * (REDIRECT_BYTES + PAGE_BYTES) + turns * TURN_BYTES + entered * ENTER_BYTES
    return Usage(
        seconds=float(flow.seconds),
        api_requests=sizing.REQUESTS_PER_ARRIVAL * visitors + turns + entered,
        producer_requests=visitors,
        room_requests=visitors,
        turnstile_requests=turns + entered,
        consumer_seconds=flow.seconds * CONSUMERS_AT_ONCE * workers,
        queue_sends=visitors,
        # The first call of each tick waits for messages, even if there are none.
        queue_receives=calls + flow.seconds * workers,
        queue_deletes=calls,
        table_write_units=sizing.UNITS_PER_ADMISSION * visitors
        + sizing.UNITS_PER_ENTRY * entered
        + writes,
        table_read_units=math.ceil(
            _copies_read(flow, meter.span, requests)
            + meter.lookups * meter.weight / 2
            + _line_reads(flow, workers, visitors)
        ),
        bytes_out=out,
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
    """Return the read units: settings, each ticket once, who has gone in, and who has come.

    Settings and the lane's count are read in each tick, and the rows with the arrivals with each
    pulse. While visitors come, each container of the turnstile reads these rows once a second, too.
    """
    checks = min(visitors, cadence.CHECKS_PER_TICK * flow.seconds)
    turnstiles = sum(sizing.concurrent_executions(came) for came in _each(flow.arrived))
    rows = SHARDS * (1 + SETTLED_SECONDS / SPAN_SECONDS)
    return 2 * flow.seconds * workers + visitors + checks / 2 + rows * (flow.seconds + turnstiles)


def _copies_read(flow: Flow, span: int, requests: Iterable[float]) -> float:
    units, last = 0.0, len(flow.pulses) - 1
    for i, per_second in enumerate(requests):
        pulse = flow.pulses[min(last, i * span // flow.publish_seconds)]
        containers = min(per_second, sizing.concurrent_executions(per_second))
        units += containers * span * (sizing.COPIED_ITEMS - 1 + _units(pulse, READ_UNIT_BYTES)) / 2
    return units


def _units(pulse: Pulse, size: int) -> int:
    return math.ceil((PULSE_BYTES + SAMPLE_BYTES * len(pulse.arrivals)) / size)
