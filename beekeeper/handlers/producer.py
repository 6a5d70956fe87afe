"""``GET /``: gives the visitor a ticket and a place in the queue, and shows the way to the room.

The place is in the queue before the visitor hears of it: when SQS does not confirm, there is no
ticket but a page that tries again, and nobody waits for a turn that can't come.
"""

import functools
import json
import logging
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from beekeeper.contract import fifo
from beekeeper.handlers import aws
from beekeeper.handlers.http import (
    Request,
    Response,
    json_response,
    redirect,
    ticket_cookie,
    unavailable,
)
from beekeeper.handlers.tickets import ticket_in
from beekeeper.handlers.visitor_table import Room, Store, Unavailable
from beekeeper.handlers.wake import Waker
from beekeeper.rules import destination, tokens
from beekeeper.rules.tokens import Ticket
from beekeeper.rules.turn import Mode
from beekeeper.rules.workers import workers_for

logger = logging.getLogger(__name__)
Send = Callable[[str, str], None]  # a ticket's id, and the message


def answer(request: Request, store: Store, send: Send, waker: Waker, now: float) -> Response:
    """Answer a visitor who followed the campaign link.

    ``send`` puts a message on the queue and returns when it is safely there.
    """
    if request.is_prefetch():
        return unavailable(request)
    to = destination.safe_path(request.query.get("to"))
    try:
        room = store.room(now)
        if room.settings.mode is Mode.OFF:
            return _pass_through(request, room, to, now)
        ticket = ticket_in(request, room, now)
        if ticket is None or _may_rejoin(request, ticket, store, room, now):
            ticket = tokens.new_ticket(now, to)
            send(ticket.id, json.dumps({"id": ticket.id, "n": ticket.number}))
            if not store.is_stale:  # an old copy says nothing, and the table has no time for more
                waker.wake(room.pulse, now, workers_for(room.settings.rate))
            return _to_room(request, room, ticket, now, set_cookie=True)
    except (Unavailable, BotoCoreError, ClientError) as error:
        logger.error("no ticket could be given: %s", error)
        return unavailable(request)
    if to and to != ticket.to:
        return _to_room(request, room, replace(ticket, to=to), now, set_cookie=True)
    return _to_room(request, room, ticket, now, set_cookie=False)


def _may_rejoin(request: Request, ticket: Ticket, store: Store, room: Room, now: float) -> bool:
    # Only a turn that ran out is given up: a link from elsewhere must not cost anybody's place.
    if "rejoin" not in request.query:
        return False
    admission = store.admission(ticket.id)
    return admission is not None and admission.is_over(room.settings, now)


def _pass_through(request: Request, room: Room, to: str, now: float) -> Response:
    target = room.settings.destination
    origin = destination.origin_of(target)
    token = tokens.sign_pass(tokens.new_id(), room.pass_keys, room.name, origin, now)
    url = destination.entry_url(target, to, token)
    if request.wants_json():
        return json_response(200, {"state": "off", "ticket": None, "number": None, "enter": url})
    return redirect(url)


def _to_room(
    request: Request, room: Room, ticket: Ticket, now: float, *, set_cookie: bool
) -> Response:
    token = tokens.sign_ticket(ticket, room.ticket_keys, room.name)
    lifetime = int(ticket.expires_at - now)
    secure = not request.is_plain_http
    cookies = [ticket_cookie(token, lifetime, secure=secure)] if set_cookie else []
    if request.wants_json():
        links = {"room": "room", "turn": "turn", "enter": "enter"}
        return json_response(
            200, {"state": "waiting", "ticket": token, "number": ticket.number, **links}, cookies
        )
    return redirect("room", cookies)


@functools.cache
def _parts() -> tuple[Store, Send, Waker]:
    environ = os.environ
    dynamodb, table = aws.client("dynamodb"), environ["BEEKEEPER_TABLE"]
    send = aws.client("sqs").send_message
    return (
        Store(dynamodb, table, environ["BEEKEEPER_ROOM"]),
        functools.partial(_send, send, environ["BEEKEEPER_QUEUE_URL"]),
        Waker(dynamodb, table, functools.partial(_start, environ["BEEKEEPER_CONSUMER"])),
    )


def _send(send_message: Callable[..., Any], queue_url: str, ticket_id: str, body: str) -> None:
    ids = fifo.sending_ids(queue_url, ticket_id)
    send_message(QueueUrl=queue_url, MessageBody=body, **ids)


def _start(consumer: str, workers: int) -> None:
    # The client is made when it is needed, which is seldom: it would slow every cold start.
    invoke = aws.client("lambda").invoke
    for _ in range(workers):
        invoke(FunctionName=consumer, InvocationType="Event")


def handler(event: Mapping[str, Any], context: object) -> Response:
    """Lambda's entry."""
    store, send, waker = _parts()
    return answer(Request.from_event(event), store, send, waker, time.time())


if aws.in_lambda():
    _parts()
