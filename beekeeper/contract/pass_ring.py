"""The pass keys in the ``keys`` item: the ring, and since when its first key signs.

``signing_since`` is beside the ring, and absent unless the ring has former keys. So an earlier
release, which does not know it, reads the ring as before.
"""

import math

from beekeeper.contract.attributes import Damaged, Item, read_number
from beekeeper.contract.items import PASS_KEYS, keys_of, number, ring_attribute
from beekeeper.rules.rotation import Ring
from beekeeper.rules.tokens import Key

SIGNING_SINCE = "signing_since"


def pass_ring_of(item: Item) -> Ring:
    """Read the ring of the pass keys. Raises Damaged as keys_of.

    If two keys have the same id, only the first one of them signs and verifies.
    """
    keys: dict[str, Key] = {}
    for found in keys_of(item, PASS_KEYS):
        keys.setdefault(found.kid, found)
    since = _signing_since(item) if SIGNING_SINCE in item else None
    return Ring(tuple(keys.values()), since)


def _signing_since(item: Item) -> float:
    try:
        return read_number(item, SIGNING_SINCE)
    except Damaged:
        return math.inf


def pass_ring_attributes(ring: Ring) -> dict[str, dict[str, str] | None]:
    """Return the attributes that store the ring. None stands for one that has to be absent."""
    since = ring.signing_since
    return {
        PASS_KEYS: ring_attribute(ring.keys),
        SIGNING_SINCE: None if since is None else number(since),
    }
