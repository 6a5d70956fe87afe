"""The ticket that a request carries."""

from beekeeper.handlers.http import Request
from beekeeper.handlers.visitor_table import RoomCopy
from beekeeper.rules import tokens
from beekeeper.rules.tokens import InvalidToken, Ticket

MAX_CANDIDATES = 8  # checking each costs a signature; an honest visitor sends no more


def ticket_in(request: Request, room: RoomCopy, now: float) -> Ticket | None:
    """Return the first valid ticket of a request; other cookies of that name don't hide it."""
    for token in request.tickets()[:MAX_CANDIDATES]:
        try:
            return tokens.read_ticket(token, room.ticket_keys, room.name, now)
        except InvalidToken:
            continue
    return None
