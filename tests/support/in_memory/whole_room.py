"""A whole room in virtual time: the real consumer, producer and turnstile, and unkind AWS.

A storm of STORM_SECONDS comes first. In it, calls fail and processes are killed between any two
calls, the schedule fires late, twice or never, and operators change mode and rate. Then the faults
stop and the room is on, and it has DRAIN_SECONDS and the time of its line to let everybody in. The
queue stays unkind (unkind_sqs.py), reads stay a second old, and each process keeps a clock of its
own. tests/support/in_memory/laws.py says what must hold.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from botocore.exceptions import EndpointConnectionError

from beekeeper.contract import arrival_rows, governor_item, items, messages
from beekeeper.contract.routes import Path
from beekeeper.handlers import producer, turnstile
from beekeeper.handlers.arrivals import Arrivals, Counter
from beekeeper.handlers.http import Request, Response
from beekeeper.handlers.visitor_table import VisitorTable
from beekeeper.handlers.wake import Waker
from beekeeper.rules import pacing
from beekeeper.rules.cadence import CONSUMER_RUN_SECONDS, CONSUMER_START_SECONDS
from beekeeper.rules.governed import HELD_SECONDS, Governed
from beekeeper.rules.settings import GovernorMode, Mode, Settings
from tests.support.in_memory.containers import Function
from tests.support.in_memory.edge import Edge
from tests.support.in_memory.fakes import TABLE
from tests.support.in_memory.faults import KILL_BEFORE, no_faults, troubles
from tests.support.in_memory.recorded import DESTINATION, PASS_KEY, ROOM, TICKET_KEY
from tests.support.in_memory.stage import Stage
from tests.support.in_memory.unkind_sqs import UnkindSqs
from tests.support.in_memory.visitor import Kind, Visitor
from tests.support.in_memory.whole_weather import STORM_SECONDS, Weather

DRAIN_SECONDS = 300.0  # without the time of the line
# After everybody is in, consumers publish that. The schedule starts one within QUIET_SECONDS.
QUIET_SECONDS, PUBLISHED = 150.0, 3
STALE_SECONDS = 1.0  # reads that are not strongly consistent
CLAIM_MINUTES = 5
COLD_START_SECONDS = 3.0  # of a consumer, at most
LATE_FROM, LATE_TO = 31.0, 120.0  # seconds from the turn until a late visitor comes back
APPS = 0.2  # of the visitors
NEVER, TWICE = 0.15, 0.15  # shares of the minutes in which the schedule does this, in the storm


@dataclass(frozen=True, slots=True)
class Paced:
    """The visitors a minute who may be admitted from ``at`` on."""

    at: float
    pace: float


@dataclass
class WholeRoom:
    """The room, its functions and its visitors."""

    weather: Weather
    stage: Stage = field(init=False)
    visitors: list[Visitor] = field(default_factory=list)
    sent: set[str] = field(default_factory=set)  # ids of tickets that may be in the queue
    confirmed: int = 0  # tickets that SQS has confirmed
    is_closed: bool = False
    paces: list[Paced] = field(default_factory=list)
    held: float | None = None  # the pace that a governor holds, in visitors a minute
    told: list[float] = field(default_factory=list)  # when operators wrote message 1, 2, ...
    uncounted_entries: int = 0  # at the worst moment: rows that say so, beside the counts

    def __post_init__(self) -> None:
        weather, self.chance = self.weather, random.Random(self.weather.seed)
        self.stage = Stage(
            weather.rate,
            troubles(self.chance, weather.share, weather.kills),
            latency=lambda: self.chance.uniform(0, weather.latency),
            strict=weather.strict,
            parallel=weather.parallel,
            stale_seconds=STALE_SECONDS,
        )
        self.world, self.dynamo = self.stage.world, self.stage.dynamo
        if not weather.strict:
            self.stage.sqs = UnkindSqs(self.stage.calls, self.chance, weather.lag)
        del self.dynamo.items[items.PULSE]  # nobody was ever here
        self.dynamo.put(items.keys_item([TICKET_KEY], [PASS_KEY]))
        self.start = self.world.now
        self.settings = Settings(
            Mode.ON,
            weather.rate,
            DESTINATION,
            claim_minutes=CLAIM_MINUTES,
            overbooking=weather.overbooking,
            polls_per_second=weather.budget,
            governor_mode=GovernorMode.AUTOMATIC if weather.held else GovernorMode.OFF,
            news_seconds=weather.news_seconds,
        )
        self.edge = Edge(self.ask, self.dynamo, self.world, self.chance)
        self._configure(Mode.ON, 1.0)
        self.producer = self._function(self._producer)
        self.turnstile = self._function(self._turnstile)

    def _function(self, make: Callable[[], Any]) -> Function[Any]:
        return Function(self.world, self.chance, make, self.weather.skew)

    def _producer(self) -> tuple[VisitorTable, Counter, Waker]:
        return (
            VisitorTable(self.dynamo, TABLE, ROOM),
            Counter(Arrivals(self.dynamo, TABLE), random.Random(self.chance.random())),
            Waker(self.dynamo, TABLE, self._wake),
        )

    def _turnstile(self) -> tuple[VisitorTable, Waker]:
        return VisitorTable(self.dynamo, TABLE, ROOM), Waker(self.dynamo, TABLE, self._wake)

    def ask(self, request: Request) -> Response:
        """Let the function of the request's path answer it."""
        if request.path in (Path.CAMPAIGN, Path.JOIN):
            return self.producer.invoke(partial(self._join, request))
        return self.turnstile.invoke(
            lambda parts, now: turnstile.answer(request, parts[0], parts[1], now)
        )

    def _join(self, request: Request, parts: Any, now: float) -> Response:
        table, counter, waker = parts
        return producer.answer(request, table, self._send, counter, waker, now)

    def _send(self, ticket_id: str, body: str) -> None:
        url = self.stage.sqs.queue_url
        self.sent.add(ticket_id)
        ids = messages.sending_ids(url, ticket_id)
        self.stage.sqs.send_message(QueueUrl=url, MessageBody=body, **ids)
        self.confirmed += 1

    def _wake(self, workers: int) -> None:
        if self.is_storm() and self.chance.random() < self.weather.share:
            raise EndpointConnectionError(endpoint_url="https://lambda.example")
        self._start_consumers(workers)

    def _start_consumers(self, workers: int) -> None:
        for _ in range(workers):
            skew = self.chance.uniform(-self.weather.skew, self.weather.skew)
            after = self.chance.uniform(0.3, COLD_START_SECONDS)
            self.stage.start(CONSUMER_RUN_SECONDS, after, skew)

    def is_storm(self) -> bool:
        return self.world.now < self.start + STORM_SECONDS

    def _configure(self, mode: Mode, factor: float) -> None:
        self.settings = replace(self.settings, mode=mode, rate=self.weather.rate * factor)
        self.dynamo.change(items.settings_item(self.settings))
        self._note_pace()

    def _tell(self) -> None:
        self.told.append(self.world.now)
        self.settings = replace(self.settings, message=str(len(self.told)))
        self.dynamo.change(items.settings_item(self.settings))

    def _note_pace(self) -> None:
        rate = min(self.held or self.settings.rate, self.settings.rate)
        pace = rate * self.settings.overbooking if self.settings.mode is Mode.ON else 0.0
        self.paces.append(Paced(self.world.now, pace))

    def _hold(self, factor: float) -> None:
        pace = max(self.weather.rate * factor, self.settings.governor_floor)
        governed, self.held = Governed(pace, self.world.now), pace
        self.dynamo.change({**items.key(items.GOVERNOR), **governor_item.measured_values(governed)})
        self._note_pace()

    def _let_go(self) -> None:
        self.held = None
        self._note_pace()

    def run(self) -> "WholeRoom":
        """Let the crowd come, and everything happen."""
        for after, kind in zip(self._arrivals(), self._kinds(), strict=True):
            visitor = self._visitor(kind)
            self.visitors.append(visitor)
            self.world.start(visitor.run, after)
        for work in self.weather.works:
            self.world.start(partial(self.edge.do, work.work), work.after)
        for after in self.weather.messages:
            self.world.start(self._tell, after)
        for change in self.weather.changes:
            self.world.start(partial(self._configure, change.mode, change.factor), change.after)
        for held in self.weather.held:
            self.world.start(partial(self._hold, held.factor), held.after)
        if self.weather.held:  # nobody writes it any more, and a clock may be ahead
            let_go_at = self.weather.held[-1].after + HELD_SECONDS - self.weather.skew
            self.world.start(self._let_go, let_go_at)
        self.world.start(self._calm, STORM_SECONDS)
        self.world.start(self._schedule)
        self.world.start(self._watch)
        self.world.run()
        return self

    def _visitor(self, kind: Kind) -> Visitor:
        late_by, news = self.chance.uniform(LATE_FROM, LATE_TO), self.weather.news_seconds
        is_direct = not news or self.chance.random() < self.weather.direct
        joins_at = Path.JOIN if news else Path.CAMPAIGN
        return Visitor(
            self.ask if is_direct else self.edge.ask,
            self.world,
            self.chance,
            kind,
            late_by,
            edge=self.edge.ask if is_direct and news else None,
            app_joins_at=joins_at if self.chance.random() < APPS else None,
            news_seconds=news,
        )

    def _arrivals(self) -> Sequence[float]:
        chance, crowd = self.chance, round(self.weather.visitors * self.weather.crowd)
        burst_at = chance.uniform(1, STORM_SECONDS / 2)
        return sorted(
            burst_at + min(chance.expovariate(1), 5) if i < crowd else chance.uniform(0, 120)
            for i in range(self.weather.visitors)
        )

    def _kinds(self) -> Sequence[Kind]:
        shares = (self.weather.absent, self.weather.late)
        weights = (*shares, 1 - sum(shares))
        kinds = (Kind.ABSENT, Kind.LATE, Kind.PRESENT)
        return self.chance.choices(kinds, weights, k=self.weather.visitors)

    def _calm(self) -> None:
        self.stage.faults = no_faults
        self._configure(Mode.ON, 1.0)

    def _schedule(self) -> None:
        """Start consumers each minute, as EventBridge does."""
        minute = 0
        while not self.is_closed:
            late = self.chance.uniform(0, CONSUMER_START_SECONDS)
            times = 1
            if self.is_storm():
                times = self.chance.choices((0, 2, 1), (NEVER, TWICE, 1 - NEVER - TWICE))[0]
            for _ in range(times):
                self.world.start(partial(self._start_consumers, self.weather.workers), late)
            minute += 1
            self.world.sleep(self.start + minute * CONSUMER_START_SECONDS - self.world.now)

    def _watch(self) -> None:
        """Compare the counts with the rows all the time, and end the day when all is done."""
        end = STORM_SECONDS + DRAIN_SECONDS + 2 * self.weather.visitors / self.weather.rate * 60
        while not self.is_over() and self.world.now < self.start + end:
            entered = sum("claimed_at" in row for row in self.dynamo.rows().values())
            wrong = abs(entered - self.dynamo.counted(items.ENTERED))
            self.uncounted_entries = max(self.uncounted_entries, wrong)
            self.world.sleep(1.0)
        self.world.sleep(pacing.interval_seconds(self.weather.rate))  # then a slot is free
        published, end = set[float](), self.world.now + QUIET_SECONDS
        while len(published) <= PUBLISHED and self.world.now < end:
            self.world.sleep(1.0)
            published.add(self.stage.pulse.as_of)
        self.is_closed = True
        self.stage.faults = lambda *_: KILL_BEFORE

    def counted_arrivals(self) -> float:
        """Return how many the producers have counted.

        That is what they wrote, less what they expected to hold back, and what they hold.
        """
        rows = [row for i, row in self.dynamo.items.items() if i.startswith(arrival_rows.PREFIX)]
        written = sum(joined.count for joined in arrival_rows.joined_of(rows).values())
        for container in self.producer.idle:
            counting = container.parts[1]._counting
            written += sum(count for count, _ in counting.counts.values()) - counting.expected[1]
        return written

    def is_over(self) -> bool:
        """Tell whether everybody is in who wants to, and the queue is empty."""
        is_empty = not self.stage.sqs.messages
        return not self.is_storm() and is_empty and all(v.is_done for v in self.visitors)
