"""What a deploy means for people, said before it: a link that dies, keys that change, a rate.

``plan`` and ``deploy`` say the same. The engine knows what differs in AWS, and the state knows what
was there before.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from beekeeper.config import RoomConfig
from beekeeper.config.essentials import is_name
from beekeeper.contract import items, pulse_item
from beekeeper.contract.attributes import Damaged
from beekeeper.counted import waiting
from beekeeper.moves import Move, form_of, moves
from beekeeper.provision.aws import Aws
from beekeeper.provision.engine.decision import Plan
from beekeeper.provision.engine.pipeline import Engine
from beekeeper.provision.names import Names
from beekeeper.provision.resources.outputs import EDGE_LINK, ENDPOINT, OTHER_APIS, deletion
from beekeeper.provision.state import State, StateStore
from beekeeper.results import Action
from beekeeper.rules import destination

NEW = (Action.CREATE, Action.REPLACE)


@dataclass(frozen=True, slots=True)
class Before:
    """The room before a deploy: its state, and what is next to it."""

    state: State | None
    others: Sequence[str] = ()  # the rooms whose state is in the same place

    @classmethod
    def of(cls, state: State | None, store: StateStore) -> "Before":
        """Return the room before a deploy. Another room matters only to one that is new."""
        is_new = state is None or not state.resources
        others = [n for n in store.rooms() if n != store.room and is_name(n)] if is_new else []
        return cls(state, others)

    def had(self, key: str) -> bool:
        """Return whether an earlier deploy made that resource."""
        records = self.state.resources if self.state else ()
        return any(record.key == key and record.made for record in records)


@dataclass(frozen=True, slots=True)
class Line:
    """How the line stands before a deploy: the rate in force, and how many visitors wait."""

    rate: float
    waiting: int


def campaign_link(room: RoomConfig, outputs: Mapping[str, str]) -> str:
    """Return the campaign link. It is empty if it is not known yet."""
    of_aws = outputs.get(EDGE_LINK if room.edge else ENDPOINT, "")
    address = f"https://{room.domain_name}" if room.domain_name else of_aws
    return address and address.rstrip("/") + "/"


def link_moves(
    before: Before, room: RoomConfig, engine: Engine, plan: Plan, line: Callable[[], Line | None]
) -> list[Move]:
    """Return what the deploy changes about the campaign link, and for those who wait there."""
    is_new = {change.key for change in plan.changes if change.action in NEW}
    is_unknown = not room.domain_name and form_of(room).link_of in is_new
    link = "" if is_unknown else campaign_link(room, engine.outputs)
    return list(moves(before.state, room, link, is_new, lambda: _waiting(line())))


def costly(moves: Sequence[Move], line: Callable[[], Line | None]) -> list[str]:
    """Return what must be asked about: visitors wait, and would lose their place by it."""
    losses = [move.text for move in moves if move.loses_places]
    return losses if losses and _waiting(line()) else []


def _waiting(line: Line | None) -> int:
    return line.waiting if line else 0


def consequences(
    before: Before, room: RoomConfig, names: Names, engine: Engine, plan: Plan
) -> Iterator[str]:
    """Return what a deploy means for visitors, the destination and the bill."""
    changes = {change.key: change for change in plan.changes}
    is_new = {key for key, change in changes.items() if change.action in NEW}
    if before.had("keys") and "keys" in is_new:
        yield (
            "The signing keys were deleted, and deploy makes new ones: everybody who waits must"
            " join again, and your site refuses every pass until it has the new keys. Right after"
            " the deploy, run python -m beekeeper keys show, and give them to your site."
        )
    if before.had("settings") and "settings" in is_new:
        yield (
            "The room's mode and rate were deleted with its table: after the deploy it is on, at"
            f" {room.rate:,} a minute. If it was paused or off, set that again right after."
        )
    if before.had("queue") and "queue" in is_new:
        yield "The queue was deleted, and everybody who waits has lost their place in it."
    attributes = changes["settings"].attributes if "settings" in changes else {}
    if before.had("settings") and "settings" not in is_new:
        yield from _audience(*attributes.get("destination", ("", "")))
    for other in before.others:
        yield (
            f"This makes a new room, and room {other} goes on running and costing money. If you"
            f" have renamed it, remove it: python -m beekeeper destroy --room {other}"
        )
    for other in filter(None, engine.outputs.get(OTHER_APIS, "").split(", ")):
        yield (
            f"The HTTP API {other} has this room's tag as well, and is not in use. Remove it:"
            f" {deletion(other, names.region)}"
        )


def _audience(old: Any, new: Any) -> Iterator[str]:
    was, becomes = (destination.origin_of(str(address)) for address in (old, new))
    if old and new and was != becomes:
        yield (
            f"The audience of the passes (aud) changes from {was} to {becomes}. Your site must"
            " check for the new one from the deploy on, and refuses every pass until it does."
        )


def rate_change(room: RoomConfig, plan: Plan, line: Callable[[], Line | None]) -> str:
    """Return what to say if a deploy changes the rate of a room in which people wait, or nothing.

    What is live counts: operators may have changed the rate since the last deploy.
    """
    changes = [c for c in plan.changes if c.key == "settings" and c.action is Action.UPDATE]
    if not changes or "rate" not in changes[0].attributes:
        return ""
    live = line()
    if live is None or live.rate == room.rate or not live.waiting:
        return ""
    return (
        f"{waiting(live.waiting)}, and deploy changes the rate from {live.rate:,.0f} to"
        f" {room.rate:,} a minute."
    )


def line_now(aws: Aws, names: Names) -> Line | None:
    """Return how the line stands. None if nobody can tell: the deploy itself will say why."""
    keys = [items.key(items.ROOM), items.key(items.PULSE)]
    try:
        response = aws.client("dynamodb").batch_get_item(RequestItems={names.stem: {"Keys": keys}})
        found = {items.id_of(item): item for item in response["Responses"].get(names.stem, [])}
        live = items.settings_of(found[items.ROOM], aws.answered_at(response))
    except (BotoCoreError, ClientError, KeyError, Damaged):
        return None
    return Line(live.rate, live.waiting(pulse_item.pulse_of(found.get(items.PULSE))))
