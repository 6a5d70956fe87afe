"""``POST /pace``: the site itself asks for a slower pace, because it knows its own health best.

    204   the pace holds until the end that the site named
    202   it was noted, and does not hold: the governor only advises
    400   the body is not JSON with a token          413   it is too long
    401   the token is not one of this room's site, or it is too old
    403   the room has an edge, and the site asks past it (handlers/door.py)
    409   the governor is off, or the site has asked for something else since
    503   the table can't be read or written

The body is ``{"token": "..."}``, signed with the pass key (rules/tokens.py). A request never raises
the rate. It ends so many seconds after it was signed, so to repeat an old one makes nothing longer.
"""

import base64
import json
import logging
from collections.abc import Mapping
from typing import Any

from beekeeper.handlers import door
from beekeeper.handlers.entries import Unavailable
from beekeeper.handlers.governor_table import GovernorTable
from beekeeper.handlers.http import (
    PRIVATE_HEADERS,
    Request,
    Response,
    json_response,
    other_method,
    unavailable_json,
)
from beekeeper.handlers.reading import TROUBLE
from beekeeper.handlers.visitor_table import RoomCopy, VisitorTable
from beekeeper.rules import sizing, tokens
from beekeeper.rules.settings import GovernorMode
from beekeeper.rules.tokens import InvalidToken, PaceRequest

MOST_BODY_CHARACTERS = 2 * tokens.MAX_TOKEN_CHARACTERS
logger = logging.getLogger(__name__)


class _Refused(Exception):
    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


def answer(
    event: Mapping[str, Any], copies: VisitorTable, table: GovernorTable, now: float
) -> Response:
    """Answer a request to PACE. ``now`` is in seconds since the epoch."""
    request = Request.from_event(event)
    if answered := other_method(request, ("POST",)):
        return answered
    try:
        token = _token_in(event)
        room = copies.room(now)
        return door.moved(request, room) or _taken(token, room, table, now)
    except InvalidToken as error:
        return json_response(401, {"error": str(error)})
    except _Refused as refused:
        return json_response(refused.status, {"error": str(refused)})
    except (Unavailable, *TROUBLE) as error:
        logger.error("a pace was asked for: %s", error)
        return unavailable_json()


def _taken(token: str, room: RoomCopy, table: GovernorTable, now: float) -> Response:
    asked = tokens.read_pace_request(token, room.pass_keys, room.name, now)
    _note(asked, room, table, now)
    if room.settings.governor_mode is GovernorMode.ADVISE:
        return json_response(202, {"mode": "advise", "note": "noted; the governor only advises"})
    return {"statusCode": 204, "headers": PRIVATE_HEADERS, "body": ""}


def _note(asked: PaceRequest, room: RoomCopy, table: GovernorTable, now: float) -> None:
    settings = room.settings
    if settings.governor_mode is GovernorMode.OFF:
        raise _Refused(409, "the governor is off: set it to automatic to let the site slow it down")
    # The site's clock can be ahead.
    until = min(asked.issued_at, now) + asked.seconds
    if until <= now:
        raise InvalidToken("the time that it asks for is over")
    # Operators can change the rate before it ends. rules/governed.py compares it with the rate.
    pace = float(min(max(asked.per_minute, settings.governor_floor), sizing.MAX_RATE_PER_MINUTE))
    if not table.ask(pace, asked.issued_at, until, now):
        raise _Refused(409, "the site has asked for something else since")
    logger.info(
        "the site asks for %.0f a minute for %d s", pace, until - now, extra={"asked": asked.id}
    )


def _token_in(event: Mapping[str, Any]) -> str:
    """Return the token in the body. API Gateway encodes a body whose type it does not know."""
    body = event.get("body") or ""
    if len(body) > MOST_BODY_CHARACTERS:
        raise _Refused(413, f"the body has more than {MOST_BODY_CHARACTERS:,} characters")
    try:
        text = base64.b64decode(body) if event.get("isBase64Encoded") else body
        match json.loads(text):
            case {"token": str(token)}:
                return token
    except (ValueError, RecursionError):
        pass
    raise _Refused(400, 'the body must be JSON: {"token": "..."}')
