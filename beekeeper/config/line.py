"""How the line admits visitors."""

from typing import Literal, Self, TypedDict

from pydantic import model_validator

from beekeeper.config.essentials import Essentials
from beekeeper.config.section import declared, described
from beekeeper.rules.sizing import MAX_STRICT_RATE_PER_MINUTE, STRICT_JOINS_PER_SECOND


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
        "`strict` admits visitors exactly in the order of joining, at most"
        f" {MAX_STRICT_RATE_PER_MINUTE:,} a minute, with at most {STRICT_JOINS_PER_SECOND} joins a"
        " second",
        default="standard",
    )

    @property
    def is_strict(self) -> bool:
        """Whether visitors are admitted exactly in the order of joining."""
        return self.order == "strict"

    @model_validator(mode="after")
    def _strict_rate(self) -> Self:
        if self.is_strict and self.rate > MAX_STRICT_RATE_PER_MINUTE:
            raise ValueError(
                f'rate = {self.rate}: with order = "strict" the rate can be'
                f" {MAX_STRICT_RATE_PER_MINUTE:,} a minute at most, because a FIFO queue hands out"
                " ten visitors at a time. Lower the rate, or leave order out"
            )
        return self
