"""What a deploy means for those who wait when their link, or what its name leads to, changes.

A visitor's place is in a cookie, and a cookie belongs to a host name. So a room can move between
API Gateway and the edge without loss where its host name stays, and nowhere else.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from beekeeper.config import RoomConfig
from beekeeper.provision.engine.decision import Plan
from beekeeper.provision.state import State
from beekeeper.results import Action

ITS_SITE = "your site, which sends visitors without a pass there"
SLOW = (
    "The CloudFront {what} will be {done}. That takes minutes, because CloudFront tells all"
    " its locations. Deploy waits for it, and shows that it does."
)
# The steps whose changes CloudFront tells all its locations. With the first goes the second.
EDGE = {"distribution": "distribution", "page function": "function"}
DONE = {
    Action.CREATE: "made",
    Action.UPDATE: "changed",
    Action.REPLACE: "replaced",
    Action.DELETE: "disabled, and then deleted",
}


@dataclass(frozen=True, slots=True)
class Move:
    """One thing to say. ``loses_places`` says that whoever waits now loses something by it."""

    text: str
    loses_places: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """Where a room is: at the edge or not, and under a name of its own or not."""

    edge: bool
    domain: str | None

    @property
    def link_of(self) -> str:
        """The step that the host name of the campaign link comes from, without a domain."""
        return "distribution" if self.edge else "api"

    @property
    def record_of(self) -> str:
        """The step whose name a DNS record of the domain must lead to."""
        return "distribution" if self.edge else "domain"


def form_of(room: RoomConfig) -> Form:
    """Return where the configuration wants a room."""
    return Form(room.edge, room.domain_name)


def slow(plan: Plan) -> list[str]:
    """Return which change takes minutes. One of tags takes none."""
    changes = {
        c.key: c for c in plan.changes if c.action in DONE and c.attributes.keys() - {"tags"}
    }
    for key, what in EDGE.items():
        if key in changes:
            return [SLOW.format(what=what, done=DONE[changes[key].action])]
    return []


def moves(
    state: State | None,
    room: RoomConfig,
    link: str,
    is_new: Collection[str],
    waiting: Callable[[], int],
) -> Iterator[Move]:
    """Yield what the deploy changes about the link.

    ``link`` is the link after the deploy, or empty while it is not known yet. ``is_new`` has the
    keys of the steps whose resources are made. ``waiting`` counts who waits now; 0 if unknown.
    """
    old = state.url if state else ""
    if state is None or not old:
        return
    was = Form(bool(state.config.get("edge")), state.config.get("domain_name"))
    becomes = form_of(room)
    if old == link:
        yield from _behind_the_name(was, room, old, is_new, waiting)
    elif not link and was == becomes:
        yield _gone(old, becomes)
    else:
        new = link or "one that deploy prints"
        yield Move(
            f"The campaign link changes from {old} to {new}. Publish it, and tell {ITS_SITE}."
        )
        yield from _left_behind(was, becomes, old, waiting)


def _behind_the_name(
    was: Form, room: RoomConfig, link: str, is_new: Collection[str], waiting: Callable[[], int]
) -> Iterator[Move]:
    becomes = form_of(room)
    by_hand = bool(room.domain_name) and not room.hosted_zone_id
    if by_hand and (was.edge != becomes.edge or becomes.record_of in is_new):
        yield Move(
            f"The DNS record of {room.domain_name} must lead elsewhere: when the deploy has ended,"
            " change your CNAME record to the value that it prints. Nobody reaches the room in"
            f" between, so deploy while nobody waits{_now(waiting)}.",
            loses_places=True,
        )
    elif was.edge != becomes.edge:
        where = "to the edge" if becomes.edge else "from the edge to API Gateway"
        yield Move(
            f"The room moves {where}. The campaign link {link} stays, and everybody who waits keeps"
            " their place."
        )


def _gone(old: str, form: Form) -> Move:
    what = "CloudFront distribution" if form.edge else "HTTP API"
    return Move(
        f"The room's {what} is gone, so the campaign link {old} is dead and can't come back."
        f" Deploy makes another link: publish it at once, and give it to {ITS_SITE}."
    )


def _left_behind(was: Form, becomes: Form, old: str, waiting: Callable[[], int]) -> Iterator[Move]:
    """Say what happens to those who wait at the former link, unless it goes on to work."""
    if not was.domain and was.edge == becomes.edge:
        return  # a domain was added: the address without one stays
    is_sent = not was.domain and becomes.edge  # by the door: contract/door.py
    then = "and is sent to the edge" if is_sent else "because that address ends with the deploy"
    yield Move(
        f"Everybody who waits at {old} loses their place, {then}: do it while nobody"
        f" waits{_now(waiting)}.",
        loses_places=True,
    )


def _now(waiting: Callable[[], int]) -> str:
    count = waiting()
    return f" ({count:,} wait now)" if count else ""
