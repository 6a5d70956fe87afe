"""The door of a room with an edge: the attribute ``edge`` of the ``keys`` item (rules/edge.py).

A deploy writes it last, when the edge answers, and removes it first when the edge goes. It is
beside the keys because the functions read that item in any case.
"""

import json
import logging

from beekeeper.contract.attributes import Damaged, Item, read_json
from beekeeper.rules.destination import has_host
from beekeeper.rules.edge import Door

EDGE = "edge"
logger = logging.getLogger(__name__)


def door_of(item: Item) -> Door | None:
    """Return the door, or None while it is open. What is damaged by hand leaves it open."""
    if EDGE not in item:
        return None
    try:
        found = read_json(item, EDGE)
        door = Door(str(found["link"]), str(found["kid"]))
        if not has_host(door.link):
            raise Damaged(item, EDGE)
        return door
    except (Damaged, KeyError, TypeError) as error:
        logger.error("the attribute %s can't be read, and the door is open: %s", EDGE, error)
        return None


def door_attribute(door: Door) -> dict[str, str]:
    """Return the attribute that stores it."""
    return {"S": json.dumps({"link": door.link, "kid": door.kid})}
