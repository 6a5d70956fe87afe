"""The turnstile's decision: what to tell a visitor, given the ticket and the state of the line."""

from dataclasses import dataclass, replace
from enum import StrEnum

from beekeeper.rules import line, no_shows, polling
from beekeeper.rules.line import Pulse
from beekeeper.rules.settings import Mode, Settings
from beekeeper.rules.tokens import Ticket

# After such a time without a consumer, the counts that a turnstile reads don't reach back to its
# last pulse (handlers/arrivals.py).
UNKNOWN_AFTER_SECONDS = 30.0


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

    ``ahead`` is None while nobody can know the place: for a second or two after a crowd began, or
    while no consumer runs. ``eta_seconds`` is None if the wait can't be known. ``still`` says that
    the line should move, and does not. ``rate`` is in visitors a minute, and ``updated_at`` in
    seconds since the epoch. ``retry_after`` and ``expires_in`` are in seconds.
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
        return _in_line(ticket, settings, pulse, now)
    return _admitted(admission, settings, pulse, now)


def _admitted(admission: Admission, settings: Settings, pulse: Pulse, now: float) -> Turn:
    if now < admission.admitted_at:
        # The slot is known to the millisecond, so the page asks again at that moment.
        soon = round(admission.admitted_at - now, 2)
        return _turn(State.WAITING, settings, pulse, eta=soon, retry_after=max(soon, 0.2))
    if admission.needs_slot(settings, now):
        # No slot is free at the moment, so the page asks again soon.
        if settings.mode is Mode.PAUSED:
            pause = polling.UNKNOWN_WAIT_SECONDS
            return _turn(State.PAUSED, settings, pulse, eta=None, retry_after=pause)
        return _turn(State.WAITING, settings, pulse)
    if admission.is_over(settings, now):
        return _turn(State.EXPIRED, settings, pulse)
    expires_in = int(admission.ends_at(settings) - now)
    return replace(_turn(State.READY, settings, pulse), expires_in=expires_in)


def _in_line(ticket: Ticket, settings: Settings, pulse: Pulse, now: float) -> Turn:
    place = line.ahead_of(ticket.number, pulse)
    eta = line.eta_seconds(place, pulse, settings.pace(pulse), now)
    still = settings.mode is Mode.ON and line.stands_still(pulse, now)
    ahead = place if _is_known(ticket, pulse, now, still=still) else None
    if ahead and not still and settings.mode is Mode.ON:
        ahead = max(0, ahead - line.moved(pulse, settings.pace(pulse), now))
    if still or settings.mode is Mode.PAUSED:
        state = State.WAITING if still else State.PAUSED
        pause = _retry_while_still(None if ahead is None else eta, ticket, settings, pulse, now)
        turn = _turn(state, settings, pulse, ahead=ahead, eta=None, retry_after=pause)
        return replace(turn, still=still)
    # No budget can change this: the turn must not be over when the page asks next, even if the line
    # moves as fast as no-shows can make it, and the page adds its jitter.
    latest = (eta / settings.overbooking + settings.claim_seconds) / (1 + polling.JITTER)
    pause = min(_retry_after(eta, settings, pulse), latest)
    if ahead is None:
        # The milliseconds of the tickets spread the crowd's next questions.
        pause = max(pause, polling.MIN_SECONDS * (1 + ticket.number % 1000 / 1000))
        return _turn(State.WAITING, settings, pulse, ahead=None, eta=None, retry_after=pause)
    return _turn(State.WAITING, settings, pulse, ahead=ahead, eta=eta, retry_after=pause)


def _is_known(ticket: Ticket, pulse: Pulse, now: float, *, still: bool) -> bool:
    """Return whether the place of a ticket can be known."""
    if still and ticket.number > pulse.as_of * 1000:
        # After a longer time, what we read does not reach back to the last pulse.
        return now - pulse.as_of <= UNKNOWN_AFTER_SECONDS
    # A crowd that began after the line was counted can't be judged.
    return line.is_counted(ticket.number, pulse) or line.is_steady(pulse)


def _retry_after(eta: float, settings: Settings, pulse: Pulse) -> float:
    return polling.retry_after(eta, pulse.waiting, settings.rate, settings.polls_per_second)


def _retry_while_still(
    eta: float | None, ticket: Ticket, settings: Settings, pulse: Pulse, now: float
) -> float:
    age = max(0.0, now - ticket.number / 1000)
    return polling.retry_while_still(
        eta, age, pulse.waiting, settings.rate, settings.polls_per_second
    )


def _turn(
    state: State,
    settings: Settings,
    pulse: Pulse,
    *,
    ahead: int | None = 0,
    eta: float | None = 0.0,
    retry_after: float = polling.MIN_SECONDS,
) -> Turn:
    return Turn(
        state=state,
        ahead=ahead,
        waiting=max(pulse.waiting, ahead or 0),
        rate=settings.rate,
        eta_seconds=None if eta is None else round(eta, 1),
        retry_after=round(retry_after, 2),
        message=settings.message,
        updated_at=pulse.as_of,
    )
