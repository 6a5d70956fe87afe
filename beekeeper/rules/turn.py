"""The turnstile's decision: what a visitor is told, given the ticket and the state of the line."""

from dataclasses import dataclass, replace
from enum import StrEnum

from beekeeper.rules import line, polling
from beekeeper.rules.line import Pulse
from beekeeper.rules.tokens import Ticket


class Mode(StrEnum):
    """What an operator has set a room to."""

    ON = "on"
    OFF = "off"
    PAUSED = "paused"


class State(StrEnum):
    """What a visitor is told."""

    WAITING = "waiting"
    READY = "ready"
    PAUSED = "paused"
    OFF = "off"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Settings:
    """The room as its operators have set it: the table's ``room`` item, without its keys."""

    mode: Mode
    rate: float  # visitors per minute
    destination: str
    message: str = ""
    claim_seconds: int = 900  # how long an admitted visitor may take to come


@dataclass(frozen=True, slots=True)
class Admission:
    """The row of an admitted visitor. Times are seconds since the epoch."""

    admitted_at: float
    claimed_at: float | None = None

    def ends_at(self, settings: Settings) -> float:
        """Return when the turn runs out."""
        return self.admitted_at + settings.claim_seconds


@dataclass(frozen=True, slots=True)
class Turn:
    """What ``/turn`` answers. ``eta_seconds`` is None when it can't be known."""

    state: State
    ahead: int = 0
    waiting: int = 0
    rate: float = 0.0
    eta_seconds: float | None = None
    retry_after: float = polling.MIN_SECONDS
    message: str = ""
    updated_at: float = 0.0
    expires_in: int | None = None  # of a turn that is ready


def needs_lookup(ticket: Ticket, settings: Settings, pulse: Pulse, now: float) -> bool:
    """Tell whether the visitor may have been admitted, so that the table has to be asked."""
    if settings.mode is Mode.OFF:
        return False
    ahead = line.ahead_of(ticket.number, pulse)
    return line.is_near_front(ahead, pulse, settings.rate, now)


def decide(
    ticket: Ticket, settings: Settings, pulse: Pulse, admission: Admission | None, now: float
) -> Turn:
    """Return what the visitor is told. ``admission`` is None when not admitted or not looked up."""
    if settings.mode is Mode.OFF:
        return _turn(State.OFF, settings, pulse)
    if admission is None:
        return _in_line(ticket, settings, pulse)
    if now < admission.admitted_at:
        # The slot is known to the millisecond: ask again when it comes.
        soon = round(admission.admitted_at - now, 2)
        return _turn(State.WAITING, settings, pulse, eta=soon, retry_after=max(soon, 0.2))
    if now >= admission.ends_at(settings):
        return _turn(State.EXPIRED, settings, pulse)
    expires_in = int(admission.ends_at(settings) - now)
    return replace(_turn(State.READY, settings, pulse), expires_in=expires_in)


def _in_line(ticket: Ticket, settings: Settings, pulse: Pulse) -> Turn:
    ahead = line.ahead_of(ticket.number, pulse)
    if settings.mode is Mode.PAUSED:
        return _turn(State.PAUSED, settings, pulse, ahead=ahead, eta=None)
    eta = line.eta_seconds(ahead, pulse, settings.rate)
    return _turn(State.WAITING, settings, pulse, ahead=ahead, eta=eta)


def _turn(
    state: State,
    settings: Settings,
    pulse: Pulse,
    *,
    ahead: int = 0,
    eta: float | None = 0.0,
    retry_after: float | None = None,
) -> Turn:
    return Turn(
        state=state,
        ahead=ahead,
        waiting=max(pulse.waiting, ahead),
        rate=settings.rate,
        eta_seconds=None if eta is None else round(eta, 1),
        retry_after=retry_after or polling.retry_after(eta, pulse.waiting, settings.rate),
        message=settings.message,
        updated_at=pulse.as_of,
    )
