"""Shows a change as one line of text, with the old and new value of each attribute."""

import json
from typing import Any

from beekeeper.results import Action, Change

SHOWN_CHARACTERS = 60


def line(change: Change) -> str:
    """Return a change as a line: update queue beekeeper-sale (visibility_seconds: 1 → 120)."""
    found = ", ".join(attributes(change))
    return f"{change.action} {change.kind} {change.name}{f' ({found})' if found else ''}"


def attributes(change: Change) -> list[str]:
    """Return a text for each attribute that differs. Only updates and replacements have some."""
    if change.action not in (Action.UPDATE, Action.REPLACE):
        return []
    return [f"{name}: {_short(a)} → {_short(b)}" for name, (a, b) in change.attributes.items()]


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[: SHOWN_CHARACTERS - 3]}…"
