"""The states of the waiting page that `beekeeper preview` shows, each with what makes it.

Most come from the answers of the room: the preview gives them to the real script of the page. Some
come from the browser (it is offline, it has no cookies), or from time that has passed. The answers
are made by contract/answers.py, as the functions make them.
"""

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from beekeeper.contract.answers import NO_TICKET, entry_answer, news_answer, turn_answer
from beekeeper.contract.routes import Path
from beekeeper.rules.entry import Entry
from beekeeper.rules.settings import Mode, Settings
from beekeeper.rules.turn import State, Turn

# The destination: the preview replaces it by an address for which the browser leaves no page.
INSIDE = "{inside}"
IN_AN_APP = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15"
    " (KHTML, like Gecko) Mobile/15E148 Instagram 300.0.0.0.0"
)
MESSAGE = "We have opened two more counters. Everybody in line before 20:00 will be served today."
CLOSED_AFTER_SECONDS = 1800.0  # more than until the page says so
RATE = 200


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer to the page's script. The status 0 stands for none: the connection failed."""

    body: str
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


# The answers of a route, by its link. The last one is repeated. A route without any never answers.
Answers = Mapping[str, Sequence[Reply]]


@dataclass(frozen=True, slots=True)
class Shown:
    """A state of the waiting page."""

    name: str
    title: str
    answers: Answers = field(default_factory=dict)
    returned: Answers | None = None
    """The answers after the visitor has gone in, and has come back."""
    arrives: bool = False
    """The visitor has just followed the campaign link. Others have a place."""
    browser: Mapping[str, object] = field(default_factory=dict)
    """What the browser says, by its name in the script's `navigator`."""
    cookieless: bool = False
    hurried_seconds: float = 0
    """So much time of the page has passed before the state is seen."""
    hurried_for: float = 0.5
    """The preview takes so many seconds for it."""
    has_script: bool = True
    """The script of the page was not blocked on its way."""
    runs_scripts: bool = True
    """JavaScript is on."""


def turn(state: State = State.WAITING, **fields: object) -> Reply:
    """Return an answer of ``turn``. ``fields`` replace the usual ones."""
    usual = Turn(
        state=state,
        ahead=1234,
        waiting=5000,
        rate=RATE,
        eta_seconds=372,
        retry_after=5,
        updated_at=round(time.time()),
        expires_in=300,
    )
    return Reply(json.dumps({**turn_answer(usual), **fields}))


def place(number: int = 1) -> Reply:
    """Return an answer of ``join`` to who has a place."""
    return Reply(json.dumps({"state": State.WAITING, "ticket": "t", "number": number}))


def _entry(decided: Entry, url: str | None = None) -> Reply:
    return Reply(json.dumps(entry_answer(decided, url)))


def _news(mode: Mode = Mode.ON) -> Reply:
    settings = Settings(destination="https://shop.example.com/", mode=mode, rate=RATE)
    return Reply(json.dumps(news_answer(settings, 0)))


FAILED = Reply("", 0)
BROKEN = Reply('{"message":"Internal Server Error"}', 500)
NO_PLACE = Reply(json.dumps(NO_TICKET), 401)
# What API Gateway itself answers.
CROWDED = Reply('{"message":"Too Many Requests"}', 429)
SOON = 1.0  # seconds after which the page asks again


def states() -> tuple[Shown, ...]:
    """Return all states, in the order in which a visitor may meet them. Answers are of now."""
    return (*_in_line(), *_at_the_front(), *_in_trouble())


def _turns(*replies: Reply, **others: Sequence[Reply]) -> Answers:
    return {Path.TURN.link: replies, Path.NEWS.link: (_news(),), **others}


def _fails(*replies: Reply) -> Answers:
    """Return the answers of a room that can't be reached after these ones."""
    return {Path.TURN.link: (*replies, FAILED), Path.NEWS.link: (FAILED,)}


def _in_line() -> Iterator[Shown]:
    long = turn(ahead=48_211, waiting=96_000, eta_seconds=14_460)
    farther = turn(ahead=2200, eta_seconds=660, retry_after=SOON)
    sooner, slower = turn(retry_after=SOON), turn(eta_seconds=1500)
    yield Shown("connecting", "Before the first answer")
    yield Shown("arriving", "Arriving in a crowd", _joins(CROWDED), arrives=True)
    yield Shown("counted", "The place is being counted", _turns(turn(ahead=None, eta_seconds=None)))
    # The first answer is before the one that is seen, so that the bar is not empty.
    yield Shown("waiting", "Waiting", _turns(farther, turn()), hurried_seconds=10)
    yield Shown("long", "A long wait", _turns(long))
    yield Shown("message", "With a message", _turns(turn(message=MESSAGE)))
    yield Shown("slower", "The wait got longer", _turns(sooner, slower), hurried_seconds=10)
    yield Shown("near", "Almost there", _turns(turn(ahead=3, eta_seconds=20)))
    yield Shown("still", "Standing still", _turns(turn(eta_seconds=None, still=True)))
    yield Shown("late", "Came after the turn", _turns(turn(ahead=12, late=4021, eta_seconds=75)))
    yield Shown("paused", "Paused", _turns(turn(State.PAUSED, eta_seconds=None)))


def _joins(*replies: Reply) -> Answers:
    return {Path.JOIN.link: replies}


def _at_the_front() -> Iterator[Shown]:
    ready = turn(State.READY, ahead=0, eta_seconds=0)
    expired = turn(State.EXPIRED, ahead=0, eta_seconds=None)
    off = turn(State.OFF, eta_seconds=None, spread_seconds=540)
    went_in = _turns(ready, enter=(_entry(Entry.GO_IN, INSIDE),))
    yield Shown("ready", "Your turn", _turns(ready))
    yield Shown("busy", "Going in, with many others", _turns(ready, enter=(CROWDED,)))
    yield Shown("off", "Off, going in one after the other", _turns(off))
    yield Shown("inside", "Gone in, and came back", went_in, _turns(ready))
    yield Shown("expired", "The turn has ended", _turns(expired))
    yield Shown("left", "Gone in, and the turn has ended", went_in, _turns(expired))


def _in_trouble() -> Iterator[Shown]:
    soon = turn(retry_after=SOON)
    lost = _turns(soon, NO_PLACE, turn(), join=(place(2),))
    no_cookies = {"cookieEnabled": False}
    in_app = {"userAgent": IN_AN_APP}
    yield Shown(
        "cookies",
        "Cookies off, kept by this tab",
        _turns(turn(), join=(place(),)),
        arrives=True,
        browser=no_cookies,
        cookieless=True,
    )
    refused = _turns(NO_PLACE, join=(place(),))
    yield Shown("blocked", "No place can be kept", refused, browser=no_cookies, hurried_seconds=60)
    yield Shown("lost", "The cookie was lost", lost, hurried_seconds=90)
    yield Shown("in-app", "In the browser of an app", _turns(turn()), browser=in_app)
    yield Shown("crowded", "Many ask", _turns(soon, CROWDED), hurried_seconds=10)
    yield Shown("no-place", "No place for now", _joins(BROKEN), arrives=True)
    yield Shown("reconnecting", "Reconnecting", _fails(soon), hurried_seconds=20)
    offline = {"onLine": False}
    yield Shown("offline", "Offline", _fails(soon), browser=offline, hurried_seconds=10)
    yield Shown(
        "closed",
        "Closed",
        _fails(soon),
        hurried_seconds=CLOSED_AFTER_SECONDS,
        hurried_for=2,
    )
    yield Shown("plain", "The script was blocked", has_script=False)
    yield Shown("no-javascript", "JavaScript is off", runs_scripts=False)
