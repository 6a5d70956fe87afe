"""Which ticket a request carries."""

from beekeeper.handlers.http import Request
from beekeeper.handlers.visitor_table import Room
from beekeeper.rules import tokens
from beekeeper.rules.tokens import InvalidToken, Ticket

MAX_CANDIDATES = 8  # each costs a signature; nobody honest sends more


def ticket_in(request: Request, room: Room, now: float) -> Ticket | None:
    """Return the first valid ticket of a request; cookies from elsewhere don't hide it."""
    for token in request.tickets()[:MAX_CANDIDATES]:
        try:
            return tokens.read_ticket(token, room.ticket_keys, room.name, now)
        except InvalidToken:
            continue
    return None
