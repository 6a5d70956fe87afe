"""The status of a room, and what in AWS differs from what was deployed.

The table has most of it, in two reads. The errors and the dead-letter queue are read from other
services: if one of them can't be read, the rest still stands, ``unknown`` says what is missing, and
the light is not green.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from beekeeper.connection import Deployed
from beekeeper.contract import governor_item, history_item, items, pulse_item
from beekeeper.contract.attributes import Item
from beekeeper.control import cause, flow, governor, health, history, links, metrics, rate, verdict
from beekeeper.control import drift as drifts
from beekeeper.control.facts import Facts, Unread, are_answers_failing, is_silent
from beekeeper.control.metrics import tried
from beekeeper.control.table import find_items_at
from beekeeper.errors import ProvisionError
from beekeeper.results import Change, Entry, Finding, Status
from beekeeper.rules import flow as flows
from beekeeper.rules import line, no_shows
from beekeeper.rules.arrivals import JoinedBySecond
from beekeeper.rules.flow import Counted
from beekeeper.rules.governed import NEVER, Governed, pace_in_force
from beekeeper.rules.line import Pulse
from beekeeper.rules.settings import Mode, Settings

MEASURED_MARGIN = 1.2
# What costs money or many calls is read this rarely by who asks for the status again and again.
SLOW_SECONDS = 30.0
LAST = 10  # changes; after more within half a minute, the light may be red for a moment
KEYS_HIDDEN = (
    "Whether the signing keys are whole was not checked: these credentials may not see them."
)
EDGE_LINK_HIDDEN = (
    "The campaign link of a room with an edge is in its state file. It can also be found by who may"
    " list distributions."
)


@dataclass
class Memory:
    """What was read before and changes slowly. Give it to each ``status`` of a series of them."""

    vitals: metrics.Vitals = field(default_factory=metrics.Vitals)
    keys: Sequence[Finding] = ()  # what is damaged in the signing keys
    no_keys: tuple[Unread, ...] = ()  # why that is unknown
    read_at: float = float("-inf")
    changed: tuple[Sequence[Change] | None, tuple[Unread, ...]] = (None, ())  # and why not
    changed_at: float = float("-inf")
    began: float = 0.0  # when a governor that is silent was deployed or turned on
    # When that was read: the last change of the settings, and the half minute.
    began_as_of: tuple[int, float] = (-1, 0.0)
    turned_on: float = 0.0  # when a room without a consumer was turned on, or 0
    turned_on_as_of: tuple[int, float] = (-1, 0.0)


@dataclass(frozen=True, slots=True)
class Reading:
    """What the table has, when AWS answered (epoch seconds), and what could not be read."""

    found: Mapping[str, Item]
    now: float
    settings: Settings
    published: Pulse
    pulse: Pulse  # of the line since it was cleared, with those who joined since
    joined: JoinedBySecond | None
    planned: tuple[Entry, ...]
    governed: Governed | None  # None in a room without a governor, or if it can't be read
    unread: tuple[Unread, ...]

    @property
    def changed_as_of(self) -> tuple[int, float]:
        """What is read from the history holds until this is another."""
        return history_item.last_number(self.found[items.ROOM]), self.now // SLOW_SECONDS

    @property
    def counted(self) -> Counted:
        """The exact counts of now."""
        counts = [self.found[each] for each in items.COUNT_IDS if each in self.found]
        return Counted(self.now, *items.totals_of(counts, self.settings.cleared_at))


def status(room: Deployed, *, drift: bool = False, memory: Memory | None = None) -> Status:
    """Return the room's status. With ``drift``, also read every resource and compare it.

    Raises ProvisionError when the table can't be read, or somebody has damaged the settings.
    """
    memory, read = memory or Memory(), _read(room)
    if read.now - memory.read_at >= SLOW_SECONDS:
        memory.vitals = metrics.vitals(room, read.now)
        memory.keys, memory.no_keys = _keys(room)
        memory.read_at = read.now
    drifted, no_drift = drifts.drift(room) if drift else ((), ())
    facts = _facts(room, read, memory)
    changed, no_cause = _changed(room, facts, memory, read.now)
    unread = (*read.unread, *memory.vitals.unread, *memory.no_keys, *no_cause, *no_drift)
    judged = verdict.judge(replace(facts, drift=drifted, changed=changed, unread=unread))
    made = replace(_status(room, read, facts), drift=drifted, unknown=tuple(map(str, unread)))
    return replace(made, light=judged.light, reason=judged.reason, remedy=judged.remedy)


def _read(room: Deployed) -> Reading:
    found, now, no_governor = _found(room)
    if items.ROOM not in found:
        raise room.missing()
    settings = health.settings_of(room, found[items.ROOM], now)
    published = pulse_item.pulse_of(found.get(items.PULSE))
    pulse = line.since_cleared(published, settings.cleared_at)
    joined, no_joins = tried("who joined lately", lambda: flow.joined(room, pulse, now))
    item, is_governed = found[items.ROOM], room.has_governor and not no_governor
    plans, no_plans = tried("who planned a change", lambda: history.planned(room, item, now))
    return Reading(
        found=found,
        now=now,
        settings=settings,
        published=published,
        pulse=flow.up_to_date(pulse, joined or {}, now),
        joined=joined,
        planned=plans if plans is not None else history.planned_by_unknown(item, now),
        governed=governor_item.governed_of(found.get(items.GOVERNOR)) if is_governed else None,
        unread=(*_no_link(room, settings), *no_governor, *no_joins, *no_plans),
    )


def _no_link(room: Deployed, settings: Settings) -> tuple[Unread, ...]:
    """Say why the link is not known, in a room without a state file."""
    if room.state.url:
        return ()
    if settings.news_seconds:  # who may only look may not list distributions (readers.py)
        return (Unread("the campaign link", EDGE_LINK_HIDDEN, True),)
    why = "Grant apigateway:GET. Then run the same command again."
    return (Unread("the campaign link", why),)


def _found(room: Deployed) -> tuple[Mapping[str, Item], float, tuple[Unread, ...]]:
    """Return the items, when AWS answered, and why that of the governor could not be read.

    An operator's permissions can be those of a room without a governor. DynamoDB then refuses to
    read any of the items.
    """
    ids = [items.ROOM, items.PULSE, *items.COUNT_IDS]
    if not room.has_governor:
        return *find_items_at(room, ids), ()
    try:
        return *find_items_at(room, [*ids, items.GOVERNOR]), ()
    except ProvisionError as error:
        if "AccessDenied" not in str(error):
            raise
        why = str(error)
    return *find_items_at(room, ids), (Unread("what the governor holds", why),)


def _keys(room: Deployed) -> tuple[Sequence[Finding], tuple[Unread, ...]]:
    """Return what is damaged in the signing keys. Who may only read may not see them."""
    found, unread = tried("the signing keys", lambda: find_items_at(room, [items.KEYS])[0])
    if found is None:
        denied = any("AccessDenied" in each.why for each in unread)
        return (), (Unread("the signing keys", KEYS_HIDDEN, True),) if denied else unread
    return tuple(health.key_problems(room, found.get(items.KEYS))), ()


def _facts(room: Deployed, read: Reading, memory: Memory) -> Facts:
    settings, pulse, now = read.settings, read.pulse, read.now
    governed = read.governed
    pace, vitals = pace_in_force(settings, governed or NEVER, now), memory.vitals
    facts = Facts(
        mode=settings.mode,
        rate=settings.rate,
        pace=pace,
        waiting=settings.waiting(pulse),
        wait_seconds=_longest_wait(settings, pulse, pace),
        heartbeat_seconds=_since(read.published.as_of, now),
        paused_seconds=_since(pulse.paced_at, now),
        flow=flows.flow(pulse.flow, read.counted),
        lately=flows.lately(pulse.flow, read.counted, no_shows.PROMPT_SECONDS),
        unreadable=vitals.unreadable,
        errors=vitals.errors,
        calls=vitals.calls,
        wait_limit_seconds=60.0 * room.config.alarms.longest_wait_minutes,
        damaged=(*memory.keys, *health.room_problems(room, read.found[items.ROOM])),
        rate_problems=tuple(rate.problems(room, settings)),
        governor=governor.governor_status(settings, governed, now) if governed else None,
        governor_problems=_governor_problems(room, read, memory),
    )
    if is_silent(facts) and facts.mode is Mode.ON and read.published.as_of:
        facts = replace(facts, on_seconds=_since(_turned_on(room, read, memory), now))
    # While nobody is admitted, no wait is known.
    return replace(facts, wait_seconds=None) if is_silent(facts) else facts


def _governor_problems(room: Deployed, read: Reading, memory: Memory) -> tuple[Finding, ...]:
    governed, settings, now = read.governed, read.settings, read.now
    if governed is None:
        return ()
    known = read.changed_as_of
    if governor.is_silent(settings, governed, now) and memory.began_as_of != known:
        began, _ = tried("when the governor began", lambda: governor.began_at(room))
        memory.began, memory.began_as_of = began or 0.0, known
    return tuple(governor.problems(room, settings, governed, now, memory.began))


def _turned_on(room: Deployed, read: Reading, memory: Memory) -> float:
    """Return when somebody turned the room on, or 0 if that was long ago or can't be read."""
    if memory.turned_on_as_of != read.changed_as_of:
        entries, _ = tried("the history", lambda: history.history(room, most=LAST))
        modes = [e for e in entries or () if e.what == "mode" and e.before != e.after]
        times = [each.planned_for or each.at for each in modes]
        memory.turned_on = max((at for at in times if at <= read.now), default=0.0)
        memory.turned_on_as_of = read.changed_as_of
    return memory.turned_on


def _since(at: float, now: float) -> float | None:
    return max(0.0, round(now - at, 1)) if at else None


def _changed(
    room: Deployed, facts: Facts, memory: Memory, now: float
) -> tuple[Sequence[Change] | None, tuple[Unread, ...]]:
    """Return what somebody changed of the part that fails, if one does, or why it is unknown."""
    # In a room that was deployed just now, no consumer has worked yet.
    stands = is_silent(facts) and (facts.waiting or facts.heartbeat_seconds is not None)
    if not stands and not are_answers_failing(facts):
        return None, ()
    keys = cause.LINE if stands else cause.ANSWERS
    if now - memory.changed_at >= SLOW_SECONDS:
        look = partial(cause.changed, room, keys)
        memory.changed, memory.changed_at = tried("why it does not work", look), now
    return memory.changed


def _status(room: Deployed, read: Reading, facts: Facts) -> Status:
    settings, pulse, counted = read.settings, read.pulse, read.counted
    joined = None if read.joined is None else flow.per_minute(read.joined, read.now)
    return Status(
        room=room.state.room,
        url=room.state.url,
        settings=settings,
        waiting=facts.waiting,
        joined=counted.admitted + pulse.waiting,
        admitted=counted.admitted,
        entered=counted.entered,
        measured_rate=_measured(settings, pulse),
        no_show_share=no_shows.share(pulse.shows),
        longest_wait_seconds=facts.wait_seconds,
        heard_within_seconds=round(settings.heard_within_seconds(pulse), 1),
        updated_at=pulse.as_of or None,
        account=room.state.account,
        region=room.state.region,
        problems=(*facts.damaged, *facts.governor_problems, *facts.rate_problems),
        governor=facts.governor,
        held_rate=round(facts.flow.admitted, 1) if facts.flow else None,
        entered_per_minute=round(facts.flow.entered, 1) if facts.flow else None,
        arrivals_per_minute=joined,
        no_shows=flows.not_come(pulse.flow, counted, no_shows.PROMPT_SECONDS),
        latecomers=pulse.lane.waiting,
        heartbeat_seconds=facts.heartbeat_seconds,
        unreadable=facts.unreadable,
        errors=facts.errors,
        links=links.links(room.names),
        planned=read.planned,
    )


def _measured(settings: Settings, pulse: Pulse) -> float | None:
    """Return the measured rate, if it is one of the line that moves now.

    More than the room can admit was measured before the rate was changed.
    """
    most = MEASURED_MARGIN * settings.rate * settings.overbooking
    return round(pulse.rate, 1) if settings.mode is Mode.ON and 0 < pulse.rate <= most else None


def _longest_wait(settings: Settings, pulse: Pulse, rate: float) -> float | None:
    """Return what the page tells a visitor who joined at the time of the pulse.

    ``rate`` is what is in force of the operators' rate.
    """
    if settings.mode is not Mode.ON:
        return None
    pace = replace(settings, rate=rate).pace(pulse)
    return round(line.eta_seconds(pulse.waiting, pulse, pace, pulse.as_of), 1)
