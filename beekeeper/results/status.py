"""How a room stands, and what its governor holds."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from html import escape
from typing import Any

from beekeeper.result import Result, html_table
from beekeeper.results.deploying import Change
from beekeeper.results.findings import Finding
from beekeeper.results.history import Entry
from beekeeper.rules.settings import GovernorMode, Settings
from beekeeper.times import clock


@dataclass(frozen=True, slots=True)
class GovernorDecision(Result):
    """A decision of the governor: when (epoch seconds), the pace, and what it had measured."""

    at: float
    pace: float
    p95_seconds: float
    failed_share: float  # of the probes

    def __str__(self) -> str:
        return f"{clock(self.at)}: {self.pace:,.0f} a minute"


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
    def verb(self) -> str:
        """What the governor does with a pace: it holds it, or would in another mode."""
        return "would hold" if self.mode == GovernorMode.ADVISE else "holds"

    @property
    def held(self) -> str:
        """The mode and the pace in words, without the reason."""
        if self.mode == GovernorMode.OFF:
            return self.mode
        return f"{self.mode}: {self.verb} {self.advised:,.0f} a minute"

    def __str__(self) -> str:
        if self.mode == GovernorMode.OFF:
            return self.held
        asked = f"; the site asks for {self.asked_pace:,.0f}" if self.asked_pace else ""
        why = f" ({self.reason})" if self.reason and self.measured_at else ""
        return f"{self.held}{why}{asked}"


class Light(StrEnum):
    """Whether a room is all right.

    RED: visitors are not let in, or get errors. AMBER: it works, and somebody should look at it
    soon, or a part of it can't be read.
    """

    GREEN = "green"
    AMBER = "amber"
    RED = "red"


@dataclass(frozen=True, slots=True)
class Errors(Result):
    """What went wrong in the last five minutes, by CloudWatch, whose figures are a minute late.

    ``function_errors`` are failed invocations, and ``throttles`` those that Lambda refused, by the
    name of the function (``consumer``). ``api_4xx`` and ``api_5xx`` are answers of the API: its own
    ones, such as 429 over the account's quota, and those of the functions.
    """

    function_errors: Mapping[str, int]
    throttles: Mapping[str, int]
    api_4xx: int
    api_5xx: int

    def __str__(self) -> str:
        counts = {
            **{f"errors of {part}": count for part, count in self.function_errors.items()},
            **{f"throttles of {part}": count for part, count in self.throttles.items()},
            "4xx": self.api_4xx,
            "5xx": self.api_5xx,
        }
        return (
            ", ".join(f"{name} {count:,}" for name, count in counts.items() if count) or "no errors"
        )


# To be read on a light page and on a dark one.
COLORS = {Light.GREEN: "#2da44e", Light.AMBER: "#bf8700", Light.RED: "#cf222e"}
# What a notebook shows. All the rest is in to_dict.
SHOWN = (
    "room",
    "mode",
    "rate",
    "held_rate",
    "arrivals_per_minute",
    "waiting",
    "longest_wait_seconds",
    "joined",
    "admitted",
    "entered",
    "no_shows",
    "latecomers",
    "heartbeat_seconds",
    "unreadable",
    "errors",
    "governor",
    "message",
    "planned",
    "problems",
    "drift",
    "unknown",
    "updated_at",
    "url",
)


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
    no_show_share: float | None  # of the admitted, not come in half a minute; None for few
    longest_wait_seconds: float | None  # the wait of a visitor who joins now; None unless on
    heard_within_seconds: float  # after a change, the last visitor in line hears of it
    updated_at: float | None  # None before the first consumer ran
    account: str
    region: str
    problems: Sequence[Finding] = ()  # damage in the table, of the governor, and too few workers
    drift: Sequence[Change] = ()  # what a deploy would change back; empty unless requested
    governor: GovernorStatus | None = None  # None without one, or if it can't be read
    light: Light = Light.GREEN  # the answer to "are we all right?"
    reason: str = ""  # of the light, in one sentence
    remedy: str = ""  # what to do about it, in one sentence; empty if there is nothing to do
    held_rate: float | None = None  # admitted in the last minute, exact; None while unknown
    entered_per_minute: float | None = None  # in the same minute
    arrivals_per_minute: float | None = None  # about how many joined in the last minute
    no_shows: int | None = None  # admitted half a minute ago, not come yet; at least so many
    latecomers: int = 0  # visitors in the lane for latecomers
    heartbeat_seconds: float | None = None  # since a consumer published; None before the first one
    unreadable: int | None = None  # messages in the dead-letter queue; None if it can't be read
    errors: Errors | None = None  # None if CloudWatch can't be read
    unknown: Sequence[str] = ()  # what could not be read, and why
    links: Mapping[str, str] = field(default_factory=dict)  # by name, into the AWS console
    planned: Sequence[Entry] = ()  # the changes that are still to come, the earliest first

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

    def _repr_html_(self) -> str:
        told = escape(" ".join(filter(None, (self.reason, self.remedy))))
        light = f"<b style='color: {COLORS[self.light]}'>● {self.light.upper()}</b>"
        problems = tuple(f"{problem.text} {problem.remedy}" for problem in self.problems)
        rows = {name: getattr(self, name) for name in SHOWN} | {"problems": problems}
        return f"<p>{light} {told}</p>{html_table(rows)}"
