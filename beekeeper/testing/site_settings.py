"""What a destination is configured with, as ``python -m beekeeper keys show`` prints it."""

from collections.abc import Mapping


def environment(name: str, link: str, destination: str, keys: Mapping[str, str]) -> dict[str, str]:
    """Return the four variables that a gate reads. The keys are secret; the first one signs."""
    return {
        "BEEKEEPER_ROOM": name,
        "BEEKEEPER_LINK": link,
        "BEEKEEPER_DESTINATION": destination,
        "BEEKEEPER_KEYS": ",".join(f"{kid}:{secret}" for kid, secret in keys.items()),
    }
