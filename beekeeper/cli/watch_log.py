"""What has changed in a room, as lines: by whom if somebody did it, and why. Pure.

Most lines are rows of the history. The others come from comparing two looks: the light, a plan that
has become due, a decision of the governor, a write by hand, and when the room can't be read.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields

from beekeeper.cli.status import LIGHTS
from beekeeper.cli.watch_feed import Look
from beekeeper.contract.history_item import told
from beekeeper.results import Entry, GovernorStatus, Status, Trouble
from beekeeper.rules.durations import at_most
from beekeeper.rules.settings import Settings
from beekeeper.times import localized, moment

FIRST = 5  # the rows of the history to begin with


@dataclass(frozen=True, slots=True)
class Line:
    """When it was (epoch seconds), what was, and its style for rich."""

    at: float
    text: str
    style: str = ""


class Log:
    """Compares each look with the one before."""

    def __init__(self) -> None:
        self._before: Status | None = None
        self._trouble: Trouble | None = None
        self._number = 0  # of the last row of the history that was told

    def take(self, look: Look, now: float) -> list[Line]:
        """Return what is new in a look at ``now`` (epoch seconds, by this machine's clock)."""
        if isinstance(look.seen, Trouble):
            is_first, self._trouble = self._trouble is None, look.seen
            return [Line(now, str(look.seen), "red")] if is_first else []
        lines = [*self._back(now), *self._status(look.seen, look, now)]
        self._before = look.seen
        self._number = max([self._number, *(entry.number for entry in look.entries)])
        return lines

    def _back(self, now: float) -> Iterator[Line]:
        if self._trouble:
            gap = at_most(now - self._trouble.since)
            yield Line(now, f"The room can be read again, after {gap}.", "green")
            self._trouble = None

    def _status(self, status: Status, look: Look, now: float) -> Iterator[Line]:
        if self._before is None:
            yield from (line_of(entry) for entry in look.entries[-FIRST:])
            yield Line(now, f"{status.light}: {status.reason}", LIGHTS[status.light])
            return
        new = [entry for entry in look.entries if entry.number > self._number]
        yield from map(line_of, new)
        yield from _others(self._before, status, new, look.no_history, now)
        yield from _decisions(self._before.governor, status.governor)
        if status.light is not self._before.light:
            change = f"{self._before.light} → {status.light}: {status.reason}"
            yield Line(now, change, LIGHTS[status.light])


def line_of(entry: Entry) -> Line:
    """Return a row of the history: what, by whom and from where, and why."""
    change = entry.change
    if entry.planned_for:
        change += f" from {moment(entry.planned_for)} on"
    # Of an ARN, it is the last part that tells people apart.
    person = re.split("[/:]", entry.by)[-1]
    who = f"{person} ({entry.place})" if entry.place else person
    why = f": {entry.reason}" if entry.reason else ""
    return Line(entry.at, f"{change}  by {who or 'somebody unknown'}{why}", "bold")


def _others(
    before: Status, now: Status, told_of: list[Entry], no_history: str, at: float
) -> Iterator[Line]:
    """Yield the settings that have changed without a new row: by a plan, or by hand."""
    of_rows = {entry.what for entry in told_of if not entry.planned_for}
    left = {plan.number for plan in now.planned}
    due = {plan.what: plan for plan in before.planned if plan.number not in left}
    for each in fields(Settings):
        was, value = (_told(each.name, status.settings) for status in (before, now))
        if was == value or each.name in of_rows:
            continue
        plan = due.get(each.name)
        if plan and plan.planned_for is None:  # a clear, of which the row has told
            continue
        how = "by hand, without a row in the history"
        if no_history:
            how = f"by whom is not known: {no_history}"
        if plan:
            how = f"as planned, by {line_of(plan).text.partition('  by ')[2]}"
        change = f"{each.name.replace('_', ' ')}: {was or 'none'} → {value or 'none'}  {how}"
        yield Line(at, change, "bold")


def _told(name: str, settings: Settings) -> str:
    text = told(name, getattr(settings, name))
    return localized(text) if name == "cleared_at" else text


def _decisions(before: GovernorStatus | None, now: GovernorStatus | None) -> Iterator[Line]:
    if before is None or now is None:
        return
    last = max((decision.at for decision in before.history), default=0.0)
    for decision in now.history:
        if decision.at > last:
            text = f"the governor {now.verb} {decision.pace:,.0f} a minute"
            yield Line(decision.at, f"{text}: {now.reason}" if now.reason else text, "yellow")
