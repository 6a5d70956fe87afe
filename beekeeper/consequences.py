"""What a deploy means for people, said before it: a link that dies, keys that change, a rate.

``plan`` and ``deploy`` say the same. The engine knows what differs in AWS, and the state knows what
was there before.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from beekeeper.config import RoomConfig
from beekeeper.config.essentials import is_name
from beekeeper.contract import items, pulse_item
from beekeeper.contract.attributes import Damaged
from beekeeper.provision.aws import Aws
from beekeeper.provision.engine.decision import Plan
from beekeeper.provision.engine.pipeline import Engine
from beekeeper.provision.names import Names
from beekeeper.provision.resources.outputs import ENDPOINT, OTHER_APIS, deletion
from beekeeper.provision.state import State, StateStore
from beekeeper.results import Action
from beekeeper.rules import destination

NEW = (Action.CREATE, Action.REPLACE)
ITS_SITE = "your site, which sends visitors without a pass there"


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


def campaign_link(room: RoomConfig, outputs: Mapping[str, str]) -> str:
    """Return the campaign link. It is empty if it is not known yet."""
    address = f"https://{room.domain_name}" if room.domain_name else outputs.get(ENDPOINT, "")
    return address and address.rstrip("/") + "/"


def consequences(
    before: Before, room: RoomConfig, names: Names, engine: Engine, plan: Plan
) -> Iterator[str]:
    """Return what a deploy means for visitors, the destination and the bill."""
    changes = {change.key: change for change in plan.changes}
    is_new = {key for key, change in changes.items() if change.action in NEW}
    yield from _link(before, room, engine, api_is_new="api" in is_new)
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


def _link(before: Before, room: RoomConfig, engine: Engine, *, api_is_new: bool) -> Iterator[str]:
    old = before.state.url if before.state else ""
    new = "" if api_is_new and not room.domain_name else campaign_link(room, engine.outputs)
    if not old or old == new:
        return
    if new:
        yield f"The campaign link changes from {old} to {new}. Publish it, and tell {ITS_SITE}."
    else:
        yield (
            f"The room's HTTP API is gone, so the campaign link {old} is dead and can't come back."
            f" Deploy makes another link: publish it at once, and give it to {ITS_SITE}."
        )


def _audience(old: Any, new: Any) -> Iterator[str]:
    was, becomes = (destination.origin_of(str(address)) for address in (old, new))
    if old and new and was != becomes:
        yield (
            f"The audience of the passes (aud) changes from {was} to {becomes}. Your site must"
            " check for the new one from the deploy on, and refuses every pass until it does."
        )


def rate_change(room: RoomConfig, aws: Aws, names: Names, plan: Plan) -> str:
    """Return what to say if a deploy changes the rate of a room in which people wait, or nothing.

    What is live counts: operators may have changed the rate since the last deploy.
    """
    changes = [c for c in plan.changes if c.key == "settings" and c.action is Action.UPDATE]
    if not changes or "rate" not in changes[0].attributes:
        return ""
    keys = [items.key(items.ROOM), items.key(items.PULSE)]
    try:
        response = aws.client("dynamodb").batch_get_item(RequestItems={names.stem: {"Keys": keys}})
    except (BotoCoreError, ClientError):
        return ""  # the deploy itself will say what is wrong
    found = {items.id_of(item): item for item in response["Responses"].get(names.stem, [])}
    try:
        live = items.settings_of(found[items.ROOM])
    except (KeyError, Damaged):
        return ""  # it was deleted or damaged by hand, and deploy writes it anew
    waiting = live.waiting(pulse_item.pulse_of(found.get(items.PULSE)))
    if live.rate == room.rate or not waiting:
        return ""
    return (
        f"{waiting:,} visitors wait, and deploy changes the rate from {live.rate:,.0f} to"
        f" {room.rate:,} a minute."
    )
