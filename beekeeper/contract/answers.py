"""What ``GET /turn``, ``GET /enter`` and ``GET /`` answer to the page's script, as JSON.

``/turn``: the fields of :class:`~beekeeper.rules.turn.Turn`.

    200    state, ahead, waiting, rate, eta_seconds, still, retry_after, message, updated_at
           with the state ``ready`` also enter (a relative link) and expires_in; in the lane for
           latecomers also late

``/enter``, which answers everybody else with a redirect:

    200    state: ready or off    the visitor goes to enter: the destination's address with the pass
                  waiting         not now: the page asks ``turn`` again
                  expired         the turn is over

``/``, which gives the visitor a place, and answers everybody else with a redirect:

    200    state: waiting         the visitor has a place, and the ticket is in the cookie
                  off             the visitor goes to enter: the destination's address with the pass

The first two answer 401 with a state if the visitor has no valid ticket. The script reads the
fields by these names (assets/room/script).
"""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from beekeeper.contract.routes import Path
from beekeeper.rules.entry import Entry
from beekeeper.rules.turn import State, Turn

NO_TICKET_STATE = "unknown"
NO_TICKET = {"state": NO_TICKET_STATE}
ENTRY_STATES = {
    Entry.GO_IN: State.READY,
    Entry.GO_IN_UNQUEUED: State.OFF,
    Entry.BACK_TO_ROOM: State.WAITING,
    Entry.REJOIN: State.EXPIRED,
}


def turn_answer(turn: Turn) -> dict[str, Any]:
    """Return the content of the answer to a visitor with a ticket."""
    content = asdict(turn)
    if turn.late is None:
        del content["late"]
    if turn.state is State.READY:
        return {**content, "enter": Path.ENTER.link}
    del content["expires_in"]
    return content


def entry_answer(decided: Entry, url: str | None) -> dict[str, Any]:
    """Return the content of ``/enter``. ``url`` is the destination's, for a visitor who goes in."""
    state = ENTRY_STATES[decided]
    return {"state": state} if url is None else {"state": state, "enter": url}


def read_turn_answer(content: Mapping[str, Any]) -> tuple[State, float]:
    """Return the state, and after how many seconds to ask again.

    Raises KeyError or ValueError if the content is not an answer to a visitor with a ticket.
    """
    return State(content["state"]), float(content["retry_after"])
