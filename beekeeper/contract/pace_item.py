"""The table's ``pace`` item, which is the schedule of slots, to and from DynamoDB's wire format.

    paced_at   the last slot that was given out (epoch seconds)
    lane       the lane for latecomers (rules/lane.py): a JSON text. The pulse has a copy of it.

It is a small item of its own, because every claim writes it, and DynamoDB bills a write by the size
of the whole item.
"""

import json
from collections.abc import Iterator
from typing import Any

from beekeeper.contract.attributes import Damaged, or_default, read_json, read_number
from beekeeper.contract.items import LATEST, MOST, Item
from beekeeper.rules.lane import EMPTY, Lane, Mark

LANE = "lane"


def paced_at_of(item: Item | None) -> float:
    """Return the last slot that was given out. If it is damaged, it is 0."""
    if not item:
        return 0.0
    return or_default(item, "paced_at", 0.0, lambda: read_number(item, "paced_at", 0.0, LATEST))


def lane_of(item: Item | None) -> Lane:
    """Return the lane that the ``pace`` or ``pulse`` item has. If it is damaged, it is empty."""
    return or_default(item, LANE, EMPTY, lambda: _lane(item)) if item else EMPTY


def lane_attribute(lane: Lane) -> dict[str, str]:
    """Return the lane for the wire.

    A mark is three integers: milliseconds since the mark before it, milliseconds from its first
    slot to its last, and its count. So the marks of a minute fit into one write unit.
    """
    marks, before = [], 0
    for mark in lane.marks:
        first = round(mark.first * 1000)
        marks.append([first - before, round((mark.last - mark.first) * 1000), mark.count])
        before = first
    return {"S": json.dumps([lane.given, lane.served, marks], separators=(",", ":"))}


def _lane(item: Item) -> Lane:
    try:
        given, served, marks = read_json(item, LANE)
        lane = Lane(int(given), int(served), tuple(_marks(marks)))
    except (TypeError, ValueError, OverflowError):
        raise Damaged(item, LANE) from None
    counts = (lane.given, lane.served, *(mark.count for mark in lane.marks))
    times = [time for mark in lane.marks for time in (mark.first, mark.last)]
    if all(0 <= count <= MOST for count in counts) and all(0 <= at <= LATEST for at in times):
        return lane
    raise Damaged(item, LANE)


def _marks(stored: Any) -> Iterator[Mark]:
    first = 0
    for since, length, count in stored:
        first += int(since)
        yield Mark(first / 1000, (first + int(length)) / 1000, int(count))
