"""The laws of a whole room, each with its bound.

A law compares the worst that happened in a room with what is allowed. It says nothing about some
rooms: laws about promptness hold only in fair weather, and a producer that is killed takes a count
of arrivals with it.
"""

import itertools
import math
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from beekeeper.contract import items
from beekeeper.rules.no_shows import PROMPT_SECONDS
from beekeeper.rules.polling import news_heard_within_seconds
from beekeeper.rules.settings import Mode
from tests.support.in_memory.dynamo import Write
from tests.support.in_memory.visitor import Kind, Visitor
from tests.support.in_memory.whole_room import STALE_SECONDS, WholeRoom

WINDOWS = (0.001, 0.5, 1.0, 5.0, 20.0, 60.0)  # seconds
# A consumer reads the settings once a tick. Calls that fail make a tick long, and if the settings
# can't be read, the last ones stay in use.
SETTINGS_SECONDS = 10.0
HEARD_SECONDS = 300.0
LATE_POLLS = 2
MEAN_SECONDS = 10  # a small crowd asks unevenly, by chance
IN = {"ready", "off"}
DISORDER = 25  # places
VALID = {200, 302, 503}
KILLED = 500  # what API Gateway answers for a container that was killed


@dataclass(frozen=True, slots=True)
class Found:
    """The worst that happened, and the most that is allowed."""

    worst: float
    bound: float

    @property
    def holds(self) -> bool:
        return self.worst <= self.bound

    @property
    def share(self) -> float:
        """The worst as a share of the bound. Of what must not happen: how often it did."""
        return self.worst / self.bound if self.bound else self.worst


Law = Callable[[WholeRoom], Found | None]  # None if the law says nothing about such a weather


def admissions_keep_the_rate(room: WholeRoom) -> Found:
    """In T seconds, at most overbooking x rate x (T + 2) / 60 slots come, plus one."""
    times = [write.let_through_at for write in room.dynamo.writes if not write.passed]
    return _densest(room, times, slack=2.0)


def entries_keep_the_rate(room: WholeRoom) -> Found:
    """In T seconds, at most overbooking x rate x (T + 2 + 30) / 60 visitors go in, plus one."""
    times = [v.entered_at for v in room.visitors if v.entered_at and not v.passed]
    return _densest(room, times, slack=2.0 + PROMPT_SECONDS)


def _densest(room: WholeRoom, times: Iterable[float], slack: float) -> Found:
    """Return the window that comes nearest to its bound, by the highest rate in force."""
    ordered, found = sorted(times), [Found(0, 1)]
    for seconds in WINDOWS:
        for i, first in enumerate(ordered):
            count = bisect_right(ordered, first + seconds) - i
            pace = _highest_pace(room, first - slack - SETTINGS_SECONDS, first + seconds)
            found.append(Found(count, pace * (seconds + slack) / 60 + 1))
    return max(found, key=lambda one: one.share)


def _highest_pace(room: WholeRoom, since: float, until: float) -> float:
    times = [paced.at for paced in room.paces]
    first = max(0, bisect_right(times, since) - 1)
    return max(paced.pace for paced in room.paces[first : max(bisect_left(times, until), 1)])


def slots_are_used_once(room: WholeRoom) -> Found:
    """No two visitors have one slot, and nobody has a second row."""
    slots = Counter(write.slot for write in room.dynamo.writes if not write.passed)
    return Found(sum(slots.values()) - len(slots) + len(room.stage.twice()), 0)


def nobody_is_lost(room: WholeRoom) -> Found:
    """Everybody with a ticket has a row in the end, and went in, unless they stay away."""
    rows = room.dynamo.rows()
    lost = [v for v in room.visitors if v.ticket and v.ticket_id not in rows]
    outside = [v for v in room.visitors if v.kind is Kind.PRESENT and not v.entered_at]
    return Found(len(lost) + len(outside), 0)


def latecomers_get_in(room: WholeRoom) -> Found:
    """Who comes back within the turn, and asks as the page says, goes in."""
    return Found(sum(v.kind is Kind.LATE and not v.entered_at for v in room.visitors), 0)


def counts_are_exact(room: WholeRoom) -> Found:
    """Joined, admitted and entered are what the rows say, and what the visitors did."""
    rows, dynamo = room.dynamo.rows(), room.dynamo
    admitted, entered = dynamo.counted(items.ADMITTED), dynamo.counted(items.ENTERED)
    queued = {v.ticket_id for v in room.visitors if v.ticket}
    went_in = {v.ticket_id for v in room.visitors if v.ticket and v.entered_at and not v.passed}
    claimed = {i for i, row in rows.items() if "claimed_at" in row}
    wrong = [
        room.uncounted_entries,
        abs(admitted - len(rows)),
        abs(entered - len(claimed)),
        room.stage.pulse.waiting,
        len(queued - rows.keys()) + len(rows.keys() - room.sent),
        len(went_in - claimed),
    ]
    return Found(max(wrong), 0)


def arrivals_are_exact(room: WholeRoom) -> Found | None:
    """The producers' counts are the tickets that SQS has confirmed, if no producer is killed."""
    if room.producer.killed:
        return None
    return Found(round(abs(room.counted_arrivals() - room.confirmed), 3), 0)


def handlers_answer(room: WholeRoom) -> Found:
    """No exception leaves a handler, and no valid ticket is refused.

    An exception would have ended the room's run. Only a killed container answers 500.
    """
    others = [s for v in room.visitors for s in v.statuses - VALID - {KILLED}]
    no_kills = 0 if room.producer.killed + room.turnstile.killed else 1
    return Found(len(others) + no_kills * sum(KILLED in v.statuses for v in room.visitors), 0)


def everybody_hears(room: WholeRoom) -> Found:
    """No answer asks for a longer interval than 300 s."""
    intervals = [poll.retry_after for v in room.visitors for poll in v.polls]
    return Found(max(intervals, default=0.0), HEARD_SECONDS)


def news_reaches_everybody(room: WholeRoom) -> Found | None:
    """In fair weather, everybody at an edge hears of a message within the time that is stated."""
    weather = room.weather
    if not weather.is_fair or not weather.news_seconds:
        return None
    # Reads of the table are a second old, and calls take time.
    bound = news_heard_within_seconds(weather.news_seconds) + STALE_SECONDS + 4 * weather.latency
    waits = [
        _heard_after(visitor, number, at, bound)
        for number, at in enumerate(room.told, 1)
        for visitor in room.visitors
        if visitor.kind is Kind.PRESENT and not visitor.moved
    ]
    return Found(max(waits, default=0.0), bound)


def _heard_after(visitor: Visitor, number: int, at: float, bound: float) -> float:
    """Return how many seconds after ``at`` a visitor heard of a message; 0 of one who did not wait.

    The page that opens tells the message at once.
    """
    is_waiting = visitor.heard and visitor.heard[0][0] <= at
    if not is_waiting or 0 < visitor.entered_at < at + bound:
        return 0.0
    heard = [when for when, text in visitor.heard if when >= at and int(text or 0) >= number]
    return min(heard, default=math.inf) - at


def the_edge_is_let_through(room: WholeRoom) -> Found | None:
    """In fair weather, no door shuts out who comes through the edge, also while keys change."""
    if not room.weather.is_fair or not room.weather.news_seconds:
        return None
    return Found(sum(visitor.shut_out for visitor in room.visitors), 0)


def a_turn_is_seen(room: WholeRoom) -> Found | None:
    """In fair weather, at most two polls after the slot don't find the turn.

    If a governor raises the pace several times over, who was told to ask later takes the lane.
    """
    if not room.weather.is_fair or room.weather.held:
        return None
    return Found(max((turn.late_polls for turn in _turns(room)), default=0), LATE_POLLS)


def a_turn_is_seen_in_time(room: WholeRoom) -> Found | None:
    """In fair weather, if nobody changes the pace, a turn is seen before it costs another slot."""
    if not room.weather.is_fair or room.weather.changes or room.weather.held:
        return None
    return Found(max((turn.seconds for turn in _turns(room)), default=0.0), PROMPT_SECONDS)


@dataclass(frozen=True, slots=True)
class _Turn:
    seconds: float  # from the slot until the visitor saw that it had come
    late_polls: int  # between the two


def _turns(room: WholeRoom) -> Iterable[_Turn]:
    admitted = _first_writes(room)
    for visitor in room.visitors:
        if visitor.kind is not Kind.PRESENT or visitor.ticket_id not in admitted:
            continue
        slot = admitted[visitor.ticket_id].let_through_at
        # By the turnstile's clock, the slot may come a little later.
        after = [p for p in visitor.polls if p.asked_at > slot + room.weather.skew]
        late = list(itertools.takewhile(lambda poll: poll.state not in IN, after))
        before = visitor.polls[: len(visitor.polls) - len(after)]
        if len(late) < len(after) and not any(poll.state in IN for poll in before):
            yield _Turn(after[len(late)].asked_at - slot, len(late))


def no_turn_is_over_unseen(room: WholeRoom) -> Found:
    """Who asks when told to never finds the turn over."""
    return Found(sum(v.expired and v.kind is Kind.PRESENT for v in room.visitors), 0)


def polls_keep_the_budget(room: WholeRoom) -> Found:
    """All polls stay within the budget, in the mean of ten seconds.

    The first poll of each visitor belongs to the visit.
    """
    seconds = Counter(int(p.asked_at) for v in room.visitors for p in v.polls[1:])
    most = max((sum(seconds[s + i] for i in range(MEAN_SECONDS)) for s in seconds), default=0)
    return Found(most / MEAN_SECONDS, room.weather.budget)


def places_are_right(room: WholeRoom) -> Found | None:
    """In fair weather, a place is right within 20 %, the disorder of the queue, and two seconds.

    That is from two seconds after a visitor joined on. While a room is off, its visitors go in, and
    their tickets stay in the queue. So do those of visitors who had to join again at the edge.
    """
    weather = room.weather
    is_off = any(change.mode is Mode.OFF for change in weather.changes)
    if not weather.is_fair or is_off or weather.direct:
        return None
    admitted = _first_writes(room)
    line = sorted((v for v in room.visitors if v.ticket), key=lambda v: v.number)
    joined = [v.number / 1000 for v in line]
    found = [Found(0, 1)]
    for place, visitor in enumerate(line):
        off_queue = sorted(admitted[v.ticket_id].at for v in line[:place])
        end = admitted[visitor.ticket_id].at
        for poll in visitor.polls:
            if poll.ahead is None or not joined[place] + 2 < poll.asked_at < end:
                continue
            pace = _highest_pace(room, poll.asked_at - SETTINGS_SECONDS, poll.asked_at)
            # The answer is about the last second or two.
            most, least = (
                place - bisect_right(off_queue, poll.asked_at + seconds) for seconds in (-2, 2)
            )
            error = max(poll.ahead - most, least - poll.ahead)
            found.append(Found(error, 0.2 * most + DISORDER + 2 * pace / 60))
    return max(found, key=lambda one: one.share)


def _first_writes(room: WholeRoom) -> dict[str, Write]:
    """Return the first row of each ticket."""
    found: dict[str, Write] = {}
    for write in room.dynamo.writes:
        found.setdefault(write.ticket_id, write)
    return found


# What the table of the benchmark calls them.
LAWS: dict[str, Law] = {
    "slots in T seconds, of overbooking x rate x (T + 2) / 60 + 1": admissions_keep_the_rate,
    "entries in T seconds, of overbooking x rate x (T + 32) / 60 + 1": entries_keep_the_rate,
    "visitors with somebody's slot, or with two": slots_are_used_once,
    "visitors lost": nobody_is_lost,
    "latecomers left outside": latecomers_get_in,
    "error of joined, admitted and entered": counts_are_exact,
    "error of the producers' counts": arrivals_are_exact,
    "answers other than 200, 302 and 503": handlers_answer,
    "longest interval told, s": everybody_hears,
    "seconds until all at an edge hear of a message": news_reaches_everybody,
    "visitors at the edge whom the door shut out": the_edge_is_let_through,
    "polls after a slot that don't find it": a_turn_is_seen,
    "seconds after a slot until its visitor sees it": a_turn_is_seen_in_time,
    "turns that were over before their visitors were to ask": no_turn_is_over_unseen,
    "polls a second": polls_keep_the_budget,
    "error of a place": places_are_right,
}
