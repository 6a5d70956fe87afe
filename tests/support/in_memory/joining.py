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
from beekeeper.rules import tokens
from beekeeper.rules.settings import Mode
from beekeeper.rules.tokens import Ticket
from tests.support.in_memory.dynamo import FakeDynamo
from tests.support.in_memory.fakes import TABLE
from tests.support.in_memory.recorded import NOW, ROOM, TICKET_KEY, Place

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


def cookie_of(response: Response) -> str:
    """Return the ticket cookie of an answer."""
    (cookie,) = response["cookies"]
    assert cookie.startswith("beekeeper_ticket_sale=")
    return str(cookie)


def ticket_of(response: Response) -> Ticket:
    """Return the ticket of an answer."""
    token = cookie_of(response).split(";")[0].partition("=")[2]
    return tokens.read_ticket(token, [TICKET_KEY], ROOM, NOW)


def visit(
    headers: dict[str, str], method: str = "GET", mode: Mode = Mode.ON
) -> tuple[Response, int]:
    """Return the answer of the campaign link, and the number of places that were taken."""
    sends = Sends()
    response = asked(Place(mode), sends, Request(headers=headers, method=method))
    assert len(response.get("cookies", [])) <= len(sends.bodies)
    return response, len(sends.bodies)
