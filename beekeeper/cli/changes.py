"""Shows what differs in a resource as short texts: ``retention_days: 14 → 30``.

A person wants to know what changes. So of a table only the entries that differ are shown. A policy,
a list of tables and the hash of a code say nothing in a line: there it says that they change.
Programs get the whole values: ``plan --json``.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from beekeeper.results import Action, Change

SHOWN_CHARACTERS = 72  # of an attribute with its values: with the indent, 80 columns
FEWEST_CHARACTERS = 16  # of a value
HASH = re.compile(r"[0-9a-f]{16,}|[\w+/-]{43}=", re.ASCII)
NAME_OF_ARN = re.compile(r"arn(?::[^:]*){4}:(?:[a-z-]+[:/])?")
POLICY = "Statement"


def line(change: Change) -> str:
    """Return a change as a line: update queue beekeeper-sale (visibility_seconds: 1 → 120)."""
    found = ", ".join(attributes(change))
    return f"{change.action} {change.kind} {change.name}{f' ({found})' if found else ''}"


def attributes(change: Change) -> list[str]:
    """Return a text for each attribute that differs. Only updates and replacements have some."""
    if change.action not in (Action.UPDATE, Action.REPLACE):
        return []
    return [text for name, pair in change.attributes.items() for text in _told(name, *pair)]


def _told(name: str, before: Any, after: Any) -> Iterator[str]:
    if _is_table(before) and _is_table(after) and (before or after):
        old, new = before or {}, after or {}
        for key in (*old, *(key for key in new if key not in old)):
            if old.get(key) != new.get(key):
                yield _change(f"{name}.{key}", old.get(key), new.get(key))
    else:
        yield _change(name, before, after)


def _is_table(value: Any) -> bool:
    return value is None or (isinstance(value, Mapping) and POLICY not in value)


def _change(name: str, before: Any, after: Any) -> str:
    """Return ``name: before → after``, or in a word what happens to a value nobody can read."""
    if _is_short(before) and _is_short(after):
        old, new = _both(before, after, SHOWN_CHARACTERS - len(name) - len(":  → "))
        if old != new:
            return f"{name}: {old} → {new}"
    if not before:
        return f"{name}: added"
    return f"{name}: {'changed' if after else 'removed'}"


def _both(before: Any, after: Any, room: int) -> tuple[str, str]:
    """Return two values in so many characters. A longer one has what a shorter one leaves."""
    half = max(room // 2, FEWEST_CHARACTERS)
    old, new = _short(before, half), _short(after, half)
    return _short(before, max(half, room - len(new))), _short(after, max(half, room - len(old)))


def _is_short(value: Any) -> bool:
    if isinstance(value, str):
        return not HASH.fullmatch(value)
    if isinstance(value, Sequence):
        return len(value) <= 1 and all(map(_is_short, value))
    return not isinstance(value, Mapping) or not value


def _short(value: Any, most: int) -> str:
    """Return a value in at most so many characters. An ARN without what all of a room share."""
    if value is None or value in ([], {}, ()):
        return "none"
    if isinstance(value, str):
        return _cut(NAME_OF_ARN.sub("", value), most) or '""'
    if isinstance(value, Sequence):
        return _short(value[0], most)
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:,.0f}" if value == int(value) else f"{value:,}"


def _cut(text: str, most: int) -> str:
    """Return a text without its middle if it is too long: names often differ at the end."""
    if len(text) <= most:
        return text
    end = (most - 1) // 2
    return f"{text[: most - 1 - end]}…{text[-end:]}"
