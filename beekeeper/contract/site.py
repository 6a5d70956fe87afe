"""The environment variables that a destination's gate is configured with."""

from collections.abc import Mapping

ROOM = "BEEKEEPER_ROOM"
LINK = "BEEKEEPER_LINK"
DESTINATION = "BEEKEEPER_DESTINATION"
KEYS = "BEEKEEPER_KEYS"
VARIABLES = (ROOM, LINK, DESTINATION, KEYS)


def environment(room: str, link: str, destination: str, keys: Mapping[str, str]) -> dict[str, str]:
    """Return the variables. The keys are secret; the one that signs comes first."""
    ring = ",".join(f"{kid}:{secret}" for kid, secret in keys.items())
    return dict(zip(VARIABLES, (room, link, destination, ring), strict=True))
