"""Turns the engine's decisions into data for people and programs: see results.Change."""

from collections.abc import Mapping
from typing import Any

from beekeeper import results
from beekeeper.contract import history_item
from beekeeper.provision.engine.decision import Change, Plan
from beekeeper.results import Action

SETTINGS = "settings"  # the key of the step


def all_changes(plan: Plan) -> tuple[results.Change, ...]:
    """Return what a plan does to each resource, including the unchanged ones."""
    return tuple(map(_change, plan.changes))


def differences(plan: Plan) -> tuple[results.Change, ...]:
    """Return what a plan changes."""
    return tuple(_change(c) for c in plan.changes if c.action is not Action.UNCHANGED)


def _change(change: Change) -> results.Change:
    attributes = {name: (_plain(a), _plain(b)) for name, (a, b) in change.attributes.items()}
    if change.key == SETTINGS:
        for name in history_item.ADDRESSES & attributes.keys():
            attributes[name] = _addresses(name, *attributes[name])
    return results.Change(change.action, change.kind, change.name, attributes, change.key)


def _addresses(name: str, before: str | None, after: str) -> tuple[str | None, str]:
    """Return what may be told of two addresses of the site: plans end up in the logs of CI."""
    was, becomes = history_item.both_told(name, before or "", after)
    return None if before is None else was, becomes


def _plain(value: Any) -> Any:
    """Return a value that JSON can represent. An unknown value becomes "(known after deploy)"."""
    if isinstance(value, Mapping):
        return {str(key): _plain(member) for key, member in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(member) for member in value]
    return value if isinstance(value, str | int | float | None) else repr(value)
