"""The HTTP routes of a room, and the names in its queries and cookies.

Links inside a room are relative, so that the room works under a stage path, a custom domain, or an
emulator's path.
"""

from enum import StrEnum

TICKET_COOKIE = "beekeeper_ticket"  # and the room's name, as in beekeeper_ticket_summer-sale
TO_PARAMETER = "to"  # where at the destination the visitor wants to go
REJOIN_PARAMETER = "rejoin"  # exchanges a turn that has ended for a new place in line
STAY_PARAMETER = "stay"  # asks for a page that does not refresh itself
LANGUAGE_PARAMETER = "lang"  # the language that the visitor has chosen, or that the link asks for
# CloudFront adds this to each request that it sends to the API (rules/edge.py).
EDGE_HEADER = "x-beekeeper-edge"


class Path(StrEnum):
    """The path of each route.

    A route takes every method, because API Gateway answers 404 itself to a method without a route,
    also to HEAD and OPTIONS. The functions answer GET, HEAD and OPTIONS, and refuse the rest.
    POST is for JOIN, where the page asks for a place, and for PACE, where the site asks for a
    slower pace.

    With an edge, CAMPAIGN and ROOM are the static page at the edge, and ROBOTS a file there.
    """

    CAMPAIGN = "/"
    JOIN = "/join"
    ROOM = "/room"
    TURN = "/turn"
    ENTER = "/enter"
    CHECK = "/check"
    NEWS = "/news"
    ROBOTS = "/robots.txt"
    PACE = "/pace"  # only of a room with a governor

    @property
    def route_key(self) -> str:
        """The route as API Gateway names it: ``ANY /turn``."""
        return f"ANY {self.value}"

    @property
    def link(self) -> str:
        """The path as a relative link from any page of the room."""
        return self.value.removeprefix("/") or "."


def ticket_cookie_name(room: str) -> str:
    """Return the name of a room's cookie. Rooms can share a host, and each gets all its cookies."""
    return f"{TICKET_COOKIE}_{room}"


def with_language(link: str, language: str) -> str:
    """Return a link that asks for a language."""
    return f"{link}{'&' if '?' in link else '?'}{LANGUAGE_PARAMETER}={language}"


STAY_LINK = f"{Path.ENTER.link}?{STAY_PARAMETER}=1"
REJOIN_LINK = f"{Path.JOIN.link}?{REJOIN_PARAMETER}=1"
