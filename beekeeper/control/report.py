"""The report of an event: one pass over the table, and the figures that come of it.

A Scan reads every row, a page of 1 MB at a time, which is about 9,000 visitors. Each row is counted
and forgotten. A million visitors take half a minute of work here, 160 MB over the network, $0.01,
and no memory that grows with them. The reads are consistent: they contain each write that was done
before the Scan began (DynamoDB, Scan). So the rows are cut soon after that time, and what happens
meanwhile does not count. An event that goes on is hardly disturbed: one page after the
other takes at most a third of what one partition of the table gives.

The signing keys never leave the table (provision/table_rows.py).
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from beekeeper.connection import Connection, Deployed
from beekeeper.contract import arrival_rows, decision_rows, history_item, items, pulse_item
from beekeeper.contract.attributes import Damaged, logger, read_number
from beekeeper.contract.items import Item
from beekeeper.control import health
from beekeeper.control.table import find_items_at
from beekeeper.errors import RoomNotFoundError
from beekeeper.provision import table_rows
from beekeeper.provision.aws import Aws
from beekeeper.reporting import tally as tallies
from beekeeper.reporting import timeline
from beekeeper.reporting.measured import Decision, Step
from beekeeper.reporting.outcome import JSON, Report
from beekeeper.reporting.tally import Counts, Tally
from beekeeper.results import Entry
from beekeeper.rules import line, pacing
from beekeeper.rules.destination import shown
from beekeeper.rules.line import Pulse
from beekeeper.rules.settings import Settings
from beekeeper.rules.turn import Admission

# AWS tells the time in whole seconds, and the last admitted have slots that are yet to come.
AHEAD_SECONDS = 1 + pacing.LOOKAHEAD_SECONDS
OnRead = Callable[[int], object]


@dataclass
class Reading:
    """What the rows of a table say, while they are read."""

    settings: Settings
    pulse: Pulse
    tally: Tally
    history: list[Entry] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)

    def take(self, row: Item) -> None:
        """Take what a row says. What somebody has damaged is logged, and left out."""
        kind = items.id_of(row).partition("#")[0] + "#"
        try:
            if kind in self._kinds:
                self._kinds[kind](row)
        except (Damaged, ValueError) as error:
            logger.error("%s: a report leaves it out", error)

    @property
    def _kinds(self) -> Mapping[str, Callable[[Item], None]]:
        return {
            items.VISITOR_PREFIX: self._visitor,
            arrival_rows.PREFIX: self._arrivals,
            decision_rows.PREFIX: self._decision,
            history_item.HISTORY_PREFIX: self._change,
        }

    def _visitor(self, row: Item) -> None:
        admission = items.admission_of(row)
        assert admission is not None  # a row that is there gives one
        joined_at = read_number(row, "number", 0.0, items.LAST_SAMPLE) / 1000
        self.tally.add(
            joined_at,
            admission.admitted_at or joined_at,  # it is 0 if somebody damaged it
            admission.claimed_at,
            is_over=self._is_over(admission),
        )

    def _is_over(self, admission: Admission) -> bool:
        """Return whether a visitor who has not come can't come any more."""
        waits_in_lane = admission.slot(self.pulse.lane) is None
        ends_at = admission.ends_at(self.settings, self.pulse)
        return not waits_in_lane and self.tally.until >= ends_at

    def _arrivals(self, row: Item) -> None:
        for second, count, _ in arrival_rows.seconds_of(row):
            self.tally.count(second, count)

    def _decision(self, row: Item) -> None:
        decision = Decision(*decision_rows.decision_of(row))
        if self.tally.since <= decision.at <= self.tally.until:
            self.decisions.append(decision)

    def _change(self, row: Item) -> None:
        self.history.append(Entry(**history_item.values_of(row)))


def report(room: Deployed, since: float | None = None, on_read: OnRead | None = None) -> Report:
    """Return what happened to those who joined from ``since`` on (epoch seconds).

    By default, that is since the last clear. ``on_read`` is called with the number of rows read, as
    each page arrives. Raises RoomNotFoundError and ProvisionError.
    """
    # Operators' calls give up within seconds. A page of the table may take longer than that.
    room = replace(room, aws=Aws(room.aws.session, region=room.aws.region))
    found, now = find_items_at(room, [items.ROOM, items.PULSE, *items.COUNT_IDS])
    if items.ROOM not in found:
        raise room.missing()
    settings = health.settings_of(room, found[items.ROOM], now)
    first = settings.cleared_at if since is None else since
    pulse = line.since_cleared(pulse_item.pulse_of(found.get(items.PULSE)), settings.cleared_at)
    reading = Reading(settings, pulse, Tally(first, now + AHEAD_SECONDS))
    for row in table_rows.rows(room.aws, room.names, on_read):
        reading.take(row)
    is_whole = first <= settings.cleared_at
    reading.tally.place_waiting(settings.waiting(pulse), are_all_since=is_whole)
    counted = _counted(settings, found) if first == settings.cleared_at else (None, None)
    return _report(room, reading, now, counted)


def save_last(connection: Connection, folder: str | Path) -> None:
    """Save the report of a room that is about to be removed.

    An earlier destroy may have been stopped after it had saved the report and removed the table.
    Then that report stays. Raises ConfigError if there is none, and as ``report`` and ``save``.
    """
    try:
        report(connection.deployed()).save(folder)
    except RoomNotFoundError as error:
        saved = Path(folder) / JSON
        if saved.exists() and Report.load(saved).room == connection.name:
            return
        raise RoomNotFoundError(
            f"There is nothing left to report about room {connection.name}, so nothing was removed."
            f" To remove what is left of the room, leave the report out. {error}"
        ) from error


def _counted(settings: Settings, found: Mapping[str, Item]) -> tuple[int, int]:
    """Return how many the functions counted as admitted and as entered, since the last clear."""
    counts = [found[count_id] for count_id in items.COUNT_IDS if count_id in found]
    return items.totals_of(counts, settings.cleared_at)


def _report(
    room: Deployed, reading: Reading, now: float, counted: tuple[int | None, int | None]
) -> Report:
    settings, tally = reading.settings, reading.tally
    seconds, counts = tallies.steps_of(tally)
    history = tuple(sorted(reading.history, key=lambda entry: entry.number))
    decisions = tuple(sorted(reading.decisions, key=lambda decision: decision.at))
    set_at = _Set(settings, history, decisions)
    return Report(
        room=room.state.room,
        url=room.state.url,
        destination=shown(settings.destination),
        account=room.state.account,
        region=room.state.region,
        since=tally.since,
        until=now,
        mode=settings.mode.value,
        rate=settings.rate,
        **_totals(tally),
        counted_admitted=counted[0],
        counted_entered=counted[1],
        wait_percentiles=_all_waits(tally),
        step_seconds=seconds,
        steps=tuple(_step(each, set_at, each.at + seconds) for each in counts),
        history=history,
        decisions=decisions,
    )


def _totals(tally: Tally) -> dict[str, int]:
    joined, admitted = tally.joined.total(), tally.admitted.total()
    return {
        "joined": joined,
        "waiting": joined - admitted,
        "admitted": admitted,
        "entered": tally.entered.total(),
        "latecomers": tally.late.total(),
        "no_shows": tally.never.total(),
        "pending": tally.pending.total(),
    }


def _all_waits(tally: Tally) -> tuple[float, ...]:
    waits = Counter[int]()
    for some in tally.waits.values():
        waits.update(some)
    return tuple(tallies.percentiles(waits, [n / 100 for n in range(101)]))


class _Set:
    """What was set when, by operators and by the governor."""

    def __init__(
        self, settings: Settings, history: Sequence[Entry], decisions: Sequence[Decision]
    ) -> None:
        self._settings = settings
        self._modes = timeline.changes(history, "mode", settings.mode.value)
        self._rates = timeline.changes(history, "rate", str(settings.rate))
        self._decisions = decisions

    def mode(self, at: float) -> str:
        """Return the mode at a time."""
        return timeline.value_at(self._modes, at)

    def rate(self, at: float) -> float:
        """Return the operators' rate at a time."""
        return timeline.rate_in(timeline.value_at(self._rates, at), self._settings.rate)

    def pace(self, at: float) -> float | None:
        """Return what the governor held or advised. It is None before its first decision."""
        return next((d.pace for d in reversed(self._decisions) if d.at <= at), None)


def _step(counts: Counts, set_at: _Set, end: float) -> Step:
    shares = (0.5, 0.9, 0.99, 1.0)
    waits: Sequence[float | None] = list(tallies.percentiles(counts.waits, shares))
    half, nine, most, longest = waits or (None,) * len(shares)
    return Step(
        at=counts.at,
        waiting=counts.waiting,
        **{name: getattr(counts, name) for name in tallies.COUNTED},
        mode=set_at.mode(end),
        rate=set_at.rate(end),
        pace=set_at.pace(end),
        wait_50_seconds=half,
        wait_90_seconds=nine,
        wait_99_seconds=most,
        wait_100_seconds=longest,
    )
