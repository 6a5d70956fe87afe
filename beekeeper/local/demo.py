"""The demo: a local AWS, a shop, a room that is deployed as in AWS itself, and a crowd."""

import shutil
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from boto3.session import Session

from beekeeper.contract.items import VISITOR_PREFIX, id_of, key
from beekeeper.local.crowd import Crowd
from beekeeper.local.leftovers import leftovers
from beekeeper.local.ministack import MiniStack, address
from beekeeper.local.shop import Shop
from beekeeper.local.visitor import Stage
from beekeeper.provision.engine.pipeline import OnEvent
from beekeeper.provision.names import stem
from beekeeper.result import Result
from beekeeper.shortcuts import deploy

ROOM = "demo"
DRAIN_SECONDS = 20.0
READ_BATCH = 100
# With an edge: how many requests a second the API may answer. The crowd comes in one second, and a
# visitor asks about ten times until the turn (rules/polling.py).
LEAST_REQUESTS_PER_SECOND = 20
REQUESTS_OF_A_VISITOR = 10
CROWDED_WORKERS = 64  # the throttle lets only a few requests in at once


@dataclass(frozen=True, slots=True)
class Ready(Result):
    """Where everything is, once the demo is ready."""

    room_url: str
    destination_url: str
    endpoint_url: str
    state_dir: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The state of the demo in this second.

    ``came`` visitors have opened the link, and ``arrived`` visitors have a place. The room asked
    ``asked_to_wait`` visitors to wait a moment for it, because the API had refused a request.
    ``errors`` were seen in browsers.
    """

    came: int
    asked_to_wait: int
    refused_by_api: int
    errors: int
    arrived: int
    waiting: int
    admitted: int
    entered: int
    refused: int
    rate: float  # visitors per minute, as set
    measured_rate: float | None
    entries_per_second: list[int]


@dataclass(frozen=True, slots=True)
class Outcome(Result):
    """The result of the demo.

    ``joined`` visitors have a ticket. ``admitted`` visitors had their turn, and ``entered``
    visitors are in the shop. ``refused`` visitors came to the shop without a valid pass. ``lost``
    visitors have a ticket that is neither admitted nor in the queue. ``counted_admitted`` and
    ``counted_entered`` are what the room's status says, and ``logged`` visitors are in the shop's
    own log. Both include you, if you joined in your browser. ``leftover`` resources still existed
    after the room was removed.

    With an edge, the API refused ``refused_by_api`` requests, and ``asked_to_wait`` visitors were
    asked to wait a moment for their place. Browsers showed ``errors`` errors.
    """

    joined: int
    admitted: int
    entered: int
    refused: int
    lost: int
    counted_admitted: int
    counted_entered: int
    logged: int
    leftover: int
    refused_by_api: int
    asked_to_wait: int
    errors: int


class Demo:
    """The whole demo. Use it as a context manager. It leaves nothing behind."""

    def __init__(
        self,
        rate: int,
        crowd: int,
        on_event: OnEvent | None = None,
        *,
        edge: bool = False,
        requests_per_second: int | None = None,
    ) -> None:
        """``requests_per_second`` throttles the API. An edge has a throttle in any case."""
        if edge and requests_per_second is None:
            needed = rate * REQUESTS_OF_A_VISITOR // 60
            requests_per_second = max(needed, LEAST_REQUESTS_PER_SECOND)
        self.edge = edge
        self.requests_per_second = requests_per_second
        self._rate = rate
        self._size = crowd
        self._on_event = on_event
        self._stack = ExitStack()
        self.crowd: Crowd | None = None

    def __enter__(self) -> "Demo":
        try:
            self._start()
        except BaseException:
            self._stack.close()
            raise
        return self

    def _start(self) -> None:
        state_dir = tempfile.mkdtemp(prefix="beekeeper-demo-")
        self._stack.callback(shutil.rmtree, state_dir, ignore_errors=True)
        self.state_dir = Path(state_dir)
        self.aws = self._stack.enter_context(
            MiniStack(requests_per_second=self.requests_per_second)
        )
        self.session: Session = self.aws.session()
        self.shop = Shop(ROOM)
        self._stack.callback(self.shop.close)
        self.room = deploy(
            name=ROOM,
            title="The Demo Sale",
            destination=f"{self.shop.origin}/",
            rate=self._rate,
            edge=self.edge,
            session=self.session,
            state_dir=self.state_dir,
            on_event=self._on_event,
        )
        self.room_url = address(self.room.url)
        self.shop.room_url = self.room_url
        self.shop.keys = self.room.pass_keys().keys

    def __exit__(self, *_: object) -> None:
        if self.crowd:
            self.crowd.stop()
        self._stack.close()

    @property
    def ready(self) -> Ready:
        """Where everything is."""
        return Ready(
            self.room_url, f"{self.shop.origin}/", self.aws.endpoint_url, str(self.state_dir)
        )

    def send_crowd(self) -> None:
        """Start the crowd."""
        self.crowd = Crowd(self.room_url, self._size)
        if self.edge:
            self.crowd.joins_per_second = self._size
            self.crowd.workers = CROWDED_WORKERS
        self.crowd.start()

    def snapshot(self, seconds: int = 60) -> Snapshot:
        """Return the state of the demo, with the entries in each of the last seconds."""
        status, crowd = self.room.status(), self.crowd or Crowd(self.room_url, 0)
        return Snapshot(
            came=crowd.came,
            asked_to_wait=crowd.asked_to_wait,
            refused_by_api=self._refused_by_api(),
            errors=crowd.errors,
            arrived=crowd.joined,
            waiting=status.waiting,
            admitted=status.admitted,
            entered=len(self.shop.entered),
            refused=self.shop.refused,
            rate=status.rate,
            measured_rate=status.measured_rate,
            entries_per_second=list(self.shop.entries_per_second(seconds, time.time())),
        )

    def finish(self) -> Outcome:
        """Stop the line, wait until the admitted have entered, count, and remove the room."""
        # Nobody comes any more, and nobody has come if the demo was interrupted at its start.
        self.crowd = self.crowd or Crowd(self.room_url, 0)
        self.room.pause()
        admitted = self._await_entries()
        self.crowd.stop()
        tickets = {v.ticket_id: v for v in self.crowd.visitors if v.ticket}
        entered = {i for i, v in tickets.items() if v.stage is Stage.ENTERED}
        lost = max(0, len(tickets) - len(admitted) - self.queued())
        status, logged = self.room.status(), len(self.shop.entered)
        self.room.destroy(on_event=self._on_event)
        return Outcome(
            joined=len(tickets),
            admitted=len(admitted),
            entered=len(entered),
            refused=self.shop.refused,
            lost=lost,
            counted_admitted=status.admitted,
            counted_entered=status.entered,
            logged=logged,
            leftover=len(leftovers(self.session, ROOM)),
            refused_by_api=self._refused_by_api(),
            asked_to_wait=self.crowd.asked_to_wait,
            errors=self.crowd.errors,
        )

    def _refused_by_api(self) -> int:
        return self.aws.requests().refused if self.requests_per_second else 0

    def _await_entries(self) -> set[str]:
        """Return the tickets of the crowd that were admitted, once they have entered."""
        assert self.crowd is not None
        deadline = time.monotonic() + DRAIN_SECONDS
        while True:
            tickets = {v.ticket_id: v for v in self.crowd.visitors if v.ticket}
            admitted = self._admitted(list(tickets))
            missing = [i for i in admitted if tickets[i].stage is not Stage.ENTERED]
            # The pause takes effect within two seconds. Nobody is admitted after that.
            if (not missing and self._settled(deadline)) or time.monotonic() > deadline:
                return admitted
            time.sleep(0.5)

    @staticmethod
    def _settled(deadline: float) -> bool:
        return time.monotonic() > deadline - DRAIN_SECONDS + 3.0

    def _admitted(self, ticket_ids: list[str]) -> set[str]:
        table = stem(ROOM)
        dynamodb = self.session.client("dynamodb")
        found: set[str] = set()
        for start in range(0, len(ticket_ids), READ_BATCH):
            batch = ticket_ids[start : start + READ_BATCH]
            request = {table: {"Keys": [key(VISITOR_PREFIX + i) for i in batch]}}
            items = dynamodb.batch_get_item(RequestItems=request)["Responses"].get(table, [])
            found |= {id_of(item).removeprefix(VISITOR_PREFIX) for item in items}
        return found

    def queued(self) -> int:
        """Return how many tickets are in the queue."""
        sqs = self.session.client("sqs")
        url = sqs.get_queue_url(QueueName=stem(ROOM))["QueueUrl"]
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        raw = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
        return sum(int(raw[name]) for name in names)
