"""The type of a change by hand, for the lists of such changes."""

from dataclasses import dataclass

from tests.support.moto_aws.by_hand import ByHand

OURS = ("beekeeper:room", "beekeeper:version")


@dataclass(frozen=True)
class Drift:
    """One change by hand: the step, its attributes, and the calls that repair them."""

    name: str
    by_hand: ByHand
    step: str
    attributes: set[str]
    calls: list[str]
