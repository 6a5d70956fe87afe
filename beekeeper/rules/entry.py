"""The decision of ``/enter``: whether a visitor goes in, or where else the visitor goes.

The handler first claims the turn at the visitor's own slot, in one call. Nearly all visitors come
then. The decision is for all others, whose row the call returns:

    claim the own slot ──▶ decide ──▶ GO_IN, BACK_TO_ROOM or REJOIN
                                  ├─▶ CLAIM, with the number in the lane ──▶ GO_IN or BACK_TO_ROOM
                                  ╰─▶ TAKE_NUMBER ──▶ BACK_TO_ROOM
"""

from enum import Enum

from beekeeper.rules.line import Pulse
from beekeeper.rules.settings import Mode, Settings
from beekeeper.rules.turn import Admission


class Entry(Enum):
    """The outcome for a visitor who asks to go in."""

    GO_IN = "go in"
    GO_IN_UNQUEUED = "go in unqueued"  # the room is off
    CLAIM = "claim"  # it is the visitor's time, but that is not recorded yet
    TAKE_NUMBER = "take a number"  # in the lane for latecomers
    BACK_TO_ROOM = "back to the room"
    REJOIN = "rejoin"  # the turn is over


def needs_claim(settings: Settings) -> bool:
    """Return whether to claim the turn in the table. A room that is off lets everybody in."""
    return settings.mode is not Mode.OFF


def decide(settings: Settings, admission: Admission | None, pulse: Pulse, now: float) -> Entry:
    """Return the outcome for the visitor at ``now`` (epoch seconds).

    ``admission`` is the visitor's row. It is None if there is no row yet.
    """
    if not needs_claim(settings):
        return Entry.GO_IN_UNQUEUED
    if admission is None:
        return Entry.BACK_TO_ROOM
    if admission.is_over(settings, pulse, now):
        return Entry.REJOIN
    if admission.claimed_at is not None:
        return Entry.GO_IN
    if admission.may_take_number(settings, pulse, now):
        return Entry.TAKE_NUMBER
    slot = admission.slot(pulse.lane)
    its_time = slot is not None and now >= slot and not admission.is_late(pulse.lane, now)
    return Entry.CLAIM if its_time else Entry.BACK_TO_ROOM
