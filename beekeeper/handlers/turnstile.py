"""``GET /turn``, ``/enter``, ``/check``: tells whose turn it is, lets in, and verifies passes."""

import functools
import logging
import os
import time
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from beekeeper.contract.functions import Variable
from beekeeper.contract.routes import REJOIN_LINK, Path
from beekeeper.handlers import aws
from beekeeper.handlers.http import Request, Response, json_response, redirect, unavailable
from beekeeper.handlers.tickets import ticket_in
from beekeeper.handlers.visitor_table import Room, Store, Unavailable
from beekeeper.rules import destination, tokens, turn
from beekeeper.rules.settings import Mode
from beekeeper.rules.tokens import InvalidToken, Ticket
from beekeeper.rules.turn import Admission, State

logger = logging.getLogger(__name__)


def answer(request: Request, store: Store, now: float) -> Response:
    """Answer one of the turnstile's three routes."""
    routes = {Path.TURN: _turn, Path.ENTER: _enter, Path.CHECK: _check}
    try:
        return routes[Path(request.path)](request, store, store.room(now), now)
    except Unavailable as error:
        logger.error("%s: %s", request.path, error)
        return unavailable(request)


def _turn(request: Request, store: Store, room: Room, now: float) -> Response:
    ticket = ticket_in(request, room, now)
    if ticket is None:
        return json_response(401, {"state": "unknown"})
    lookup = turn.needs_lookup(ticket, room.settings, room.pulse, now)
    admission = store.admission(ticket.id) if lookup else None
    if admission and _comes_late(admission, room, now):
        admission = store.readmit(ticket.id, admission, room, now) or admission
    decided = turn.decide(ticket, room.settings, room.pulse, admission, now)
    content = {k: v for k, v in asdict(decided).items() if k != "expires_in"}
    if decided.state is State.READY:
        content |= {"enter": Path.ENTER.link, "expires_in": decided.expires_in}
    return json_response(200, content)


def _comes_late(admission: Admission, room: Room, now: float) -> bool:
    # In a line that is paused there are no slots for anybody.
    return room.settings.mode is Mode.ON and admission.needs_slot(room.settings, now)


def _enter(request: Request, store: Store, room: Room, now: float) -> Response:
    ticket = ticket_in(request, room, now)
    if ticket is None:
        return redirect(Path.CAMPAIGN.link)
    if room.settings.mode is Mode.OFF:
        store.let_pass(ticket, now)
        return _to_destination(ticket, room, now)
    admission = store.claim(ticket.id, room.settings, now)
    late = admission if admission and _comes_late(admission, room, now) else None
    if late and store.readmit(ticket.id, late, room, now):
        admission = store.claim(ticket.id, room.settings, now)
    if admission is None or now < admission.admitted_at:
        return redirect(Path.ROOM.link)
    if admission.needs_slot(room.settings, now):
        return redirect(Path.ROOM.link)
    if admission.is_over(room.settings, now):
        # Without JavaScript there is no button to press: to the end of the line at once.
        return redirect(REJOIN_LINK)
    return _to_destination(ticket, room, now)


def _to_destination(ticket: Ticket, room: Room, now: float) -> Response:
    target = room.settings.destination
    origin = destination.origin_of(target)
    token = tokens.sign_pass(ticket.id, room.pass_keys, room.name, origin, now)
    return redirect(destination.entry_url(target, ticket.to, token))


def _check(request: Request, store: Store, room: Room, now: float) -> Response:
    origin = destination.origin_of(room.settings.destination)
    try:
        found = tokens.read_pass(request.bearer(), room.pass_keys, room.name, origin, now)
    except InvalidToken as error:
        return json_response(403, {"allow": False, "reason": str(error)})
    return json_response(200, {"allow": True, "sub": found.subject, "exp": found.expires_at})


@functools.cache
def _store() -> Store:
    environ = os.environ
    table, room = Variable.TABLE.read(environ), Variable.ROOM.read(environ)
    return Store(aws.client("dynamodb"), table, room)


def handler(event: Mapping[str, Any], context: object) -> Response:
    """Lambda's entry."""
    return answer(Request.from_event(event), _store(), time.time())


if aws.in_lambda():
    _store()
