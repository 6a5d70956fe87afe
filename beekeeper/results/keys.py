"""What the commands about pass keys return."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from beekeeper.contract import site
from beekeeper.result import Result


@dataclass(frozen=True, slots=True)
class PassKeys(Result):
    """What a destination needs to verify passes. The keys are secret: take care who sees them."""

    room: str
    link: str  # the campaign link, for visitors without a pass
    destination: str
    issuer: str
    audience: str
    algorithm: str
    keys: dict[str, str] = field(repr=False)  # key id: secret; the key that signs comes first

    def environment(self) -> dict[str, str]:
        """Return the environment variables that a gate reads."""
        return site.environment(self.room, self.link, self.destination, self.keys)


@dataclass(frozen=True, slots=True)
class KeyRotation(Result):
    """Where a change of the key that signs passes stands. Keys are named by their ids."""

    room: str
    step: str  # the step that was asked for
    changed: bool  # False if it was done before
    signs: str  # the key that signs passes
    added: Sequence[str]  # the keys that verify passes, and don't sign yet
    former: Sequence[str]  # the keys that verify passes, and don't sign any more
    wait_seconds: float  # until the former keys can be removed; 0 without any
    next: str  # what to do now
