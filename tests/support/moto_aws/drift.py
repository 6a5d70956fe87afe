"""What a change by hand is, as the lists of them say it."""

from dataclasses import dataclass

from tests.support.moto_aws.by_hand import ByHand

OURS = ("beekeeper:room", "beekeeper:version")


@dataclass(frozen=True)
class Drift:
    """One change by hand: of which step's attributes, and the calls that put it right."""

    name: str
    by_hand: ByHand
    step: str
    attributes: set[str]
    calls: list[str]
