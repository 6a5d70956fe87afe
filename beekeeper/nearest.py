"""Finds what somebody meant who mistyped a name: a command, an option, a setting."""

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(typed: str, known: Iterable[str]) -> str:
    """Return the known name that is most like what was typed. Empty if none is like it."""
    by_folded = {_folded(name): name for name in known}
    found = get_close_matches(_folded(typed), by_folded, n=1)
    return by_folded[found[0]] if found else ""


def did_you_mean(typed: str, known: Iterable[str]) -> str:
    """Return the question `` Did you mean rate?``, to be put after a sentence. Or nothing."""
    found = nearest(typed, known)
    return f" Did you mean {found}?" if found else ""


def _folded(name: str) -> str:
    # Set_Rate and set-rate differ in nothing that somebody remembers.
    return name.casefold().replace("_", "-")
