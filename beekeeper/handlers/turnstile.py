"""``GET /turn``, ``/enter``, ``/check``, ``/news``: turns, the way in, passes, and what is new."""

import functools
import logging
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from beekeeper.contract.answers import NO_TICKET, entry_answer, news_answer, turn_answer
from beekeeper.contract.functions import Variable, is_call
from beekeeper.contract.routes import REJOIN_LINK, STAY_PARAMETER, Path
from beekeeper.handlers import aws, door
from beekeeper.handlers.entries import Unavailable
from beekeeper.handlers.http import (
    Request,
    Response,
    in_language_of,
    json_response,
    other_method,
    redirect,
    unavailable,
    unavailable_json,
    without_body,
)
from beekeeper.handlers.tickets import ticket_in
from beekeeper.handlers.visitor_table import RoomCopy, VisitorTable
from beekeeper.handlers.visits import refusal
from beekeeper.handlers.wake import Waker, consumer_starter
from beekeeper.rules import destination, entry, line, tokens, turn
from beekeeper.rules.cadence import NEWS_CACHE_SECONDS
from beekeeper.rules.entry import Entry
from beekeeper.rules.settings import Mode
from beekeeper.rules.sizing import workers_for
from beekeeper.rules.tokens import InvalidToken, Ticket

# Where a visitor goes who can't go in. After the end of the turn, this is the back of the line at
# once, because without JavaScript there is no button to press.
WAYS_BACK = {Entry.BACK_TO_ROOM: Path.ROOM.link, Entry.REJOIN: REJOIN_LINK}
# These are followed by another decision.
STEPS = {Entry.CLAIM, Entry.TAKE_NUMBER}
NEWS_CACHE = f"public, max-age={NEWS_CACHE_SECONDS}"
WITHOUT_EDGE_SECONDS = 3_600
logger = logging.getLogger(__name__)


def answer(request: Request, table: VisitorTable, waker: Waker, now: float) -> Response:
    """Answer one of the turnstile's four routes."""
    if answered := other_method(request):
        return answered
    if request.method == "HEAD":
        return without_body(json_response(200, {}))  # it asks for nobody, and changes nothing
    try:
        room = table.room(now)
        if moved := door.moved(request, room):
            return moved
        if request.path == Path.TURN and not table.is_stale:
            _wake(waker, room, now)
        return ROUTES[request.path](request, table, room, now)
    except Unavailable as error:
        logger.error("%s: %s", request.path, error)
        return unavailable_json() if request.path == Path.NEWS else unavailable(request)


def _wake(waker: Waker, room: RoomCopy, now: float) -> None:
    """Start a consumer if a visitor asks, and none seems to be running."""
    if room.settings.mode is Mode.ON and line.is_stale(room.pulse, now):
        waker.wake(room.pulse, now, workers_for(room.settings.rate))


def _turn(request: Request, table: VisitorTable, room: RoomCopy, now: float) -> Response:
    ticket = ticket_in(request, room, now)
    if ticket is None:
        return json_response(401, NO_TICKET)
    # The producer's clock can be ahead of ours, and in a crowd half a second is a long way back.
    number = ticket.number
    ticket = replace(ticket, number=min(number, int(now * 1000)))
    pulse = table.latest.pulse(room.pulse, ticket.number, now)
    lookup = turn.needs_lookup(ticket, room.settings, pulse, now)
    admission = table.entries.admission(ticket.id) if lookup else None
    if admission and admission.may_take_number(room.settings, pulse, now):
        admission = table.latecomers.take_number(ticket.id, admission, pulse.lane, now)
    decided = turn.decide(ticket, room.settings, pulse, admission, now, off_at=room.off_at)
    return json_response(200, turn_answer(decided, number))


def _enter(request: Request, table: VisitorTable, room: RoomCopy, now: float) -> Response:
    if refused := refusal(request):
        return refused  # the visitor has not decided to go in
    ticket = ticket_in(request, room, now)
    if ticket is None:
        return _without_ticket(request, room)
    room = table.room_of(ticket, now)
    decided = _claimed(ticket, table, room, now)
    if decided is Entry.GO_IN_UNQUEUED:
        table.entries.let_pass(ticket, now)
    url = None if decided in WAYS_BACK else _destination_url(ticket, room, now)
    if request.wants_json():
        return json_response(200, entry_answer(decided, url))
    if decided is Entry.BACK_TO_ROOM and STAY_PARAMETER in request.query:
        # Few ask for it, and what it needs would slow down every cold start.
        from beekeeper.handlers.small_pages import stay_page

        return stay_page(request)
    return redirect(url or in_language_of(request, WAYS_BACK[decided]))


def _without_ticket(request: Request, room: RoomCopy) -> Response:
    if request.wants_json():
        return json_response(401, NO_TICKET)
    # Without JavaScript, the waiting page comes here again and again. A browser that keeps no
    # cookie would take a place each time.
    if request.ticket_cookies(room.name):
        return redirect(in_language_of(request, Path.JOIN.link))
    # Few ask for it, and what it needs would slow down every cold start.
    from beekeeper.handlers.small_pages import placeless_page

    return placeless_page(request)


def _claimed(ticket: Ticket, table: VisitorTable, room: RoomCopy, now: float) -> Entry:
    """Claim the visitor's turn, or take a number in the lane for latecomers; return the decision.

    Nearly all visitors come at their own slot, and need one call.
    """
    settings, pulse = room.settings, room.pulse
    if not entry.needs_claim(settings):
        return Entry.GO_IN_UNQUEUED
    admission = table.entries.claim(ticket.id, now)
    decided = entry.decide(settings, admission, pulse, now)
    if admission is not None and decided is Entry.CLAIM:
        admission = table.entries.claim(ticket.id, now, admission.late)
        decided = entry.decide(settings, admission, pulse, now)
    elif admission is not None and decided is Entry.TAKE_NUMBER:
        table.latecomers.take_number(ticket.id, admission, pulse.lane, now)
    # The room's page asks for the slot, or once more for an entry that met another request.
    return Entry.BACK_TO_ROOM if decided in STEPS else decided


def _destination_url(ticket: Ticket, room: RoomCopy, now: float) -> str:
    target = room.settings.destination
    origin = destination.origin_of(target)
    token = tokens.sign_pass(ticket.id, room.pass_keys, room.name, origin, now)
    return destination.entry_url(target, ticket.to, token, ticket.query)


def _check(request: Request, table: VisitorTable, room: RoomCopy, now: float) -> Response:
    origin = destination.origin_of(room.settings.destination)
    try:
        found = tokens.read_pass(request.bearer(), room.pass_keys, room.name, origin, now)
    except InvalidToken as error:
        return json_response(403, {"allow": False, "reason": str(error)})
    return json_response(200, {"allow": True, "sub": found.subject, "exp": found.expires_at})


def _news(request: Request, table: VisitorTable, room: RoomCopy, now: float) -> Response:
    """Answer with what is the same for everybody: the edge gives this answer to others, too."""
    spread = room.settings.spread_now(room.pulse, room.off_at, now)
    response = json_response(200, news_answer(room.settings, spread))
    response["headers"]["cache-control"] = NEWS_CACHE
    if not room.settings.news_seconds:
        # The edge has gone, and those who wait have its page still. Now each question costs a call.
        response["headers"]["retry-after"] = str(WITHOUT_EDGE_SECONDS)
    return response


ROUTES: Mapping[str, Callable[[Request, VisitorTable, RoomCopy, float], Response]] = {
    Path.TURN: _turn,
    Path.ENTER: _enter,
    Path.CHECK: _check,
    Path.NEWS: _news,
}


@functools.cache
def _parts() -> tuple[VisitorTable, Waker]:
    environ = os.environ
    dynamodb, name = aws.client("dynamodb"), Variable.TABLE.read(environ)
    start = consumer_starter(Variable.CONSUMER.read(environ))
    table = VisitorTable(dynamodb, name, Variable.ROOM.read(environ))
    return table, Waker(dynamodb, name, start)


def handler(event: Mapping[str, Any], context: object) -> Response:
    """Lambda's entry."""
    if is_call(event):
        return {}
    return answer(Request.from_event(event), *_parts(), time.time())


if aws.in_lambda():
    _parts()
