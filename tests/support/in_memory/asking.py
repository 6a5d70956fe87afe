"""Visitors who ask the turnstile, over a room's table in memory."""

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

from beekeeper.handlers import turnstile
from beekeeper.handlers.http import Response
from beekeeper.rules import tokens
from beekeeper.rules.tokens import Ticket
from tests.support.in_memory.joining import NOBODY
from tests.support.in_memory.recorded import NOW, Place, request, signed

mine = tokens.new_ticket(NOW - 60, "/seats?block=7")
FIELDS = {
    "still",
    "state",
    "ahead",
    "waiting",
    "rate",
    "eta_seconds",
    "retry_after",
    "message",
    "updated_at",
    "number",
}


def asked(place: Place, name: str, ticket: Ticket = mine, now: float = NOW) -> Response:
    return turnstile.answer(request(name, ticket=signed(ticket)), place.table, NOBODY, now)


def turn(place: Place, ticket: Ticket = mine, now: float = NOW) -> dict[str, Any]:
    response = asked(place, "aws_turn", ticket, now)
    assert response["statusCode"] == 200
    assert response["headers"]["cache-control"] == "no-store"
    found: dict[str, Any] = json.loads(response["body"])
    return found


def pass_of(response: Response) -> str:
    assert response["statusCode"] == 302
    query = parse_qs(urlsplit(response["headers"]["location"]).query)
    (token,) = query["beekeeper_pass"]
    return str(token)
