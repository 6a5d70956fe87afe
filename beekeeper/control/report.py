"""The report of an event: one pass over the table, and the figures that come of it.

A Scan reads every row, a page of 1 MB at a time, which is about 9,000 visitors. Each row is counted
and forgotten. A million visitors take a minute or two, some megabytes of memory, and $0.01. The
reads are consistent: they contain each write that was done before the Scan began (DynamoDB, Scan).
So the rows are cut at the time of the beginning, and what happens meanwhile does not count.

The signing keys never leave the table (provision/table_rows.py).
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from beekeeper.connection import Deployed
from beekeeper.contract import arrival_rows, decision_rows, items, pulse_item
from beekeeper.contract.attributes import Damaged, logger, read_number, read_text
from beekeeper.contract.items import Item
from beekeeper.control import health
from beekeeper.control.table import find_items_at
from beekeeper.provision import table_rows
from beekeeper.reporting import tally as tallies
from beekeeper.reporting import timeline
from beekeeper.reporting.measured import Decision, Step
from beekeeper.reporting.outcome import Report
from beekeeper.reporting.tally import Counts, Tally
from beekeeper.results import Entry
from beekeeper.rules import line
from beekeeper.rules.line import Pulse
from beekeeper.rules.settings import Settings
from beekeeper.rules.turn import Admission

TEXTS = ("what", "before", "after", "by", "place", "reason")
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
            "history#": self._change,
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
        self.history.append(_entry_of(row))


def report(room: Deployed, since: float | None = None, on_read: OnRead | None = None) -> Report:
    """Return what happened to those who joined from ``since`` on (epoch seconds).

    By default, that is since the last clear. ``on_read`` is called with the number of rows read, as
    each page arrives. Raises RoomNotFoundError and ProvisionError.
    """
    found, now = find_items_at(room, [items.ROOM, items.PULSE, *items.COUNT_IDS])
    if items.ROOM not in found:
        raise room.missing()
    settings = health.settings_of(room, found[items.ROOM])
    first = settings.cleared_at if since is None else since
    pulse = line.since_cleared(pulse_item.pulse_of(found.get(items.PULSE)), settings.cleared_at)
    reading = Reading(settings, pulse, Tally(first, now))
    for row in table_rows.rows(room.aws, room.names, on_read):
        reading.take(row)
    reading.tally.place_waiting(settings.waiting(pulse) if first <= now else 0)
    counted = _counted(settings, found) if first == settings.cleared_at else (None, None)
    return _report(room, reading, counted)


def _counted(settings: Settings, found: Mapping[str, Item]) -> tuple[int, int]:
    """Return how many the functions counted as admitted and as entered, since the last clear."""
    counts = [found[count_id] for count_id in items.COUNT_IDS if count_id in found]
    names = (items.counted(name, settings.cleared_at) for name in (items.ADMITTED, items.ENTERED))
    admitted, entered = (items.total_of(counts, name) for name in names)
    return admitted, entered


def _report(
    room: Deployed, reading: Reading, counted: tuple[int | None, int | None]
) -> Report:
    tally, settings = reading.tally, reading.settings
    seconds, steps = tallies.steps_of(tally)
    waits = sum(tally.waits.values(), Counter[int]())
    # What is planned has not happened yet.
    history = sorted(reading.history, key=timeline.holds_at)
    history = [entry for entry in history if timeline.holds_at(entry) <= tally.until]
    decisions = sorted(reading.decisions, key=lambda decision: decision.at)
    reading = replace(reading, history=history, decisions=decisions)
    return Report(
        room=room.state.room,
        url=room.state.url,
        destination=settings.destination,
        account=room.state.account,
        region=room.state.region,
        since=tally.since,
        until=tally.until,
        mode=settings.mode.value,
        rate=settings.rate,
        joined=tally.joined.total(),
        waiting=max(0, tally.joined.total() - tally.admitted.total()),
        admitted=tally.admitted.total(),
        entered=tally.entered.total(),
        latecomers=tally.late.total(),
        no_shows=tally.never.total(),
        pending=tally.pending.total(),
        counted_admitted=counted[0],
        counted_entered=counted[1],
        wait_percentiles=tuple(tallies.percentiles(waits, [n / 100 for n in range(101)])),
        step_seconds=seconds,
        steps=_steps(steps, seconds, reading),
        history=history,
        decisions=decisions,
    )


def _steps(counts: Sequence[Counts], seconds: int, reading: Reading) -> tuple[Step, ...]:
    """Return the steps, with what was set at the end of each."""
    settings, history = reading.settings, reading.history
    modes = timeline.changes(history, "mode", settings.mode.value)
    rates = timeline.changes(history, "rate", str(settings.rate))
    return tuple(
        Step(
            **{name: getattr(each, name) for name in ("at", "waiting", *tallies.COUNTED)},
            mode=timeline.value_at(modes, each.at + seconds),
            rate=timeline.rate_in(timeline.value_at(rates, each.at + seconds), settings.rate),
            pace=_pace_at(reading.decisions, each.at + seconds),
            **{
                f"wait_{n}_seconds": tallies.percentile(each.waits, n / 100)
                for n in (50, 90, 99, 100)
            },
        )
        for each in counts
    )


def _pace_at(decisions: Sequence[Decision], at: float) -> float | None:
    """Return what the governor held at a time, or advised. None before its first decision."""
    return next((d.pace for d in reversed(decisions) if d.at <= at), None)


def _entry_of(row: Item) -> Entry:
    texts = {name: read_text(row, name) if name in row else "" for name in TEXTS}
    planned = read_number(row, "planned_for", 0.0, items.LATEST) if "planned_for" in row else None
    return Entry(at=read_number(row, "at", 0.0, items.LATEST), planned_for=planned, **texts)
