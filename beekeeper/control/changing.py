"""One change of a room's settings, with its row in the history.

It is one read of the line and one transaction (contract/history_item.py). The transaction also
makes permanent what was planned for before. If another operator was quicker, it reads again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from functools import partial
from typing import Any

from beekeeper.connection import Deployed
from beekeeper.contract import governor_item, history_item, items, plans, pulse_item
from beekeeper.contract.attributes import Damaged, Item
from beekeeper.contract.plans import Plan
from beekeeper.control import flow
from beekeeper.control.effect import waits
from beekeeper.control.metrics import tried
from beekeeper.control.note import NO_NOTE, Note
from beekeeper.control.table import find_items, find_items_at, transact
from beekeeper.errors import ConfigError, ProvisionError
from beekeeper.provision.engine.lease import this_machine
from beekeeper.results import Effect, Entry
from beekeeper.rules.governed import Governed
from beekeeper.rules.line import Pulse, is_stale
from beekeeper.rules.settings import Settings

ATTEMPTS = 6
KNOWN = {known.name: known for known in fields(Settings)}


@dataclass(frozen=True, slots=True)
class Line:
    """The room and its line as they were read at ``now`` (epoch seconds, by AWS's clock)."""

    room: Item
    pulse: Pulse
    governed: Governed
    now: float


def change_settings(room: Deployed, note: Note = NO_NOTE, **values: str | float) -> Effect:
    """Set settings of the room, at once or from ``note.planned_for`` on. Return what it means.

    Raises RoomNotFoundError and ProvisionError, and ConfigError if too much is planned already.
    """
    for attempt in range(ATTEMPTS):
        before = _read(room)
        entries = [_entry(room, before, note, name, value) for name, value in values.items()]
        if planned := _planned_before(before, note, values, entries):
            return _effect(before, values, planned)
        first = history_item.first_free(before.room, partial(find_items, room), look=attempt > 0)
        entries = [replace(entry, number=first + i) for i, entry in enumerate(entries)]
        wanted = _wanted(room, before, note, values, first)
        rows = [history_item.row_of(entry.number, asdict(entry)) for entry in entries]
        if transact(room, history_item.transaction(room.names.stem, before.room, wanted, rows)):
            return _effect(before, values, entries)
        room.aws.sleep(0.05 * 2**attempt)
    raise busy(room)


def _planned_before(
    line: Line, note: Note, values: Mapping[str, str | float], entries: Sequence[Entry]
) -> list[Entry]:
    """Return the changes with their numbers, if all of them are planned already.

    So a command whose answer was lost can be repeated.
    """
    at = note.planned_for
    known = {(p.at, p.setting, p.value): p.number for p in plans.plans_of(line.room)}
    numbers = [known.get((at, name, value)) for name, value in values.items()] if at else [None]
    if None in numbers or "cleared_at" in values:
        return []
    return [replace(e, number=n or 0) for e, n in zip(entries, numbers, strict=True)]


def busy(room: Deployed) -> ProvisionError:
    """Return the error for a change that something got in the way of again and again."""
    return ProvisionError(
        f"updating room {room.state.room}: others change it at the same moment, or DynamoDB slows"
        " it down. Nothing was changed. Run the same command again."
    )


def _read(room: Deployed) -> Line:
    ids = [items.ROOM, items.PULSE, *([items.GOVERNOR] if room.has_governor else [])]
    found, now = find_items_at(room, ids)
    if items.ROOM not in found:
        raise room.missing()
    pulse = pulse_item.pulse_of(found.get(items.PULSE))
    if is_stale(pulse, now):  # then it does not know who has joined since
        joined, _ = tried("who joined lately", lambda: flow.joined(room, pulse, now))
        pulse = flow.up_to_date(pulse, joined or {}, now)
    return Line(found[items.ROOM], pulse, governor_item.governed_of(found.get(items.GOVERNOR)), now)


def _entry(room: Deployed, line: Line, note: Note, name: str, value: str | float) -> Entry:
    item = plans.in_force(line.room, line.now)
    try:
        was = history_item.told(name, items.setting_value(KNOWN[name], item))
    except Damaged:
        was = ""  # this change may be the remedy
    return Entry(
        at=line.now,
        what=name,
        before=was,
        after=history_item.told(name, value),
        by=room.aws.identity[1],
        place=this_machine(),
        reason=note.reason,
        planned_for=None if name == "cleared_at" else note.planned_for,  # two seconds later
    )


def _wanted(
    room: Deployed, line: Line, note: Note, values: Mapping[str, str | float], first: int
) -> dict[str, Any]:
    """Return the attributes to write: the settings, or the plans with these among them."""
    newly_set = history_item.newly_set(line.room, line.now)
    if note.planned_for is None:
        return newly_set | {n: plans.setting_attribute(value) for n, value in values.items()}
    known = plans.plans_of(plans.in_force(line.room, line.now))
    numbered = enumerate(values.items(), first)
    listed = (*known, *(Plan(note.planned_for, i, n, value) for i, (n, value) in numbered))
    if len(listed) > plans.MOST_PLANS + ("cleared_at" in values):
        raise ConfigError(
            f"Room {room.state.room} has {len(known)} planned changes, and no more fit. Take one"
            " back: python -m beekeeper history --cancel N"
        )
    return newly_set | {plans.PLANNED: plans.plans_attribute(listed)}


def _effect(line: Line, values: Mapping[str, str | float], entries: Sequence[Entry]) -> Effect:
    changed = {name: plans.setting_attribute(value) for name, value in values.items()}
    try:
        before = items.settings_of(line.room, line.now)
        after = items.settings_of({**plans.in_force(line.room, line.now), **changed}, line.now)
    except Damaged:
        return Effect(tuple(entries))
    told = waits(before, after, line.pulse, line.governed, line.now)
    return Effect(tuple(entries), *told, round(before.heard_within_seconds(line.pulse), 1))
