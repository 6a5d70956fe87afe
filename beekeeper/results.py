"""What the public functions return: frozen, JSON-ready, and readable in a notebook."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from html import escape
from typing import Any


class Result:
    """Base of the results: ``to_dict`` for JSON, a table in a notebook."""

    def to_dict(self) -> dict[str, Any]:
        """Return the result as plain values."""
        return asdict(self)  # type: ignore[call-overload, no-any-return]

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><th align='left'>{escape(name)}</th><td>{escape(_text(value))}</td></tr>"
            for name, value in self.to_dict().items()
        )
        return f"<table>{rows}</table>"


@dataclass(frozen=True, slots=True)
class Deployment(Result):
    """A room that stands. ``url`` is the campaign link; ``changed`` what this deploy did."""

    room: str
    url: str
    destination: str
    account: str
    region: str
    changed: Sequence[str]  # "create queue beekeeper-sale"
    state_file: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Destruction(Result):
    """A room that is gone."""

    room: str
    deleted: Sequence[str]
    seconds: float


@dataclass(frozen=True, slots=True)
class Status(Result):
    """How a room stands. Times are seconds since the epoch, ``rate`` is visitors per minute."""

    room: str
    url: str
    destination: str
    mode: str
    rate: float
    message: str
    waiting: int
    admitted: int
    measured_rate: float | None  # None while nobody waits
    longest_wait_seconds: float | None  # of who would join now
    updated_at: float | None  # None before the first consumer ran
    account: str
    region: str
    drift: Sequence[str] = field(default_factory=tuple)  # "update queue beekeeper-sale: ..."


@dataclass(frozen=True, slots=True)
class RoomSummary(Result):
    """One line of the list of rooms."""

    room: str
    url: str
    destination: str
    account: str
    region: str
    resources: int


@dataclass(frozen=True, slots=True)
class PassKeys(Result):
    """What a destination needs to verify passes. The keys are secret: mind where this is shown."""

    issuer: str
    audience: str
    algorithm: str
    keys: dict[str, str] = field(repr=False)  # kid: secret, the signing one first


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, Sequence):
        return ", ".join(map(str, value)) or "–"
    if isinstance(value, dict):
        return ", ".join(value)
    return "–" if value is None else f"{value:,}" if isinstance(value, int | float) else str(value)
