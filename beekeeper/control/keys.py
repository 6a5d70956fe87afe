"""The keys that the destination needs to verify passes."""

from beekeeper.connection import Deployed
from beekeeper.contract import items
from beekeeper.control.table import read_item
from beekeeper.results import PassKeys
from beekeeper.rules import destination, tokens


def pass_keys(room: Deployed) -> PassKeys:
    """Return the keys, which are secret, and the claims that a pass must have."""
    ring = items.keys_of(read_item(room, items.KEYS), items.PASS_KEYS)
    keys = {key.kid: key.secret for key in ring}
    settings = items.settings_of(read_item(room, items.ROOM))
    audience = destination.origin_of(settings.destination)
    return PassKeys(tokens.issuer(room.state.room), audience, tokens.ALGORITHM, keys)
