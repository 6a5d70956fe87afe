"""Counts the requests of an event to AWS, from the line's flow and the sampled visitors."""

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from beekeeper.rules import cadence, sizing
from beekeeper.rules.line import Pulse
from beekeeper.rules.turn import State
from beekeeper.simulation.flow import START, Flow
from beekeeper.simulation.usage import Usage
from beekeeper.simulation.visitors import Ask, Visitor

# How many consumers of a worker run at once, on average. Consumers overlap.
CONSUMERS_AT_ONCE = cadence.CONSUMER_RUN_SECONDS / cadence.CONSUMER_START_SECONDS
# Bytes to a visitor with headers, in round figures: the redirect with its cookie, the compressed
# page (a test checks this figure), an answer of /turn, and the redirect with the pass.
REDIRECT_BYTES, PAGE_BYTES, TURN_BYTES, ENTER_BYTES = 1_000, 10_000, 650, 1_000
# DynamoDB bills an eventually consistent read of up to 4 KB as half a unit. A strongly consistent
# read is one unit, and a write of up to 1 KB is one unit (AWS documentation, read/write capacity).
READ_UNIT_BYTES, WRITE_UNIT_BYTES = 4_096, 1_024
PULSE_BYTES, SAMPLE_BYTES = 250, 25  # the pulse's item without its curve, and each sample of that


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
        table_write_units=visitors + entered + writes,
        table_read_units=math.ceil(
            _copies_read(flow, meter.span, requests)
            + meter.lookups * meter.weight / 2
            + _line_reads(flow, workers, visitors)
        ),
        bytes_out=out,
    )


def _line_calls(flow: Flow) -> int:
    before, calls = 0.0, 0
    for admitted in flow.admitted:
        calls += math.ceil((admitted - before) / cadence.MESSAGES_PER_CALL)
        before = admitted
    return calls


def _line_writes(flow: Flow, workers: int) -> int:
    """Return the write units: a claim in each tick of each worker, and a pulse each second."""
    published = sum(_units(pulse, WRITE_UNIT_BYTES) for pulse in flow.pulses)
    return flow.seconds * workers + published * flow.publish_seconds


def _line_reads(flow: Flow, workers: int, visitors: int) -> float:
    """Return the read units: settings in each tick, each ticket once, and who has gone in."""
    checks = min(visitors, cadence.CHECKS_PER_TICK * flow.seconds)
    return flow.seconds * workers + visitors + checks / 2


def _copies_read(flow: Flow, span: int, requests: Iterable[float]) -> float:
    units, last = 0.0, len(flow.pulses) - 1
    for i, per_second in enumerate(requests):
        pulse = flow.pulses[min(last, i * span // flow.publish_seconds)]
        containers = min(per_second, sizing.concurrent_executions(per_second))
        units += containers * span * (sizing.COPIED_ITEMS - 1 + _units(pulse, READ_UNIT_BYTES)) / 2
    return units


def _units(pulse: Pulse, size: int) -> int:
    return math.ceil((PULSE_BYTES + SAMPLE_BYTES * len(pulse.arrivals)) / size)
