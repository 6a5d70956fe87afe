"""The HTTP routes of a room, and the names in its queries and cookies.

Links inside a room are relative, so that the room works under a stage path, a custom domain, or an
emulator's path.
"""

from enum import StrEnum

TICKET_COOKIE = "beekeeper_ticket"
TO_PARAMETER = "to"  # where at the destination the visitor wants to go
REJOIN_PARAMETER = "rejoin"  # exchanges a turn that has ended for a new place in line


class Path(StrEnum):
    """The path of each route. All of them use GET."""

    CAMPAIGN = "/"
    ROOM = "/room"
    TURN = "/turn"
    ENTER = "/enter"
    CHECK = "/check"

    @property
    def route_key(self) -> str:
        """The route as API Gateway names it: ``GET /turn``."""
        return f"GET {self.value}"

    @property
    def link(self) -> str:
        """The path as a relative link from any page of the room."""
        return self.value.removeprefix("/") or "."


REJOIN_LINK = f"{Path.CAMPAIGN.link}?{REJOIN_PARAMETER}=1"
