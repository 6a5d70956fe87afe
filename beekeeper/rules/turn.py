"""The turnstile's decision: what a visitor is told, given the ticket and the state of the line."""

from dataclasses import dataclass, replace
from enum import StrEnum

from beekeeper.rules import line, no_shows, polling
from beekeeper.rules.line import Pulse
from beekeeper.rules.settings import Mode, Settings
from beekeeper.rules.tokens import Ticket


class State(StrEnum):
    """What a visitor is told."""

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
    first_at: float | None = None  # the first slot, of a visitor who came late to it
    again: int = 0  # how many slots were taken since

    def ends_at(self, settings: Settings) -> float:
        """Return when the turn runs out (epoch seconds)."""
        return (self.first_at or self.admitted_at) + settings.claim_seconds

    def is_over(self, settings: Settings, now: float) -> bool:
        """Tell whether the turn has run out, or the visitor let too many slots go by."""
        late = self.claimed_at is None and no_shows.is_late(self.admitted_at, now)
        return now >= self.ends_at(settings) or (late and self.again >= no_shows.MOST_AGAIN)

    def needs_slot(self, settings: Settings, now: float) -> bool:
        """Tell whether the visitor comes late to the slot, but within the turn."""
        late = self.claimed_at is None and no_shows.is_late(self.admitted_at, now)
        return late and not self.is_over(settings, now)

    def may_take_slot(self, settings: Settings, now: float) -> bool:
        """Tell whether to ask for that slot: a line that is paused has none for anybody."""
        return settings.mode is Mode.ON and self.needs_slot(settings, now)


@dataclass(frozen=True, slots=True)
class Turn:
    """What ``/turn`` answers.

    ``ahead`` is None for a second or two, for visitors who came after the line was last counted.
    ``eta_seconds`` is None when the wait can't be known. ``rate`` is in visitors a minute,
    ``updated_at`` in seconds since the epoch; ``retry_after`` and ``expires_in`` are in seconds.
    """

    state: State
    ahead: int | None = 0
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
    return line.is_near_front(ahead, pulse, settings.pace(pulse), now)


def decide(
    ticket: Ticket, settings: Settings, pulse: Pulse, admission: Admission | None, now: float
) -> Turn:
    """Return what the visitor is told. ``admission`` is None when not admitted or not looked up."""
    if settings.mode is Mode.OFF:
        return _turn(State.OFF, settings, pulse)
    if admission is None:
        return _in_line(ticket, settings, pulse)
    return _admitted(admission, settings, pulse, now)


def _admitted(admission: Admission, settings: Settings, pulse: Pulse, now: float) -> Turn:
    if now < admission.admitted_at:
        # The slot is known to the millisecond, so the page asks again when it comes.
        soon = round(admission.admitted_at - now, 2)
        return _turn(State.WAITING, settings, pulse, eta=soon, retry_after=max(soon, 0.2))
    if admission.needs_slot(settings, now):
        # All slots are taken at the moment, so the page asks again soon.
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
        # In a line of millions, those near the front ask as if it moved: they must hear first.
        moving, unknown = (_retry_after(wait, settings, pulse) for wait in (eta, None))
        pause = max(polling.UNKNOWN_WAIT_SECONDS, min(moving, unknown))
        return _turn(State.PAUSED, settings, pulse, ahead=ahead, eta=None, retry_after=pause)
    if ahead == 0 and not line.is_counted(ticket.number, pulse):
        # At the head of an empty line, or in the first second of a crowd: nobody knows yet.
        soon = polling.MIN_SECONDS
        return _turn(State.WAITING, settings, pulse, ahead=None, eta=None, retry_after=soon)
    # Whatever the budget says: even if no-shows let the line move as fast as it can, the turn must
    # not be over when the page, which adds its jitter, asks next.
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
