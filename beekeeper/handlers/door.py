"""The door of a room with an edge (rules/edge.py): it sends on who did not come through the edge.

    a navigation                   302 to the campaign link
    a script on JOIN, TURN, ENTER  200 {"state": "moved", "enter": the campaign link}
    CHECK, NEWS and PACE           403 with the link: a program has the wrong address

Nobody gets a place, a turn or a pass by another way, so nobody walks around the edge's web ACL.
"""

from urllib.parse import quote

from beekeeper.contract.routes import EDGE_HEADER, TO_PARAMETER, Path
from beekeeper.handlers.http import Request, Response, in_language_of, json_response, redirect
from beekeeper.handlers.visitor_table import RoomCopy
from beekeeper.handlers.wishes import wish_of
from beekeeper.rules.edge import came_through

JOINING = (Path.CAMPAIGN, Path.JOIN)
FOR_PROGRAMS = (Path.CHECK, Path.NEWS, Path.PACE)


def moved(request: Request, room: RoomCopy) -> Response | None:
    """Return the answer to a request that the door keeps out, and None to any other."""
    door = room.door
    # If somebody has replaced the keys, the edge sends a secret that nobody knows any more.
    if door is None or all(key.kid != door.kid for key in room.pass_keys):
        return None
    if came_through(request.headers.get(EDGE_HEADER, ""), room.pass_keys):
        return None
    if request.path in FOR_PROGRAMS:
        told = {"error": "moved", "reason": f"ask {door.link} instead"}
        return json_response(403, {"allow": False, **told} if request.path == Path.CHECK else told)
    # The ticket stays with the host that gave it. What the link asked for goes along.
    query = _query(request) if request.path in JOINING else ""
    link = in_language_of(request, f"{door.link}{query}")
    if not request.wants_json():
        return redirect(link)
    # Few get it, and what it needs would slow down every cold start of the producer.
    from beekeeper.contract.answers import moved_answer

    return json_response(200, moved_answer(link))


def _query(request: Request) -> str:
    """Return the query of the campaign link that this one was, or the empty string."""
    to, campaign = wish_of(request)
    pairs = [f"{TO_PARAMETER}={quote(to, safe='/')}" if to else "", campaign]
    query = "&".join(pair for pair in pairs if pair)
    return f"?{query}" if query else ""
