"""A room's queue and table in virtual time, and the consumers that work on them."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from beekeeper.contract import arrival_rows, items, pulse_item
from beekeeper.handlers.consumer import Consumer
from beekeeper.handlers.consumer_queue import PARALLEL, Queue
from beekeeper.handlers.consumer_table import Table
from beekeeper.handlers.schedule import Schedule
from beekeeper.rules import arrivals
from beekeeper.rules.line import Pulse
from beekeeper.rules.settings import Mode, Settings
from tests.support.in_memory.dynamo import FakeDynamo
from tests.support.in_memory.fakes import TABLE, Calls, Inline
from tests.support.in_memory.faults import Faults, no_faults
from tests.support.in_memory.fifo import FakeFifo
from tests.support.in_memory.sqs import FakeSqs
from tests.support.in_memory.virtual import SideBySide, World
from tests.support.windows import most_in

# No-shows are not compensated for: in most tests nobody ever goes in.
ON = Settings(Mode.ON, 600.0, "https://shop.example.com/", overbooking=1.0)
RATE = 600.0


@dataclass
class Stage:
    """A room's queue and table, and consumers that work on them."""

    rate: float = RATE
    faults: Faults = no_faults
    latency: Callable[[], float] = lambda: 0.01
    world: World = field(default_factory=World)
    overbooking: float = 1.0
    strict: bool = False
    parallel: bool = False  # the calls of a consumer's threads overlap
    is_damaged: bool = False  # somebody may have changed the counts by hand
    stale_seconds: float = 0.0  # of reads that are not strongly consistent

    def __post_init__(self) -> None:
        self.calls = Calls(self.world, self._fault, self.latency)
        self.dynamo = FakeDynamo(self.calls, self.stale_seconds)
        self.sqs = (FakeFifo if self.strict else FakeSqs)(self.calls)
        self.configure()
        # A visitor was here a moment ago. Otherwise a consumer ends after its first receive.
        self.dynamo.put({**items.key(items.PULSE), "busy_at": items.number(self.world.now)})
        self.tickets: list[str] = []

    def _fault(self, number: int, operation: str) -> str | None:
        # At every moment there are as many rows as the counts say.
        assert self.is_damaged or self.dynamo.counted() == len(self.dynamo.writes)
        return self.faults(number, operation)  # a test can change the faults while the stage runs

    def configure(self, mode: Mode = Mode.ON, rate: float | None = None) -> None:
        self.rate = rate or self.rate
        self.dynamo.set_room(replace(ON, mode=mode, rate=self.rate, overbooking=self.overbooking))

    def arrive(self, people: int) -> None:
        """Queue this many visitors, who came within the last second."""
        for i in range(people):
            ticket_id = f"t{len(self.tickets)}"
            self.tickets.append(ticket_id)
            number = int(self.world.now * 1000 + (i - people) * 1000 / people)
            self.sqs.send(ticket_id, number)
            self.count(number)

    def count(self, number: int) -> None:
        """Count a visitor as a producer does, without its calls."""
        second, milliseconds = divmod(number, 1000)
        span = arrivals.span_of(second)
        row = self.dynamo.items.setdefault(
            arrival_rows.row_id(span, 0), items.key(arrival_rows.row_id(span, 0))
        )
        count, total = (f(second - span) for f in (arrival_rows.count_name, arrival_rows.sum_name))
        for name, value in ((count, 1), (total, milliseconds)):
            before = float(row.get(name, {"N": "0"})["N"])
            row[name] = items.number(before + value)

    def consumer(self, skew: float = 0.0) -> Consumer:
        """Return a consumer whose clock is so many seconds ahead."""
        executor = SideBySide(self.world, PARALLEL) if self.parallel else Inline()
        queue = Queue(self.sqs, self.sqs.queue_url, self.sqs.dead_letter_url, executor)
        table = Table(self.dynamo, TABLE, executor, random.Random(len(self.calls.names)))
        schedule = Schedule(self.dynamo, TABLE)
        return Consumer(table, queue, schedule, lambda: self.world.now + skew, self.world.sleep)

    def go_in(self, ticket_id: str) -> None:
        """Let a visitor who was admitted go in."""
        self.dynamo.rows()[ticket_id]["claimed_at"] = items.number(self.world.now)

    def start(self, seconds: float, after: float = 0.0, skew: float = 0.0) -> None:
        self.world.start(lambda: self.consumer(skew).run(seconds), after)

    def run(self, seconds: float = 30.0, consumers: int = 1) -> "Stage":
        for i in range(consumers):
            self.start(seconds, i * 0.3)
        self.world.run()
        return self

    def recover(self, seconds: float = 60.0) -> "Stage":
        """Continue without faults, with a new consumer, until hidden messages are visible again."""
        self.faults = no_faults
        return self.run(seconds)

    @property
    def pulse(self) -> Pulse:
        return pulse_item.pulse_of(self.dynamo.items.get(items.PULSE))

    def let_through(self) -> list[float]:
        """Return when each visitor was admitted, from the first row that was written."""
        first: dict[str, float] = {}
        for write in self.dynamo.writes:
            first.setdefault(write.ticket_id, write.let_through_at)
        return sorted(first.values())

    def twice(self) -> list[str]:
        """Return the visitors whose row overwrote another."""
        return [write.ticket_id for write in self.dynamo.writes if write.over is not None]

    def accounted(self) -> set[str]:
        """Return the visitors who are admitted or still in the queue."""
        bodies = " ".join(message.body for message in self.sqs.messages.values())
        queued = {i for i in self.tickets if f'"{i}"' in bodies}
        return queued | set(self.dynamo.rows())

    def check_nobody_is_lost(self, recover_seconds: float = 60.0) -> None:
        """Check that no visitor is lost, and that all are admitted once the faults are over."""
        assert self.accounted() == set(self.tickets)
        self.recover(recover_seconds)
        self.check_everyone_admitted()

    def check_everyone_admitted(self) -> None:
        assert set(self.dynamo.rows()) == set(self.tickets)
        assert self.sqs.messages == {}
        assert self.twice() == []
        self.check_law()

    def check_law(self, rate: float | None = None) -> None:
        rate = rate or self.rate
        slots = [write.slot for write in self.dynamo.writes]
        assert len(set(slots)) == len(slots)
        times = self.let_through()
        for window in (0.001, 0.5, 1.0, 5.0, 20.0, 60.0):
            assert most_in(times, window) <= rate * (window + 2) / 60 + 1
