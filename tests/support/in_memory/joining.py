"""Visitors who follow the campaign link: the producer, over a room's table and a scripted queue."""

import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from beekeeper.handlers import producer
from beekeeper.handlers.arrivals import Arrivals, Counter
from beekeeper.handlers.http import Request, Response
from beekeeper.handlers.wake import Waker
from tests.support.in_memory.dynamo import FakeDynamo
from tests.support.in_memory.fakes import TABLE
from tests.support.in_memory.recorded import NOW, Place

# Starts no consumer: for tests of what visitors are told.
NOBODY = Waker(FakeDynamo(), TABLE, lambda workers: None)


@dataclass
class Sends:
    """A queue that confirms, or fails."""

    error: Exception | None = None
    bodies: list[dict[str, Any]] = field(default_factory=list)

    def __call__(self, ticket_id: str, body: str) -> None:
        if self.error:
            raise self.error
        self.bodies.append(json.loads(body))
        assert ticket_id == self.bodies[-1]["id"]


def asked(
    place: Place,
    sends: Sends,
    req: Request,
    now: float = NOW,
    start: Callable[[int], object] = lambda workers: None,
) -> Response:
    counter = Counter(Arrivals(place.dynamo, TABLE), random.Random(1))
    waker = Waker(place.dynamo, TABLE, start)
    return producer.answer(req, place.table, sends, counter, waker, now)
