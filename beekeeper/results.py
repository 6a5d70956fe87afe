"""What the public functions return: frozen objects, ready for JSON, readable in a notebook."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from html import escape
from typing import Any

from beekeeper.contract import site
from beekeeper.result import Result
from beekeeper.rules.settings import Settings


class Action(StrEnum):
    """What happens to a resource."""

    CREATE = "create"
    UPDATE = "update"
    REPLACE = "replace"
    DELETE = "delete"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True, repr=False)
class Change(Result):
    """What happens, or happened, to one resource of a room.

    ``kind`` and ``name`` are what AWS calls the resource: "queue", "beekeeper-sale". ``attributes``
    maps the name of each attribute that differs to a pair: its value in AWS, and the value in the
    configuration. A value that depends on a resource which does not exist yet is "(known after
    deploy)". ``key`` names the resource within the room, as in the events of a deploy.
    """

    action: Action
    kind: str
    name: str
    attributes: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)
    key: str = ""

    def __str__(self) -> str:
        differing = (
            ", ".join(self.attributes) if self.action in (Action.UPDATE, Action.REPLACE) else ""
        )
        return f"{self.action} {self.kind} {self.name}{f': {differing}' if differing else ''}"

    def __repr__(self) -> str:
        return f"<Change: {self}>"


@dataclass(frozen=True, slots=True)
class Plan(Result):
    """What a deploy would do, and the IAM policies that the functions would get.

    ``notes`` are the limits of this configuration. ``warnings`` are what the deploy means for
    visitors, for the destination and for the bill, such as a campaign link that changes.
    ``question`` has the warnings that need a decision: visitors wait, and the rate would change, or
    they would lose their place with the campaign link. Otherwise it is empty.
    """

    room: str
    changes: Sequence[Change]
    policies: Mapping[str, Any]  # by function
    notes: Sequence[str] = ()
    warnings: Sequence[str] = ()
    question: str = ""

    @property
    def has_changes(self) -> bool:
        """Whether a deploy would do anything."""
        return any(change.action is not Action.UNCHANGED for change in self.changes)

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{escape(c.action)}</td><td>{escape(c.kind)}</td><td>{escape(c.name)}</td>"
            f"<td>{'' if c.action is Action.CREATE else escape(', '.join(c.attributes))}</td></tr>"
            for c in self.changes
        )
        head = "<tr><th>action</th><th>kind</th><th>name</th><th>attributes</th></tr>"
        notes = "".join(f"<p>{escape(note)}</p>" for note in (*self.warnings, *self.notes))
        return f"<table>{head}{rows}</table>{notes}"


@dataclass(frozen=True, slots=True)
class Deployment(Result):
    """What one deploy did. ``url`` is the campaign link, ``seconds`` is how long the deploy took.

    ``changes`` are the resources that it created, updated, replaced or deleted. They are empty when
    AWS already matched the configuration. ``dns_record`` is the record that you have to create for
    a custom domain: "queue.example.com CNAME d-abc…". It is None without a custom domain, and when
    Beekeeper created the record in Route 53. ``warnings`` are those of the plan.
    """

    room: str
    url: str
    destination: str
    account: str
    region: str
    changes: Sequence[Change]
    state_file: str
    seconds: float
    dns_record: str | None = None
    warnings: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Destruction(Result):
    """What one destroy removed. ``deleted`` is empty when nothing of the room was left."""

    room: str
    deleted: Sequence[Change]
    seconds: float


class Verdict(StrEnum):
    """The result of one check. UNKNOWN means that the check could not run."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Finding(Result):
    """What one check found."""

    check: str
    verdict: Verdict
    text: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class GovernorDecision(Result):
    """A decision of the governor: when (epoch seconds), the pace, and what it had measured."""

    at: float
    pace: float
    p95_seconds: float
    failed_share: float  # of the probes

    def __str__(self) -> str:
        return f"{datetime.fromtimestamp(self.at, UTC):%H:%M} UTC: {self.pace:,.0f} a minute"


@dataclass(frozen=True, slots=True)
class GovernorStatus(Result):
    """What the governor measured and does. Paces are visitors a minute, times epoch seconds.

    ``pace`` is in force now. ``advised`` is what the governor holds, or would hold in the mode
    ``advise``, and what the site asks for. ``history`` has the last decisions, the newest last.
    """

    mode: str
    pace: float
    advised: float
    reason: str  # of the last decision
    measured_at: float | None  # None before the first measurement
    sent: int  # probes of the last measurement
    failed: int
    refused: int
    median_seconds: float
    p95_seconds: float
    baseline_seconds: float  # 0 while it is not known
    asked_pace: float | None  # what the site asks for now, if it does
    asked_until: float | None
    history: Sequence[GovernorDecision] = ()

    @property
    def held(self) -> str:
        """The mode and the pace in words, without the reason."""
        verb = "would hold" if self.mode == "advise" else "holds"
        return "off" if self.mode == "off" else f"{self.mode}: {verb} {self.advised:,.0f} a minute"

    def __str__(self) -> str:
        if self.mode == "off":
            return self.held
        asked = f"; the site asks for {self.asked_pace:,.0f}" if self.asked_pace else ""
        why = f" ({self.reason})" if self.reason and self.measured_at else ""
        return f"{self.held}{why}{asked}"


@dataclass(frozen=True, slots=True)
class Status(Result):
    """The status of a room. Names that end in ``_seconds`` are durations.

    ``admitted`` and ``entered`` are exact, whatever was killed. ``waiting`` is an estimate, so
    ``joined`` (``admitted`` plus ``waiting``) is exact as soon as the line is empty. Nobody waits
    while the room is off. The counts are of the time since the line was last cleared.

    ``updated_at`` is in seconds since the epoch. ``settings`` are all settings that the functions
    use. ``to_dict`` has each of them under its own name, next to the other fields.
    """

    room: str
    url: str
    settings: Settings
    waiting: int
    joined: int  # admitted and waiting; exact as soon as nobody waits
    admitted: int  # exact
    entered: int  # exact
    measured_rate: float | None  # visitors a minute; None unless a line moves
    no_show_share: float | None  # of the admitted visitors; None while the sample is too small
    longest_wait_seconds: float | None  # the wait of a visitor who joins now; None unless on
    heard_within_seconds: float  # after a change, the last visitor in line hears of it
    updated_at: float | None  # None before the first consumer ran
    account: str
    region: str
    problems: Sequence[Finding] = ()  # what somebody damaged in the table, with the remedies
    drift: Sequence[Change] = ()  # what a deploy would change back; empty unless requested
    governor: GovernorStatus | None = None  # None in a room without one

    @property
    def mode(self) -> str:
        """What the room does with visitors: ``on``, ``off`` or ``paused``."""
        return self.settings.mode.value

    @property
    def rate(self) -> float:
        """The rate that operators have set, in visitors per minute."""
        return self.settings.rate

    @property
    def destination(self) -> str:
        """The address of the site that the room protects."""
        return self.settings.destination

    @property
    def message(self) -> str:
        """What operators tell everybody who waits; empty when there is no message."""
        return self.settings.message

    def to_dict(self) -> dict[str, Any]:
        """Return the status as plain values, with each setting by its name."""
        values = asdict(self)
        settings = values.pop("settings")
        return {"room": values.pop("room"), "url": values.pop("url"), **settings, **values}


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


@dataclass(frozen=True, slots=True)
class Diagnosis(Result):
    """Whether a room can be deployed here, and can handle the event that it is configured for."""

    room: str
    account: str  # empty when the credentials can't be used
    region: str
    findings: Sequence[Finding]

    @property
    def has_problems(self) -> bool:
        """Whether you have to fix something before the event."""
        return any(finding.verdict is Verdict.PROBLEM for finding in self.findings)

    @property
    def is_ready(self) -> bool:
        """Whether the room is deployed, its functions answer, and you have nothing to fix."""
        answers = any(f.check == "functions" and f.verdict is Verdict.OK for f in self.findings)
        return answers and not self.has_problems

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{escape(f.verdict)}</td><td>{escape(f.check)}</td>"
            f"<td>{escape(f.text)}</td><td>{escape(f.remedy)}</td></tr>"
            for f in self.findings
        )
        head = "<tr><th>verdict</th><th>check</th><th>found</th><th>what to do</th></tr>"
        return f"<table>{head}{rows}</table>"
