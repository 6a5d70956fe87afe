"""The journal, in which the engine records its work. The room's state is one (``state/``)."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Record:
    """One resource. ``made`` is False from just before it is created until AWS shows it."""

    key: str
    kind: str
    name: str
    id: str = ""
    made: bool = False


class Journal(Protocol):
    """Keeps the records of one room. Safe to share between threads."""

    def records(self) -> tuple[Record, ...]:
        """Return all records. Empty when nothing was recorded."""

    def record(self, record: Record) -> None:
        """Add or replace one record durably: it survives when the process is killed."""

    def forget(self, key: str) -> None:
        """Remove one record."""
