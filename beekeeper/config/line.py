"""How the line admits visitors."""

from typing import Literal, Self, TypedDict

from pydantic import model_validator

from beekeeper.config.essentials import Essentials
from beekeeper.config.section import declared, described
from beekeeper.rules import sizing

# A FIFO queue hands out ten tickets at a time, and the next ten only when these are deleted. We
# expect a consumer to need 0.1 s to admit ten visitors: five calls to AWS, one after the other.
MAX_STRICT_RATE = 6_000


class LineValues(TypedDict, total=False):
    """The fields of :class:`Line` as keyword arguments."""

    claim_minutes: int
    overbooking: float
    order: Literal["standard", "strict"]


class Line(Essentials):
    """The order of the line, and how the room handles visitors who never come."""

    claim_minutes: int = declared("claim_minutes")
    overbooking: float = declared("overbooking")
    order: Literal["standard", "strict"] = described(
        f"`strict` admits visitors exactly in the order of joining, at most {MAX_STRICT_RATE:,} a"
        f" minute, with at most {sizing.STRICT_JOINS_PER_SECOND} joins a second",
        default="standard",
    )

    @property
    def is_strict(self) -> bool:
        """Whether visitors are admitted exactly in the order of joining."""
        return self.order == "strict"

    @model_validator(mode="after")
    def _strict_rate(self) -> Self:
        if self.is_strict and self.rate > MAX_STRICT_RATE:
            raise ValueError(
                f'rate = {self.rate}: with order = "strict" the rate can be {MAX_STRICT_RATE:,} a'
                " minute at most, because a FIFO queue hands out ten visitors at a time. Lower the"
                " rate, or leave order out"
            )
        return self
