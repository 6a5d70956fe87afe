"""What the public functions return: frozen, JSON-ready, and readable in a notebook."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from html import escape
from typing import Any


class Result:
    """Base of the results: ``to_dict`` for JSON, a table in a notebook."""

    def to_dict(self) -> dict[str, Any]:
        """Return the result as plain values."""
        return asdict(self)  # type: ignore[call-overload, no-any-return]

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><th align='left'>{escape(name)}</th><td>{escape(_text(name, value))}</td></tr>"
            for name, value in self.to_dict().items()
        )
        return f"<table>{rows}</table>"


@dataclass(frozen=True, slots=True)
class PlannedChange(Result):
    """What a deploy would do to one resource.

    ``action`` is create, update, replace, delete or unchanged; ``attributes`` maps each that
    differs to what it is and what it would be. What another resource decides is "(known after
    deploy)".
    """

    key: str
    kind: str
    name: str
    action: str
    attributes: Mapping[str, tuple[Any, Any]]


@dataclass(frozen=True, slots=True)
class Plan(Result):
    """What a deploy would do, and the IAM policies that the functions would have.

    ``notes`` are the limits that come with the configuration.
    """

    room: str
    changes: Sequence[PlannedChange]
    policies: Mapping[str, Any]  # by function
    notes: Sequence[str] = ()

    @property
    def has_changes(self) -> bool:
        """Whether a deploy would do anything."""
        return any(change.action != "unchanged" for change in self.changes)

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{escape(c.action)}</td><td>{escape(c.kind)}</td><td>{escape(c.name)}</td>"
            f"<td>{escape(', '.join(c.attributes) if c.action != 'create' else '')}</td></tr>"
            for c in self.changes
        )
        head = "<tr><th>action</th><th>kind</th><th>name</th><th>attributes</th></tr>"
        notes = "".join(f"<p>{escape(note)}</p>" for note in self.notes)
        return f"<table>{head}{rows}</table>{notes}"


@dataclass(frozen=True, slots=True)
class Deployment(Result):
    """A room that stands. ``url`` is the campaign link; ``changed`` what this deploy did.

    ``dns_record`` is the record to make for a custom domain: "queue.example.com CNAME d-abc…". None
    without such a domain, or when it was made in Route 53.
    """

    room: str
    url: str
    destination: str
    account: str
    region: str
    changed: Sequence[str]  # "create queue beekeeper-sale"
    state_file: str
    seconds: float
    dns_record: str | None = None


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
    measured_rate: float | None  # let through a minute; None while nobody waits
    no_show_share: float | None  # of those let through; None while too few are known of
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


@dataclass(frozen=True, slots=True)
class Finding(Result):
    """What one check found. ``verdict`` is ok, warning, problem, or unknown: it could not look."""

    check: str
    verdict: str
    text: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Diagnosis(Result):
    """Whether a room can be deployed here, and hold the event that it is configured for."""

    room: str
    account: str  # empty when the credentials are of no use
    region: str
    findings: Sequence[Finding]

    @property
    def has_problems(self) -> bool:
        """Whether something is to be put right first."""
        return any(finding.verdict == "problem" for finding in self.findings)

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{escape(f.verdict)}</td><td>{escape(f.check)}</td>"
            f"<td>{escape(f.text)}</td><td>{escape(f.remedy)}</td></tr>"
            for f in self.findings
        )
        head = "<tr><th>verdict</th><th>check</th><th>found</th><th>what to do</th></tr>"
        return f"<table>{head}{rows}</table>"


@dataclass(frozen=True, slots=True)
class CostLine(Result):
    """What one thing costs that AWS bills, in US dollars."""

    service: str
    what: str
    quantity: float
    usd: float


@dataclass(frozen=True, slots=True)
class Estimate(Result):
    """What an event costs, and a day of the room before and after it: US dollars, without tax.

    AWS's free allowances are not taken off. ``idle`` is a day on which the room is on and nobody
    comes, ``off`` one on which it is off.
    """

    region: str
    prices: str  # where they are from
    visitors: int
    rate: float  # visitors per minute
    hours: float  # from the first arrival until the line is empty
    event: Sequence[CostLine]
    idle: Sequence[CostLine]
    off: Sequence[CostLine]
    notes: Sequence[str]

    @property
    def event_usd(self) -> float:
        """The whole event."""
        return sum(line.usd for line in self.event)

    @property
    def idle_usd_per_day(self) -> float:
        """The room on, and nobody there."""
        return sum(line.usd for line in self.idle)

    @property
    def off_usd_per_day(self) -> float:
        """The room off."""
        return sum(line.usd for line in self.off)

    def to_dict(self) -> dict[str, Any]:
        """Return the estimate with its totals as plain values."""
        names = ("event_usd", "idle_usd_per_day", "off_usd_per_day")
        return {**asdict(self), **{name: round(getattr(self, name), 6) for name in names}}

    def _repr_html_(self) -> str:
        rows = [(e.service, e.what, f"{e.quantity:,.6g}", f"{e.usd:,.4f}") for e in self.event]
        rows += [
            ("the event", "", "", f"{self.event_usd:,.4f}"),
            ("a day on, and nobody there", "", "", f"{self.idle_usd_per_day:,.4f}"),
            ("a day off", "", "", f"{self.off_usd_per_day:,.4f}"),
        ]
        cells = ("".join(f"<td>{escape(cell)}</td>" for cell in row) for row in rows)
        body = "".join(f"<tr>{row}</tr>" for row in cells)
        head = "<tr><th>service</th><th>what</th><th>quantity</th><th>USD</th></tr>"
        return f"<table>{head}{body}</table>"


def _text(name: str, value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        return ", ".join(value)  # keys are shown by their ids: their secrets are not for a page
    if isinstance(value, Sequence):
        return ", ".join(map(str, value)) or "–"
    if isinstance(value, float) and name.endswith("_at"):
        return datetime.fromtimestamp(value).astimezone().strftime("%Y-%m-%d %H:%M:%S %Z")
    if isinstance(value, int | float):
        return f"{value:,.0f}" if value == int(value) else f"{value:,}"
    return "–" if value is None else str(value)
