"""How visitors are let through."""

from typing import Literal, Self, TypedDict

from pydantic import model_validator

from beekeeper.config.essentials import Essentials
from beekeeper.config.section import declared, described

# A FIFO queue hands out ten at a time, and the next ten when those are through. A consumer can be
# expected to see ten through in 0.1 s (five calls of AWS, one after the other), and no faster.
MAX_STRICT_RATE = 6_000


class LineValues(TypedDict, total=False):
    """The fields of :class:`Line` as keyword arguments."""

    claim_minutes: int
    overbooking: float
    order: Literal["standard", "strict"]


class Line(Essentials):
    """The order of the line, and what is done about visitors who do not come."""

    claim_minutes: int = declared("claim_minutes")
    overbooking: float = declared("overbooking")
    order: Literal["standard", "strict"] = described(
        f"`strict` lets visitors through exactly in the order of joining, at most"
        f" {MAX_STRICT_RATE:,} a minute, with 300 joins a second",
        default="standard",
    )

    @property
    def is_strict(self) -> bool:
        """Whether visitors are let through exactly in the order of joining."""
        return self.order == "strict"

    @model_validator(mode="after")
    def _strict_rate(self) -> Self:
        if self.is_strict and self.rate > MAX_STRICT_RATE:
            raise ValueError(
                f'rate = {self.rate}: with order = "strict" it is {MAX_STRICT_RATE:,} a minute at'
                " most, since a FIFO queue hands out ten visitors at a time. Lower the rate, or"
                " leave order out"
            )
        return self
