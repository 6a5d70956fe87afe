"""One visitor among the logs: the lines that name them, and what the table says of them.

A visitor is named by the id of their ticket. It is the ``sub`` of their passes, so the site knows
it, too. It is no secret: nobody can make a ticket or a pass of it without the keys.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import jwt

from beekeeper.contract import items
from beekeeper.contract.attributes import Damaged, Item, read_number
from beekeeper.errors import ConfigError
from beekeeper.results import LogLine
from beekeeper.rules.tokens import ID_CHARACTERS

TABLE = "table"  # where such a line comes from
_ID = re.compile(r"[\w-]{6,64}", re.ASCII)
NO_ROW = (
    "The table has no row of this visitor, who is still in line, or has never joined, or was"
    " admitted more than 15 days ago."
)


@dataclass(frozen=True, slots=True)
class Who:
    """The visitor whose id this is, or begins with."""

    id: str

    @property
    def is_whole(self) -> bool:
        """Whether this is a whole id, with which the visitor's row can be found."""
        return len(self.id) >= ID_CHARACTERS

    @property
    def row_id(self) -> str:
        """The id of the visitor's row."""
        return items.visitor_id(self.id)

    def is_in(self, line: LogLine) -> bool:
        """Return whether a line names the visitor."""
        return str(line.fields.get("visitor", "")).startswith(self.id) or self.id in line.message

    def story(self, row: Item, now: float) -> Iterator[LogLine]:
        """Return what the visitor's row says, in order of time."""
        if not row:
            yield LogLine(now, TABLE, "INFO", NO_ROW)
            return
        told = {"number": "joined the line", "admitted_at": "was admitted"}
        told |= {"asked_at": "came late, and took a number", "claimed_at": "went in"}
        for name, text in told.items():
            if name in row and (at := _time(row, name)):
                yield LogLine(at, TABLE, "INFO", f"The visitor {text}.")


def _time(row: Item, name: str) -> float:
    """Return a time of the row in seconds, or 0 if it was damaged."""
    try:
        if name == "number":  # the time in milliseconds
            return read_number(row, name, 0.0, items.LAST_SAMPLE) / 1000
        return read_number(row, name, 0.0, items.LATEST)
    except Damaged:
        return 0.0


def who_is(text: str) -> Who:
    """Return who is meant by an id, the beginning of an id, a ticket or a pass.

    Raises ConfigError, which never repeats a ticket or a pass.
    """
    if text.count(".") == 2:
        return Who(_id_in(text))
    if not _ID.fullmatch(text):
        raise ConfigError(
            "This is no visitor's id. Give the id (`sub` of a pass), at least its first six"
            " characters, or the whole ticket or pass."
        )
    return Who(text)


def _id_in(token: str) -> str:
    try:
        claims = jwt.decode(token, options={"verify_signature": False})
    except jwt.InvalidTokenError:
        raise ConfigError("This is no ticket and no pass: it can't be read.") from None
    found = str(claims.get("sub") or claims.get("jti") or "")
    if not _ID.fullmatch(found):
        raise ConfigError("This ticket or pass names no visitor.")
    return found
