"""Made-up answers of a room to the page's script: for the preview, and for the tests of the page.

They are made by contract/answers.py, as the functions make them.
"""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from beekeeper.contract.answers import NO_TICKET, entry_answer, news_answer, turn_answer
from beekeeper.contract.routes import Path
from beekeeper.rules.entry import Entry
from beekeeper.rules.settings import Mode, Settings
from beekeeper.rules.turn import State, Turn

RATE = 200  # visitors a minute


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer. In the preview, the status 0 stands for none: the connection failed."""

    body: str
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


def turn(state: str = State.WAITING, **fields: object) -> Reply:
    """Return an answer of `turn` of now. ``fields`` replace or add to the usual ones."""
    usual = Turn(
        state=State(state),
        ahead=1234,
        waiting=5000,
        rate=RATE,
        eta_seconds=360,
        retry_after=3,
        updated_at=round(time.time()),
        expires_in=300,
    )
    return Reply(json.dumps({**turn_answer(usual, number=1), **fields}))


def place(number: int = 1) -> Reply:
    """Return an answer of `join` to who has a place."""
    links = {path.name.lower(): path.link for path in (Path.ROOM, Path.TURN, Path.ENTER)}
    return Reply(json.dumps({"state": State.WAITING, "ticket": "t", "number": number, **links}))


def entry(decided: Entry = Entry.GO_IN, url: str | None = None) -> Reply:
    """Return an answer of `enter`. ``url`` is the destination's, for a visitor who goes in."""
    return Reply(json.dumps(entry_answer(decided, url)))


def news(mode: str = Mode.ON, message: str = "", **fields: object) -> Reply:
    """Return an answer of `news`. ``fields`` replace or add to the usual ones."""
    settings = Settings(destination="", mode=Mode(mode), message=message, rate=RATE)
    return Reply(json.dumps({**news_answer(settings, 0), **fields}))


UNKNOWN = Reply(json.dumps(NO_TICKET), 401)
# What API Gateway itself answers.
_JSON = {"Content-Type": "application/json"}
THROTTLED = Reply('{"message":"Too Many Requests"}', 429, _JSON)
BROKEN = Reply('{"message":"Service Unavailable"}', 503, _JSON)
