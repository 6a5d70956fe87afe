"""What ``GET /turn`` answers, as JSON: the fields of :class:`~beekeeper.rules.turn.Turn`.

    200    state, ahead, waiting, rate, eta_seconds, retry_after, message, updated_at
           with the state ``ready`` also enter (a relative link) and expires_in
    401    state: the visitor has no valid ticket

The page's script reads the fields by these names (assets/room/script).
"""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from beekeeper.contract.routes import Path
from beekeeper.rules.turn import State, Turn

NO_TICKET_STATE = "unknown"
NO_TICKET = {"state": NO_TICKET_STATE}


def turn_answer(turn: Turn) -> dict[str, Any]:
    """Return the content of the answer to a visitor with a ticket."""
    content = asdict(turn)
    if turn.state is State.READY:
        return {**content, "enter": Path.ENTER.link}
    del content["expires_in"]
    return content


def read_turn_answer(content: Mapping[str, Any]) -> tuple[State, float]:
    """Return the state, and after how many seconds to ask again.

    Raises KeyError or ValueError if the content is not an answer to a visitor with a ticket.
    """
    return State(content["state"]), float(content["retry_after"])
