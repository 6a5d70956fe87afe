"""What the engine notes of its work, and wants to read again: the state is one (``state/``)."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Record:
    """One resource. ``made`` is False between the intent and AWS's answer."""

    key: str
    kind: str
    name: str
    id: str = ""
    made: bool = False


class Journal(Protocol):
    """Keeps the records of one room. Safe to share between threads."""

    def records(self) -> tuple[Record, ...]:
        """Return all records; none when nothing was noted."""

    def record(self, record: Record) -> None:
        """Add or replace one record, lastingly: it is there after a kill."""

    def forget(self, key: str) -> None:
        """Remove one record."""
