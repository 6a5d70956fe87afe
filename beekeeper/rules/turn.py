"""The turnstile's decision: what to tell a visitor, given the ticket and the state of the line.

A visitor can go in from the slot on. Who comes later than PROMPT_SECONDS after it takes a number in
the lane for latecomers (rules/lane.py), and gets another slot. A number that waits never expires.

No turn ends before its visitor was due to ask. A page asks at the time that it was told, which can
be later than ``claim_minutes`` after the slot: the line of millions moves faster because somebody
raised the rate. So a turn is kept for at least the longest interval that anybody was told.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from beekeeper.rules import lane as lanes
from beekeeper.rules import line, no_shows, polling
from beekeeper.rules.curve import LONGEST_COUNT_SECONDS
from beekeeper.rules.lane import Lane
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

    admitted_at: float  # the visitor's own slot
    claimed_at: float | None = None
    late: int | None = None  # the latest number in the lane for latecomers
    asked_at: float | None = None  # when the visitor took it
    again: int = 0  # how many numbers the visitor took

    def slot(self, lane: Lane) -> float | None:
        """Return when the visitor can go in. It is None while a number in the lane waits."""
        return self.admitted_at if self.late is None else lane.slot_of(self.late)

    def ends_at(self, settings: Settings, pulse: Pulse) -> float:
        """Return until when the turn is kept (epoch seconds). After PROMPT_SECONDS it is late."""
        since = self.claimed_at or self.slot(pulse.lane) or self.admitted_at
        return since + max(settings.claim_seconds, pulse.longest_interval)

    def is_late(self, lane: Lane, now: float) -> bool:
        """Return whether the visitor let the slot pass, so that only the lane is left."""
        slot = self.slot(lane)
        return self.claimed_at is None and slot is not None and no_shows.is_late(slot, now)

    def is_over(self, settings: Settings, pulse: Pulse, now: float) -> bool:
        """Return whether the turn has ended, or the visitor let too many numbers pass."""
        if self.claimed_at is not None or self.late is None:
            return now >= self.ends_at(settings, pulse)
        return self.is_late(pulse.lane, now) and self.again >= no_shows.MOST_AGAIN

    def may_take_number(self, settings: Settings, pulse: Pulse, now: float) -> bool:
        """Return whether to give the visitor a number in the lane.

        A paused line serves no number, but gives numbers, so that no turn ends meanwhile.
        """
        is_late = self.is_late(pulse.lane, now) and not self.is_over(settings, pulse, now)
        return settings.mode is not Mode.OFF and is_late


@dataclass(frozen=True, slots=True)
class Turn:
    """What ``/turn`` answers.

    ``ahead`` is None while nobody can know the place: for a second or two after a crowd began, or
    while no consumer runs. ``eta_seconds`` is None if the wait can't be known. ``still`` says that
    the line should move, and does not. ``rate`` is in visitors a minute, and ``updated_at`` in
    seconds since the epoch. ``retry_after``, ``expires_in`` and ``spread_seconds`` are in seconds.
    """

    state: State
    ahead: int | None = 0
    waiting: int = 0
    rate: float = 0.0
    eta_seconds: float | None = None
    still: bool = False
    late: int | None = None  # the number in the lane for latecomers, in which ``ahead`` then counts
    retry_after: float = polling.MIN_SECONDS
    message: str = ""
    updated_at: float = 0.0
    expires_in: int | None = None  # only if the visitor can go in
    spread_seconds: float = 0.0  # only while the room is off: all go in meanwhile (rules/news.py)


def needs_lookup(ticket: Ticket, settings: Settings, pulse: Pulse, now: float) -> bool:
    """Return whether the visitor may have been admitted, so that a look-up is necessary."""
    if settings.mode is Mode.OFF:
        return False
    ahead = line.ahead_of(ticket.number, pulse)
    return line.is_near_front(ahead, pulse, settings.pace(pulse), now)


def decide(
    ticket: Ticket,
    settings: Settings,
    pulse: Pulse,
    admission: Admission | None,
    now: float,
    *,
    off_at: float = 0.0,
) -> Turn:
    """Return what to tell the visitor.

    ``admission`` is None if the visitor is not admitted, or was not looked up. ``off_at`` is when
    the room was seen to go off (epoch seconds), or 0.
    """
    if settings.mode is Mode.OFF:
        spread = settings.spread_now(pulse, off_at, now)
        # A page that waits for its share of that time goes on asking. So it hears, as soon as any
        # other page would, if the room is on again.
        load = pulse.waiting, settings.rate, settings.polls_per_second
        pause = polling.retry_while_off(spread, *load)
        turn = _turn(State.OFF, settings, pulse, retry_after=pause)
        return replace(turn, spread_seconds=spread)
    if admission is None:
        return _in_line(ticket, settings, pulse, now)
    return _admitted(admission, settings, pulse, now)


def _admitted(admission: Admission, settings: Settings, pulse: Pulse, now: float) -> Turn:
    if admission.is_over(settings, pulse, now):
        return _turn(State.EXPIRED, settings, pulse)
    slot = admission.slot(pulse.lane)
    if slot is None or admission.is_late(pulse.lane, now):
        return _in_lane(admission, settings, pulse, now)
    if now < slot:
        # The slot is known to the millisecond, so the page asks again at that moment.
        soon = round(slot - now, 2)
        return _turn(State.WAITING, settings, pulse, eta=soon, retry_after=max(soon, 0.2))
    expires_in = int(admission.ends_at(settings, pulse) - now)
    return replace(_turn(State.READY, settings, pulse), expires_in=expires_in)


def _in_lane(admission: Admission, settings: Settings, pulse: Pulse, now: float) -> Turn:
    lane, number = pulse.lane, admission.late
    if number is None or number <= lane.served:
        number = lane.given + 1  # the visitor has none yet, and would be the last
    ahead = lane.ahead_of(number)
    is_short = lanes.is_short(pulse.waiting, settings.pace(pulse))
    eta = lanes.wait_seconds(
        number, lane, pulse.paced_at, settings.rate, now, line_is_short=is_short
    )
    load = pulse.waiting + lane.waiting, settings.rate, settings.polls_per_second
    since = now if admission.asked_at is None else admission.asked_at
    still = settings.mode is Mode.ON and line.stands_still(pulse, now, since)
    if still or settings.mode is Mode.PAUSED:
        pause = polling.retry_while_still(eta, max(0.0, now - since), *load)
        turn = _standing(settings, pulse, ahead=ahead, still=still, pause=pause)
        return replace(turn, late=number)
    # The page must ask in time even if the line becomes empty, and the lane gets all slots.
    soonest = lanes.shortest_wait_seconds(number, lane, settings.rate) + no_shows.PROMPT_SECONDS
    pause = polling.retry_after(eta, *load)
    pause = min(pause, soonest / (1 + polling.JITTER))
    turn = _turn(State.WAITING, settings, pulse, ahead=ahead, eta=eta, retry_after=pause)
    return replace(turn, late=number)


def _in_line(ticket: Ticket, settings: Settings, pulse: Pulse, now: float) -> Turn:
    place = line.ahead_of(ticket.number, pulse)
    eta = line.eta_seconds(place, pulse, settings.pace(pulse), now)
    still = settings.mode is Mode.ON and line.stands_still(pulse, now, ticket.number / 1000)
    ahead = place if _is_known(ticket, pulse, now, still=still) else None
    if ahead and not still and settings.mode is Mode.ON:
        ahead = max(0, ahead - line.moved(pulse, settings.pace(pulse), now))
    if still or settings.mode is Mode.PAUSED:
        pause = _retry_while_still(None if ahead is None else eta, ticket, settings, pulse, now)
        return _standing(settings, pulse, ahead=ahead, still=still, pause=pause)
    # No budget can change this: the turn must not be over when the page asks next, even if the line
    # moves as fast as no-shows can make it, and the page adds its jitter.
    latest = (eta / settings.overbooking + settings.claim_seconds) / (1 + polling.JITTER)
    pause = min(_retry_after(eta, settings, pulse), latest)
    if ahead is None:
        # The milliseconds of the tickets spread the crowd's next questions.
        pause = max(pause, polling.MIN_SECONDS * (1 + ticket.number % 1000 / 1000))
        return _turn(State.WAITING, settings, pulse, ahead=None, eta=None, retry_after=pause)
    return _turn(State.WAITING, settings, pulse, ahead=ahead, eta=eta, retry_after=pause)


def _standing(
    settings: Settings, pulse: Pulse, *, ahead: int | None, still: bool, pause: float
) -> Turn:
    """Return what to tell while the line is paused, or stands ``still`` without a consumer."""
    state = State.WAITING if still else State.PAUSED
    turn = _turn(state, settings, pulse, ahead=ahead, eta=None, retry_after=pause)
    return replace(turn, still=still)


def _is_known(ticket: Ticket, pulse: Pulse, now: float, *, still: bool) -> bool:
    """Return whether the place of a ticket can be known."""
    if still and ticket.number > pulse.as_of * 1000:
        # What was read may not reach back to the last pulse.
        return pulse.counted_from <= pulse.as_of >= now - LONGEST_COUNT_SECONDS
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
