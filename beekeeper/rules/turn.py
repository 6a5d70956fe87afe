"""The turnstile's decision: what to tell a visitor, given the ticket and the state of the line."""

from dataclasses import dataclass, replace
from enum import StrEnum

from beekeeper.rules import line, no_shows, polling
from beekeeper.rules.line import Pulse
from beekeeper.rules.settings import Mode, Settings
from beekeeper.rules.tokens import Ticket


class State(StrEnum):
    """What ``/turn`` tells a visitor."""

    WAITING = "waiting"
    READY = "ready"
    PAUSED = "paused"
    OFF = "off"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Admission:
    """The row of an admitted visitor. Times are seconds since the epoch."""

    admitted_at: float
    claimed_at: float | None = None
    first_at: float | None = None  # the first slot, if the visitor came too late for it
    again: int = 0  # how many slots the visitor took since then

    def ends_at(self, settings: Settings) -> float:
        """Return when the turn ends (epoch seconds)."""
        return (self.first_at or self.admitted_at) + settings.claim_seconds

    def is_over(self, settings: Settings, now: float) -> bool:
        """Return whether the turn has ended, or the visitor let too many slots pass."""
        late = self.claimed_at is None and no_shows.is_late(self.admitted_at, now)
        return now >= self.ends_at(settings) or (late and self.again >= no_shows.MOST_AGAIN)

    def needs_slot(self, settings: Settings, now: float) -> bool:
        """Return whether the visitor comes too late for the slot, but within the turn."""
        late = self.claimed_at is None and no_shows.is_late(self.admitted_at, now)
        return late and not self.is_over(settings, now)

    def may_take_slot(self, settings: Settings, now: float) -> bool:
        """Return whether to ask for that slot. A paused line gives slots to nobody."""
        return settings.mode is Mode.ON and self.needs_slot(settings, now)


@dataclass(frozen=True, slots=True)
class Turn:
    """What ``/turn`` answers.

    ``ahead`` is None for a second or two, for visitors who came after the line was last counted.
    ``eta_seconds`` is None if the wait can't be known. ``still`` says that the line stands
    still for the moment. ``rate`` is in visitors a minute, and ``updated_at`` in seconds since the
    epoch. ``retry_after`` and ``expires_in`` are in seconds.
    """

    state: State
    ahead: int | None = 0
    waiting: int = 0
    rate: float = 0.0
    eta_seconds: float | None = None
    still: bool = False
    retry_after: float = polling.MIN_SECONDS
    message: str = ""
    updated_at: float = 0.0
    expires_in: int | None = None  # only if the visitor can go in


def needs_lookup(ticket: Ticket, settings: Settings, pulse: Pulse, now: float) -> bool:
    """Return whether the visitor may have been admitted, so that a look-up is necessary."""
    if settings.mode is Mode.OFF:
        return False
    ahead = line.ahead_of(ticket.number, pulse)
    return line.is_near_front(ahead, pulse, settings.pace(pulse), now)


def decide(
    ticket: Ticket, settings: Settings, pulse: Pulse, admission: Admission | None, now: float
) -> Turn:
    """Return what to tell the visitor.

    ``admission`` is None if the visitor is not admitted, or was not looked up.
    """
    if settings.mode is Mode.OFF:
        return _turn(State.OFF, settings, pulse)
    if admission is None:
        return _in_line(ticket, settings, pulse)
    return _admitted(admission, settings, pulse, now)


def _admitted(admission: Admission, settings: Settings, pulse: Pulse, now: float) -> Turn:
    if now < admission.admitted_at:
        # The slot is known to the millisecond, so the page asks again at that moment.
        soon = round(admission.admitted_at - now, 2)
        return _turn(State.WAITING, settings, pulse, eta=soon, retry_after=max(soon, 0.2))
    if admission.needs_slot(settings, now):
        # No slot is free at the moment, so the page asks again soon.
        if settings.mode is Mode.PAUSED:
            return _turn(State.PAUSED, settings, pulse, eta=None)
        return _turn(State.WAITING, settings, pulse)
    if admission.is_over(settings, now):
        return _turn(State.EXPIRED, settings, pulse)
    expires_in = int(admission.ends_at(settings) - now)
    return replace(_turn(State.READY, settings, pulse), expires_in=expires_in)


def _in_line(ticket: Ticket, settings: Settings, pulse: Pulse) -> Turn:
    ahead = line.ahead_of(ticket.number, pulse)
    eta = line.eta_seconds(ahead, pulse, settings.pace(pulse))
    if settings.mode is Mode.PAUSED:
        # In a line of millions, visitors near the front ask as if the line moved, because they
        # must be the first to hear that it moves again.
        moving, unknown = (_retry_after(wait, settings, pulse) for wait in (eta, None))
        pause = max(polling.UNKNOWN_WAIT_SECONDS, min(moving, unknown))
        return _turn(State.PAUSED, settings, pulse, ahead=ahead, eta=None, retry_after=pause)
    if ahead == 0 and not line.is_counted(ticket.number, pulse):
        # The visitor is the first of an empty line, or one of a crowd in its first second. Nobody
        # knows yet.
        soon = polling.MIN_SECONDS
        return _turn(State.WAITING, settings, pulse, ahead=None, eta=None, retry_after=soon)
    # No budget can change this: the turn must not be over when the page asks next, even if the line
    # moves as fast as no-shows can make it, and the page adds its jitter.
    latest = (eta / settings.overbooking + settings.claim_seconds) / (1 + polling.JITTER)
    pause = min(_retry_after(eta, settings, pulse), latest)
    return _turn(State.WAITING, settings, pulse, ahead=ahead, eta=eta, retry_after=pause)


def _retry_after(eta: float | None, settings: Settings, pulse: Pulse) -> float:
    return polling.retry_after(
        eta, pulse.waiting, settings.rate, budget_per_second=settings.polls_per_second
    )


def _turn(
    state: State,
    settings: Settings,
    pulse: Pulse,
    *,
    ahead: int | None = 0,
    eta: float | None = 0.0,
    retry_after: float | None = None,
) -> Turn:
    return Turn(
        state=state,
        ahead=ahead,
        waiting=max(pulse.waiting, ahead or 0),
        rate=settings.rate,
        eta_seconds=None if eta is None else round(eta, 1),
        retry_after=retry_after or _retry_after(eta, settings, pulse),
        message=settings.message,
        updated_at=pulse.as_of,
    )
