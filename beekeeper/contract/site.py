"""The environment variables that a destination's gate is configured with, and how it is known."""

from collections.abc import Mapping

ROOM = "BEEKEEPER_ROOM"
LINK = "BEEKEEPER_LINK"
DESTINATION = "BEEKEEPER_DESTINATION"
KEYS = "BEEKEEPER_KEYS"
VARIABLES = (ROOM, LINK, DESTINATION, KEYS)
REASON_HEADER = "X-Beekeeper-Gate"  # of what the gate answers to whom it does not let in


def environment(room: str, link: str, destination: str, keys: Mapping[str, str]) -> dict[str, str]:
    """Return the variables. The keys are secret; the one that signs comes first."""
    ring = ",".join(f"{kid}:{secret}" for kid, secret in keys.items())
    return dict(zip(VARIABLES, (room, link, destination, ring), strict=True))
