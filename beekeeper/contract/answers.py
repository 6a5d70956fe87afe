"""What the room answers to the page's script and to apps, as JSON.

``/turn``: the fields of :class:`~beekeeper.rules.turn.Turn`.

    200    state, ahead, waiting, rate, eta_seconds, still, retry_after, message, updated_at, number
           number is that of the ticket: with another one, it is another place
           with the state ``ready`` also enter (a relative link) and expires_in; in the lane for
           latecomers also late
           with the state ``off`` also spread_seconds: each page goes in at a time of its own,
           drawn once at random from so many seconds. Until then it goes on asking: the room may be
           on again, and the visitor's turn may come

``/enter``, which answers everybody else with a redirect:

    200    state: ready or off    the visitor goes to enter: the destination's address with the pass
                  waiting         not now: the page asks ``turn`` again
                  expired         the turn is over

``POST /join``, and ``GET /`` of an app, which give the visitor a place:

    200    state: waiting         the visitor has a place. ticket (also in the cookie), its number
                                  (the time of arrival in milliseconds since the epoch), and the
                                  relative links room, turn and enter
                  off             the visitor goes to enter: the destination's address with the pass

The first two answer 401 with a state if the visitor has no valid ticket. All three answer 200 with
the state ``moved`` on a host that is not the campaign link's: ``enter`` is then the campaign link.

``/news``, which is the same for everybody and needs no ticket:

    200    version, mode, message, pace (the rate that is set, in visitors a minute), and
           spread_seconds as above (0 unless the mode is off)

The version changes with the mode, the message and the pace, and with nothing else. Without an edge,
``Retry-After`` says an hour: the page hears all of it by its polls. The script reads the fields by
these names (assets/room/script).
"""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from beekeeper.contract.routes import Path
from beekeeper.rules import news
from beekeeper.rules.entry import Entry
from beekeeper.rules.settings import Settings
from beekeeper.rules.turn import State, Turn

NO_TICKET_STATE = "unknown"
NO_TICKET = {"state": NO_TICKET_STATE}
MOVED_STATE = "moved"
ENTRY_STATES = {
    Entry.GO_IN: State.READY,
    Entry.GO_IN_UNQUEUED: State.OFF,
    Entry.BACK_TO_ROOM: State.WAITING,
    Entry.REJOIN: State.EXPIRED,
}


def turn_answer(turn: Turn, number: int) -> dict[str, Any]:
    """Return the content of the answer to a visitor with a ticket, which has this number."""
    content = {**asdict(turn), "number": number}
    if turn.late is None:
        del content["late"]
    if turn.state is not State.OFF:
        del content["spread_seconds"]
    if turn.state is State.READY:
        return {**content, "enter": Path.ENTER.link}
    del content["expires_in"]
    return content


def entry_answer(decided: Entry, url: str | None) -> dict[str, Any]:
    """Return the content of ``/enter``. ``url`` is the destination's, for a visitor who goes in."""
    state = ENTRY_STATES[decided]
    return {"state": state} if url is None else {"state": state, "enter": url}


def moved_answer(link: str) -> dict[str, Any]:
    """Return the content for a script that asks past the edge. ``link`` is the campaign link."""
    return {"state": MOVED_STATE, "enter": link}


def news_answer(settings: Settings, spread_seconds: float) -> dict[str, Any]:
    """Return the content of ``/news``."""
    return {
        "version": news.version_of(settings.mode, settings.message, settings.rate),
        "mode": settings.mode,
        "message": settings.message,
        "pace": settings.rate,
        "spread_seconds": spread_seconds,
    }


def read_turn_answer(content: Mapping[str, Any]) -> tuple[State, float]:
    """Return the state, and after how many seconds to ask again.

    Raises KeyError or ValueError if the content is not an answer to a visitor with a ticket.
    """
    return State(content["state"]), float(content["retry_after"])
