"""What an event costs: the result of ``beekeeper.estimate``."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from html import escape
from typing import Any

from beekeeper.result import Result


@dataclass(frozen=True, slots=True)
class CostLine(Result):
    """The cost of one thing that AWS bills, in US dollars."""

    service: str
    what: str
    quantity: float
    usd: float


@dataclass(frozen=True, slots=True)
class Estimate(Result):
    """What an event costs, and what the room costs a day before and after it.

    All amounts are US dollars without tax. AWS's free allowances are not subtracted. ``idle`` is a
    day on which the room is on and nobody comes. ``off`` is a day on which the room is off.
    """

    region: str
    prices: str  # the source of the prices
    visitors: int
    rate: float  # visitors per minute
    edge: bool
    hours: float  # from the first arrival until the line is empty
    event: Sequence[CostLine]
    idle: Sequence[CostLine]
    off: Sequence[CostLine]
    notes: Sequence[str]

    @property
    def event_usd(self) -> float:
        """The cost of the whole event."""
        return sum(line.usd for line in self.event)

    @property
    def idle_usd_per_day(self) -> float:
        """The cost of a day on which the room is on and nobody comes."""
        return sum(line.usd for line in self.idle)

    @property
    def off_usd_per_day(self) -> float:
        """The cost of a day on which the room is off."""
        return sum(line.usd for line in self.off)

    def to_dict(self) -> dict[str, Any]:
        """Return the estimate with its totals as plain values."""
        names = ("event_usd", "idle_usd_per_day", "off_usd_per_day")
        return {**asdict(self), **{name: round(getattr(self, name), 6) for name in names}}

    def _repr_html_(self) -> str:
        rows = [(e.service, e.what, f"{e.quantity:,.6g}", f"{e.usd:,.4f}") for e in self.event]
        rows += [
            ("the event", "", "", f"{self.event_usd:,.4f}"),
            ("a day on, without visitors", "", "", f"{self.idle_usd_per_day:,.4f}"),
            ("a day off", "", "", f"{self.off_usd_per_day:,.4f}"),
        ]
        cells = ("".join(f"<td>{escape(cell)}</td>" for cell in row) for row in rows)
        body = "".join(f"<tr>{row}</tr>" for row in cells)
        head = "<tr><th>service</th><th>what</th><th>quantity</th><th>USD</th></tr>"
        return f"<table>{head}{body}</table>"
