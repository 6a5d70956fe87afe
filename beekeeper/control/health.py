"""What somebody has damaged in the room's items, and how an operator repairs it.

The functions go on with their last good copies. A function that starts afterwards has none, and
answers 503.
"""

from collections.abc import Iterator, Mapping

from beekeeper.connection import Deployed
from beekeeper.contract import items, pass_ring
from beekeeper.contract.attributes import Damaged, Item
from beekeeper.control.table import find_items, find_items_at
from beekeeper.errors import ProvisionError
from beekeeper.results import Finding, Verdict
from beekeeper.rules.rotation import Ring
from beekeeper.rules.settings import Settings

SETTINGS_REMEDY = (
    "Run python -m beekeeper deploy, which writes what can't be right anew. If it is the mode, run"
    " python -m beekeeper on, off or pause."
)
FORMAT_REMEDY = (
    "A deploy was interrupted, or this is an earlier release than the one that deployed the room."
    " Run python -m beekeeper deploy with the latest release."
)


def settings_of(room: Deployed, item: Item, now: float) -> Settings:
    """Return the room's settings at ``now`` (epoch seconds).

    Raise ProvisionError if they are damaged.
    """
    try:
        return items.settings_of(item, now)
    except Damaged as error:
        raise _explained(_damaged_settings(room, item)) from error


def pass_ring_of(room: Deployed, item: Item) -> Ring:
    """Return the ring of the pass keys. Raise ProvisionError if a key is damaged."""
    try:
        return pass_ring.pass_ring_of(item)
    except Damaged as error:
        raise _explained(_damaged_keys(room, error)) from error


def polls_per_second(room: Deployed) -> float:
    """Return how many polls a second all waiting pages make at most. Raises as settings_of."""
    found, now = find_items_at(room, (items.ROOM,))
    if items.ROOM not in found:
        raise room.missing()
    return settings_of(room, found[items.ROOM], now).polls_per_second


def look(room: Deployed) -> Finding:
    """Read the settings and the keys, and return the first problem, if there is one."""
    found = find_items(room, (items.ROOM, items.KEYS))
    if items.ROOM not in found:
        raise room.missing()
    text = "The settings and the signing keys in the room's table can be read."
    return next(problems(room, found), Finding("items", Verdict.OK, text))


def problems(room: Deployed, found: Mapping[str, Item]) -> Iterator[Finding]:
    """Return what is wrong with the room and keys items among those that were found."""
    yield from room_problems(room, found.get(items.ROOM, {}))
    yield from key_problems(room, found.get(items.KEYS))


def room_problems(room: Deployed, settings: Item) -> Iterator[Finding]:
    """Return what is wrong with the ``room`` item."""
    if items.damaged_settings(settings):
        yield _damaged_settings(room, settings)
    if (stored := items.format_of(settings)) != items.FORMAT:
        text = (
            f"The table of room {room.state.room} has format {stored}, and this release of"
            f" Beekeeper has format {items.FORMAT}, so its consumers admit nobody."
        )
        yield Finding("items", Verdict.PROBLEM, text, FORMAT_REMEDY)


def key_problems(room: Deployed, keys: Item | None) -> Iterator[Finding]:
    """Return what is wrong with the ``keys`` item."""
    keys = keys or items.key(items.KEYS)
    try:
        for kind in (items.TICKET_KEYS, items.PASS_KEYS):
            items.keys_of(keys, kind)
    except Damaged as error:
        yield _damaged_keys(room, error)


def _damaged_settings(room: Deployed, item: Item) -> Finding:
    names = ", ".join(items.damaged_settings(item))
    text = (
        f"The settings of room {room.state.room} are damaged. In the item {items.ROOM} of table"
        f" {room.names.stem}, these are missing or can't be read: {names}."
    )
    return Finding("items", Verdict.PROBLEM, text, SETTINGS_REMEDY)


def _damaged_keys(room: Deployed, error: Damaged) -> Finding:
    text = f"The signing keys of room {room.state.room} are damaged: {error}."
    delete = (
        f"aws dynamodb delete-item --table-name {room.names.stem} --region {room.state.region}"
        """ --key '{"id": {"S": "keys"}}'"""
    )
    remedy = (
        f"To make new ones, run {delete}, and then python -m beekeeper deploy: everybody who waits"
        " must join again, and your site needs the new keys (python -m beekeeper keys show)."
    )
    return Finding("items", Verdict.PROBLEM, text, remedy)


def _explained(problem: Finding) -> ProvisionError:
    return ProvisionError(f"{problem.text} {problem.remedy}")
