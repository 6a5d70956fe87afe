"""A change of the key that signs passes, in three steps. Nobody who is under way is refused.

    the ring          A            A N                N A                 N
    signs             A ──────────────────▶ N ─────────────────────────────
    verify            A            A, N               A, N                N
    step                 add           sign                 remove
    the site gets the keys    after add     after sign           after remove

Between ``add`` and ``sign`` every server of the site gets the new key. ``remove`` waits until no
pass that the former key signed is good any more. So whoever knows the keys as they were after the
last step accepts every pass that is under way. With an edge, ``remove`` also waits for a deploy,
which gives the edge a secret of the new key (rules/edge.py).

The ring itself does not tell an added key from a former one. ``signing_since`` does. A table of an
earlier release has one key, and no such time.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from beekeeper.rules.tokens import PASS_LIFETIME_SECONDS, Key, new_key

# For so long after the time of ``sign``, a function may still sign with the former key: the write
# comes after the time was read, reads of the table lag, a function uses its copy of the keys
# (cadence.ROOM_COPY_SECONDS), and signs at the end of a request (VISITOR_TIMEOUT_SECONDS).
STALE_SECONDS = 60


class Step(StrEnum):
    """A step of a change of keys."""

    ADD = "add"
    SIGN = "sign"
    REMOVE = "remove"


class Stage(StrEnum):
    """Where a change of keys stands."""

    ONE_KEY = "one key"  # no change is under way
    ADDED = "added"  # there are keys that don't sign yet
    SIGNS = "signs"  # there are keys that don't sign any more


@dataclass(frozen=True, slots=True)
class Ring:
    """The pass keys of a room. The first one signs, and all of them verify.

    ``signing_since`` is when the first key took over from the others (epoch seconds). It is None if
    the others don't sign yet, and infinite if it can't be read.
    """

    keys: Sequence[Key]
    signing_since: float | None = None

    @property
    def stage(self) -> Stage:
        """Where a change of keys stands."""
        if len(self.keys) == 1:
            return Stage.ONE_KEY
        return Stage.ADDED if self.signing_since is None else Stage.SIGNS

    def wait_seconds(self, now: float, leeway_seconds: float) -> float:
        """Return how long a pass that a former key signed can still be good.

        ``leeway_seconds`` is how long the destination accepts a pass after it has expired. The
        result is infinite if it is not known when the former key stopped: a time that is damaged,
        or in the future.
        """
        if self.stage is not Stage.SIGNS or self.signing_since is None:
            return 0.0
        if self.signing_since > now + STALE_SECONDS:
            return math.inf
        good = STALE_SECONDS + PASS_LIFETIME_SECONDS + leeway_seconds
        return max(0.0, self.signing_since + good - now)

    def is_former(self, kid: str) -> bool:
        """Return whether the key with this id does not sign any more: ``remove`` takes it away."""
        return self.stage is Stage.SIGNS and kid in (key.kid for key in self.keys[1:])


def after(
    ring: Ring, step: Step, now: float, leeway_seconds: float, edge_kid: str = ""
) -> Ring | None:
    """Return the ring after a step. Return the ring itself if the step was done before.

    Return None if the step is not possible now. ``edge_kid`` is the id of the key whose secret the
    edge sends.
    """
    wait = ring.wait_seconds(now, leeway_seconds)
    match step, ring.stage:
        case Step.ADD, Stage.ONE_KEY:
            return Ring((*ring.keys, new_key()))
        case Step.SIGN, Stage.ADDED:
            return Ring((ring.keys[-1], *ring.keys[:-1]), now)
        case Step.SIGN, Stage.SIGNS if wait == math.inf:
            return Ring(ring.keys, now)  # so that the former keys can be removed one day
        case Step.REMOVE, Stage.SIGNS if not wait and not ring.is_former(edge_kid):
            return Ring(ring.keys[:1])
        case (Step.ADD, Stage.ADDED) | (Step.SIGN, Stage.SIGNS) | (Step.REMOVE, Stage.ONE_KEY):
            return ring
    return None
