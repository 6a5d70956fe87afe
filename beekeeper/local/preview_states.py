"""The states of the waiting page that `beekeeper preview` shows, each with what makes it.

Most come from the answers of the room: the preview gives them to the real script of the page. Some
come from the browser (it is offline, it has no cookies), or from time that has passed.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from beekeeper.contract.routes import Path
from beekeeper.local.replies import (
    BROKEN,
    THROTTLED,
    UNKNOWN,
    Reply,
    entry,
    news,
    place,
    turn,
)
from beekeeper.rules.entry import Entry
from beekeeper.rules.turn import State

# The destination: the preview replaces it by an address for which the browser leaves no page.
INSIDE = "{inside}"
IN_AN_APP = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15"
    " (KHTML, like Gecko) Mobile/15E148 Instagram 300.0.0.0.0"
)
MESSAGE = "We have opened two more counters. Everybody in line before 20:00 will be served today."
CLOSED_AFTER_SECONDS = 1800.0  # more than until the page says so
SOON = 1.0  # seconds after which the page asks again
FAILED = Reply("", 0)

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
    """The browser keeps no cookie: the room knows only who shows the ticket."""
    hurried_seconds: float = 0
    """So much time of the page has passed before the state is seen."""
    hurried_for: float = 0.5
    """The preview takes so many seconds for it."""
    has_script: bool = True
    """The script of the page was not blocked on its way."""
    runs_scripts: bool = True
    """JavaScript is on."""


def states() -> tuple[Shown, ...]:
    """Return all states, in the order in which a visitor may meet them. Answers are of now."""
    return (*_in_line(), *_at_the_front(), *_without_cookies(), *_in_trouble())


def _turns(*replies: Reply, **others: Sequence[Reply]) -> Answers:
    return {Path.TURN.link: replies, Path.NEWS.link: (news(),), **others}


def _fails(*replies: Reply) -> Answers:
    """Return the answers of a room that can't be reached after these ones."""
    return {Path.TURN.link: (*replies, FAILED), Path.NEWS.link: (FAILED,)}


def _in_line() -> Iterator[Shown]:
    long = turn(ahead=48_211, waiting=96_000, eta_seconds=14_460)
    farther = turn(ahead=2200, eta_seconds=660, retry_after=SOON)
    sooner, slower = turn(retry_after=SOON), turn(eta_seconds=1500)
    yield Shown("connecting", "Before the first answer")
    yield Shown("arriving", "Arriving in a crowd", _joins(THROTTLED), arrives=True)
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
    went_in = _turns(ready, enter=(entry(Entry.GO_IN, INSIDE),))
    yield Shown("ready", "Your turn", _turns(ready))
    yield Shown("busy", "Going in, with many others", _turns(ready, enter=(THROTTLED,)))
    yield Shown("off", "Off, going in one after the other", _turns(off))
    yield Shown("inside", "Gone in, and came back", went_in, _turns(ready))
    yield Shown("expired", "The turn has ended", _turns(expired))
    yield Shown("left", "Gone in, and the turn has ended", went_in, _turns(expired))


def _without_cookies() -> Iterator[Shown]:
    kept = _turns(turn(), join=(place(),))
    refused = _turns(UNKNOWN, join=(place(),))
    lost = _turns(turn(retry_after=SOON), UNKNOWN, turn(), join=(place(2),))
    no_cookies = {"cookieEnabled": False}
    yield Shown(
        "cookies",
        "Cookies off, kept by this tab",
        kept,
        arrives=True,
        browser=no_cookies,
        cookieless=True,
    )
    yield Shown("blocked", "No place can be kept", refused, browser=no_cookies, hurried_seconds=60)
    yield Shown("lost", "The cookie was lost", lost, hurried_seconds=90)
    in_app = {"userAgent": IN_AN_APP}
    yield Shown("in-app", "In the browser of an app", _turns(turn()), browser=in_app)


def _in_trouble() -> Iterator[Shown]:
    soon = turn(retry_after=SOON)
    gone = _fails(soon)
    yield Shown("crowded", "Many ask", _turns(soon, THROTTLED), hurried_seconds=10)
    yield Shown("no-place", "No place for now", _joins(BROKEN), arrives=True)
    yield Shown("reconnecting", "Reconnecting", gone, hurried_seconds=20)
    yield Shown("offline", "Offline", gone, browser={"onLine": False}, hurried_seconds=10)
    yield Shown("closed", "Closed", gone, hurried_seconds=CLOSED_AFTER_SECONDS, hurried_for=2)
    yield Shown("plain", "The script was blocked", has_script=False)
    yield Shown("no-javascript", "JavaScript is off", runs_scripts=False)
