"""The decision of ``/enter``: whether a visitor goes in, or where else the visitor goes.

A request is decided at most twice. A late visitor needs another slot. After the request for that
slot, the rule decides again, whether the slot was given or not:

    claim the turn ──▶ GO_IN, BACK_TO_ROOM or REJOIN
                   ╰─▶ TAKE_ANOTHER_SLOT ──given──▶ claim again ──▶ GO_IN, BACK_TO_ROOM or REJOIN
                                         ╰─none free──────────────▶ BACK_TO_ROOM
"""

from enum import Enum

from beekeeper.rules.settings import Mode, Settings
from beekeeper.rules.turn import Admission


class Entry(Enum):
    """The outcome for a visitor who asks to go in."""

    GO_IN = "go in"
    GO_IN_UNQUEUED = "go in unqueued"  # the room is off
    TAKE_ANOTHER_SLOT = "take another slot"
    BACK_TO_ROOM = "back to the room"
    REJOIN = "rejoin"  # the turn is over


def needs_claim(settings: Settings) -> bool:
    """Return whether to claim the turn in the table. A room that is off lets everybody in."""
    return settings.mode is not Mode.OFF


def decide(
    settings: Settings, admission: Admission | None, now: float, *, asked_for_slot: bool = False
) -> Entry:
    """Return the outcome for the visitor at ``now`` (epoch seconds).

    ``admission`` is the visitor's row after the claim. It is None if there is no row yet.
    ``asked_for_slot`` says that this request has already asked for another slot. It does not ask
    a second time.
    """
    if not needs_claim(settings):
        return Entry.GO_IN_UNQUEUED
    if admission is None or now < admission.admitted_at:
        return Entry.BACK_TO_ROOM
    if admission.needs_slot(settings, now):
        may_ask = admission.may_take_slot(settings, now) and not asked_for_slot
        return Entry.TAKE_ANOTHER_SLOT if may_ask else Entry.BACK_TO_ROOM
    return Entry.REJOIN if admission.is_over(settings, now) else Entry.GO_IN
