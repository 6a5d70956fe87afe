"""``GET /`` and ``/join``: gives the visitor a ticket and a place in the queue.

    GET    of a browser redirects to the room; of an app answers with JSON
    POST   of JOIN answers with JSON: the waiting page and apps join so

SQS confirms the place before the visitor gets the ticket. If SQS does not confirm it, the visitor
gets a page that tries again. So nobody waits for a turn that can't come.

Only a visit takes a place (handlers/visits.py). A bot gets a small page about the link.
"""

import functools
import logging
import os
import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from beekeeper.contract import messages
from beekeeper.contract.functions import Variable, is_call
from beekeeper.contract.routes import REJOIN_PARAMETER, Path
from beekeeper.handlers import aws, door
from beekeeper.handlers.arrivals import Arrivals, Counter
from beekeeper.handlers.entries import Unavailable
from beekeeper.handlers.http import (
    READS,
    Request,
    Response,
    in_language_of,
    json_response,
    other_method,
    redirect,
    ticket_cookie,
    unavailable,
    unsupported_type,
    without_body,
)
from beekeeper.handlers.tickets import ticket_in
from beekeeper.handlers.visitor_table import RoomCopy, VisitorTable
from beekeeper.handlers.visits import Visit, refusal, visit_of
from beekeeper.handlers.wake import Waker, consumer_starter
from beekeeper.handlers.wishes import wish_of
from beekeeper.rules import destination, tokens
from beekeeper.rules.settings import Mode
from beekeeper.rules.sizing import workers_for
from beekeeper.rules.tokens import Ticket
from beekeeper.rules.turn import State, needs_lookup

logger = logging.getLogger(__name__)
Send = Callable[[str, str], None]  # a ticket's id, and the message
METHODS: Mapping[str, Sequence[str]] = {Path.JOIN: (*READS, "POST")}  # others: READS


def answer(
    request: Request,
    table: VisitorTable,
    send: Send,
    counter: Counter,
    waker: Waker,
    now: float,
) -> Response:
    """Answer a visitor who followed the campaign link, or whose page or app joins.

    ``send`` puts a message on the queue, and returns when SQS has confirmed it. ``counter`` counts
    the visitor then, so that the line knows its length.
    """
    methods = METHODS.get(request.path, READS)
    if answered := (
        other_method(request, methods) or unsupported_type(request) or refusal(request)
    ):
        return answered
    try:
        room = table.room(now)
        if answered := _without_place(request, table, room, now):
            return answered
        ticket = ticket_in(request, room, now)
        if ticket is None or _may_rejoin(request, ticket, table, room, now):
            # A clock that is behind AWS's must not give a ticket of before the last clear.
            new = tokens.new_ticket(max(now, room.settings.cleared_at))
            ticket = _towards_wish(request, new, ticket)
            send(ticket.id, messages.ticket_message(ticket.id, ticket.number))
            counter.count(ticket.number, may_write=not table.is_stale)
            if not table.is_stale:  # an old copy says nothing, and the table is in trouble already
                waker.wake(room.pulse, now, workers_for(room.settings.rate))
            return _to_room(request, room, ticket, now, set_cookie=True)
    except (Unavailable, BotoCoreError, ClientError) as error:
        logger.error("giving a ticket failed: %s", error)
        return unavailable(request)
    changed = _towards_wish(request, ticket, ticket)
    # Who shows the ticket in another way may have lost the cookie.
    set_cookie = changed != ticket or bool(request.bearer())
    return _to_room(request, room, changed, now, set_cookie=set_cookie)


def _without_place(
    request: Request, table: VisitorTable, room: RoomCopy, now: float
) -> Response | None:
    """Return the answer to who gets no place, and None to all others."""
    if moved := door.moved(request, room):
        return moved
    if visit_of(request) is Visit.BOT:
        return _preview(request, room)
    if room.settings.mode is Mode.OFF:
        return _pass_through(request, table, room, now)
    return None


def _towards_wish(request: Request, ticket: Ticket, former: Ticket | None) -> Ticket:
    """Return the ticket to where the link leads, or else to where the former ticket led."""
    to, query = wish_of(request)
    if former:
        to, query = to or former.to, query or former.query
    return replace(ticket, to=to, query=query)


def _may_rejoin(
    request: Request, ticket: Ticket, table: VisitorTable, room: RoomCopy, now: float
) -> bool:
    # Only a turn that has ended is abandoned. A link on another site must not cost a visitor their
    # place. Who comes back after an event, to a room that was kept, joins the next one.
    asks = REJOIN_PARAMETER in request.query
    if not asks and not _may_be_over(ticket, table, room, now):
        return False
    try:
        admission = table.entries.admission(ticket.id)
    except Unavailable:
        if asks:
            raise
        return False  # the waiting page finds out
    return admission is not None and admission.is_over(room.settings, room.pulse, now)


def _may_be_over(ticket: Ticket, table: VisitorTable, room: RoomCopy, now: float) -> bool:
    """Return whether the ticket's turn can have ended, as far as is known without a look-up."""
    is_young = now - ticket.number / 1000 < room.settings.claim_seconds
    return not (is_young or table.is_stale) and needs_lookup(ticket, room.settings, room.pulse, now)


def _preview(request: Request, room: RoomCopy) -> Response:
    # Few ask for it, and what it needs would slow down every cold start.
    from beekeeper.handlers.small_pages import preview_page

    page = preview_page(request, room.settings.title or room.name, room.settings.picture)
    return without_body(page) if request.method == "HEAD" else page


def _pass_through(request: Request, table: VisitorTable, room: RoomCopy, now: float) -> Response:
    former = ticket_in(request, room, now)
    if former:  # it is still in the queue, and must take no slot when the room is on again
        room = table.room_of(former, now)
        table.entries.let_pass(former, now)
    ticket = _towards_wish(request, former or tokens.new_ticket(now), former)
    target = room.settings.destination
    origin = destination.origin_of(target)
    token = tokens.sign_pass(ticket.id, room.pass_keys, room.name, origin, now)
    url = destination.entry_url(target, ticket.to, token, ticket.query)
    if request.wants_json():
        return json_response(
            200, {"state": State.OFF, "ticket": None, "number": None, "enter": url}
        )
    return redirect(url)


def _to_room(
    request: Request, room: RoomCopy, ticket: Ticket, now: float, *, set_cookie: bool
) -> Response:
    token = tokens.sign_ticket(ticket, room.ticket_keys, room.name)
    lifetime = int(ticket.expires_at - now)
    secure = not request.is_plain_http
    cookies = [ticket_cookie(room.name, token, lifetime, secure=secure)] if set_cookie else []
    if request.wants_json():
        links = {path.name.lower(): path.link for path in (Path.ROOM, Path.TURN, Path.ENTER)}
        return json_response(
            200,
            {"state": State.WAITING, "ticket": token, "number": ticket.number, **links},
            cookies,
        )
    return redirect(in_language_of(request, Path.ROOM.link), cookies)


@functools.cache
def _parts() -> tuple[VisitorTable, Send, Counter, Waker]:
    environ = os.environ
    dynamodb, table = aws.client("dynamodb"), Variable.TABLE.read(environ)
    # A repeated write would count visitors twice, and they would wait for it.
    counting = aws.client("dynamodb", read_timeout=0.5, attempts=1)
    send = aws.client("sqs").send_message
    return (
        VisitorTable(dynamodb, table, Variable.ROOM.read(environ)),
        functools.partial(_send, send, Variable.QUEUE_URL.read(environ)),
        Counter(Arrivals(counting, table), random.Random()),  # noqa: S311 - no secret
        Waker(dynamodb, table, consumer_starter(Variable.CONSUMER.read(environ))),
    )


def _send(send_message: Callable[..., Any], queue_url: str, ticket_id: str, body: str) -> None:
    ids = messages.sending_ids(queue_url, ticket_id)
    send_message(QueueUrl=queue_url, MessageBody=body, **ids)


def handler(event: Mapping[str, Any], context: object) -> Response:
    """Lambda's entry."""
    if is_call(event):
        return {}
    return answer(Request.from_event(event), *_parts(), time.time())


if aws.in_lambda():
    _parts()
