"""The decision of ``/enter``: whether a visitor who asks to go in does so, or goes elsewhere.

It is made twice at most. A visitor who comes late needs another slot. Once that has been asked for,
given or not, the decision is made anew:

    claim the turn ──▶ GO_IN, BACK_TO_ROOM or REJOIN
                   ╰─▶ TAKE_ANOTHER_SLOT ──given──▶ claim again ──▶ GO_IN, BACK_TO_ROOM or REJOIN
                                         ╰─none free──────────────▶ BACK_TO_ROOM
"""

from enum import Enum

from beekeeper.rules.settings import Mode, Settings
from beekeeper.rules.turn import Admission


class Entry(Enum):
    """What becomes of a visitor who asks to go in."""

    GO_IN = "go in"
    GO_IN_UNQUEUED = "go in unqueued"  # the room is off
    TAKE_ANOTHER_SLOT = "take another slot"
    BACK_TO_ROOM = "back to the room"
    REJOIN = "rejoin"  # the turn has run out


def needs_claim(settings: Settings) -> bool:
    """Tell whether the table has to be asked: a room that is off lets everybody in."""
    return settings.mode is not Mode.OFF


def decide(
    settings: Settings, admission: Admission | None, now: float, *, asked_for_slot: bool = False
) -> Entry:
    """Return what becomes of the visitor at ``now`` (epoch seconds).

    ``admission`` is the row as it is after the claim, None while there is none. ``asked_for_slot``
    says that this request has asked for another slot already: it asks for no second one.
    """
    if not needs_claim(settings):
        return Entry.GO_IN_UNQUEUED
    if admission is None or now < admission.admitted_at:
        return Entry.BACK_TO_ROOM
    if admission.needs_slot(settings, now):
        may_ask = admission.may_take_slot(settings, now) and not asked_for_slot
        return Entry.TAKE_ANOTHER_SLOT if may_ask else Entry.BACK_TO_ROOM
    return Entry.REJOIN if admission.is_over(settings, now) else Entry.GO_IN
