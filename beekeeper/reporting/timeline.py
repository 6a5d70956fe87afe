"""What was set when: the rate and the mode over time, by the history of the room."""

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from beekeeper.results import Entry

NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
ALWAYS = -math.inf


@dataclass(frozen=True, slots=True)
class Change:
    """A value, and from when on it holds (epoch seconds)."""

    at: float
    value: str


def holds_at(entry: Entry) -> float:
    """Return from when on a change holds."""
    return entry.planned_for or entry.at


def held(history: Iterable[Entry], until: float) -> list[Entry]:
    """Return the changes that have held by then, in the order in which they did."""
    found = (e for e in history if e.cancelled_at is None and holds_at(e) <= until)
    return sorted(found, key=holds_at)


def changes(history: Iterable[Entry], what: str, value_now: str) -> list[Change]:
    """Return the values of a setting over time. The first one holds from ALWAYS on.

    ``value_now`` is the value if the history has no change of it.
    """
    entries = [entry for entry in held(history, math.inf) if entry.what == what]
    first = entries[0].before if entries else value_now
    return [Change(ALWAYS, first), *(Change(holds_at(e), e.after) for e in entries)]


def value_at(found: Sequence[Change], at: float) -> str:
    """Return the value that holds at a time."""
    return next(change.value for change in reversed(found) if change.at <= at)


def spans(found: Sequence[Change], first: float, last: float) -> list[tuple[float, float, str]]:
    """Return from when to when each value holds, between two times."""
    ends = [*(change.at for change in found[1:]), last]
    cut = (
        (max(change.at, first), min(end, last), change.value)
        for change, end in zip(found, ends, strict=True)
    )
    return [(start, end, value) for start, end, value in cut if start < end]


def rate_in(text: str, otherwise: float) -> float:
    """Return the number in a text such as "1,200 a minute"."""
    found = NUMBER.search(text)
    rate = float(found[0].replace(",", "")) if found else math.inf
    return rate if math.isfinite(rate) else otherwise
