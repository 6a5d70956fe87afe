"""The ticket that a request carries."""

from beekeeper.handlers.http import Request
from beekeeper.handlers.visitor_table import RoomCopy
from beekeeper.rules import tokens
from beekeeper.rules.tokens import InvalidToken, Ticket

MAX_CANDIDATES = 8  # each costs the check of a signature; an honest visitor does not send more


def ticket_in(request: Request, room: RoomCopy, now: float) -> Ticket | None:
    """Return the newest valid ticket of a request, or None.

    A page keeps its ticket for when cookies fail. Another tab can have joined again meanwhile, and
    the cookie then has the newer ticket. A ticket of before the line was cleared is not valid,
    whoever holds it.
    """
    found = []
    for token in request.tickets(room.name)[:MAX_CANDIDATES]:
        try:
            ticket = tokens.read_ticket(token, room.ticket_keys, room.name, now)
        except InvalidToken:
            continue
        if ticket.number >= room.settings.cleared_at * 1000:
            found.append(ticket)
    return max(found, key=lambda ticket: ticket.number, default=None)
