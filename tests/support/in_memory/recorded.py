"""The event files in events/: requests in the form in which functions receive them."""

import json
from pathlib import Path
from typing import Any

from beekeeper.contract import items, pulse_item
from beekeeper.handlers.http import Request
from beekeeper.handlers.visitor_table import VisitorTable
from beekeeper.rules import tokens
from beekeeper.rules.curve import Sample
from beekeeper.rules.line import Pulse
from beekeeper.rules.settings import Mode, Settings
from beekeeper.rules.tokens import Ticket
from tests.support.in_memory.dynamo import FakeDynamo
from tests.support.in_memory.fakes import TABLE, Calls
from tests.support.in_memory.virtual import START, World

EVENTS = Path(__file__).parent / "events"
ROOM, DESTINATION, ORIGIN = "sale", "https://shop.example.com/sale?x=1", "https://shop.example.com"
TICKET_KEY, PASS_KEY = tokens.new_key(), tokens.new_key()
NOW = START
# What a browser accepts when it opens a page.
BROWSER = {"accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


def event(name: str, **fill: str) -> dict[str, Any]:
    """Return a recorded event with its {places} filled."""

    def filled(value: Any) -> Any:
        if isinstance(value, dict):
            return {k: filled(v) for k, v in value.items()}
        if isinstance(value, list):
            return [filled(v) for v in value]
        if isinstance(value, str):
            for place, text in fill.items():
                value = value.replace(f"{{{place}}}", text)
        return value

    found: dict[str, Any] = filled(json.loads((EVENTS / f"{name}.json").read_text()))
    return found


def request(name: str, **fill: str) -> Request:
    return Request.from_event(event(name, **fill))


def signed(ticket: Ticket, key: tokens.Key = TICKET_KEY, room: str = ROOM) -> str:
    return tokens.sign_ticket(ticket, [key], room)


class Place:
    """A room's table, and the view that the visitors' functions have of it."""

    def __init__(self, mode: Mode = Mode.ON) -> None:
        self.world = World()
        self.failing = False
        self.calls = Calls(self.world, lambda *_: "throttle" if self.failing else None)
        self.dynamo = FakeDynamo(self.calls)
        self.configure(mode)
        self.dynamo.put(items.keys_item([TICKET_KEY], [PASS_KEY]))
        self.table = VisitorTable(self.dynamo, TABLE, ROOM)

    def configure(self, mode: Mode) -> None:
        self.dynamo.set_room(Settings(mode, 600.0, DESTINATION, "Hello"))

    def a_long_line(self) -> None:
        """A hundred thousand visitors came in the last hundred seconds, and a hundred went in."""
        samples = (Sample(int(NOW - 100) * 1000, 0.0), Sample(int(NOW) * 1000, 100_000.0))
        self.publish(
            Pulse(
                waiting=99_900, serving=100.0, arrivals=samples, rate=600.0, as_of=NOW, busy_at=NOW
            )
        )

    def publish(self, pulse: Pulse) -> None:
        self.dynamo.put({**items.key(items.PULSE), **pulse_item.pulse_values(pulse)})

    def admit(self, ticket: Ticket, at: float) -> None:
        self.dynamo.put(items.admission_item(ticket.id, ticket.number, at))

    def row(self, ticket: Ticket) -> dict[str, Any]:
        return self.dynamo.items[items.visitor_id(ticket.id)]
