"""The keys that the destination needs to verify passes."""

from beekeeper.connection import Deployed
from beekeeper.contract import items
from beekeeper.control import health
from beekeeper.control.table import read_item
from beekeeper.results import PassKeys
from beekeeper.rules import destination, tokens


def pass_keys(room: Deployed) -> PassKeys:
    """Return the keys, which are secret, and the claims that a pass must have.

    Raises ProvisionError, with the way to make new ones, when the keys are damaged.
    """
    ring = health.pass_ring_of(room, read_item(room, items.KEYS))
    keys = {key.kid: key.secret for key in ring.keys}
    settings = health.settings_of(room, read_item(room, items.ROOM), 0.0)  # no plan changes it
    audience = destination.origin_of(settings.destination)
    return PassKeys(
        room=room.state.room,
        link=room.state.url,
        destination=settings.destination,
        issuer=tokens.issuer(room.state.room),
        audience=audience,
        algorithm=tokens.ALGORITHM,
        keys=keys,
    )
