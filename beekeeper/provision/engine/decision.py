"""Decides what to do with each resource: one pure function, used by both plan and deploy."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from beekeeper.errors import ConfigError, NotOursError, ProvisionError
from beekeeper.provision.engine.step import UNKNOWN, Found, Owner, Step
from beekeeper.results import Action


@dataclass(frozen=True, slots=True)
class Change:
    """What happens to one resource. ``attributes`` maps each name that differs to (from, to)."""

    key: str
    kind: str
    name: str
    action: Action
    attributes: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a deploy does, in the order of the steps."""

    room: str
    changes: tuple[Change, ...]

    @property
    def has_changes(self) -> bool:
        """Whether AWS differs from what the configuration asks for."""
        return any(c.action is not Action.UNCHANGED for c in self.changes)


def decide(
    step: Step, found: Found | None, outputs: Mapping[str, str], room: str, *, recorded: bool
) -> Change:
    """Return what to do with one resource. No other function decides this.

    ``recorded`` says that the state file has the resource. If it has no tag of ours, it then lost
    the tag, or never got it. Raises NotOursError for a resource that is neither ours nor a
    leftover.
    """
    desired = step.desired(outputs)
    if desired is None:
        return _unwanted(step, found, room)
    if found is None:
        new = {name: (None, value) for name, value in desired.items()}
        return Change(step.key, step.kind, step.name, Action.CREATE, new)
    if not found.may_become_ours(recorded=recorded):
        raise NotOursError(
            f"The {step.kind} {step.name} exists already and belongs to {found.whose}. Beekeeper"
            " did not change it. Choose another room name, or delete or rename that resource."
        )
    changes = {
        name: (found.attributes.get(name), value)
        for name, value in desired.items()
        if value is UNKNOWN or found.attributes.get(name) != value
    }
    return Change(step.key, step.kind, step.name, _action(step, changes), changes)


def _action(step: Step, changes: Mapping[str, tuple[Any, Any]]) -> Action:
    fixed = sorted(changes.keys() & step.fixed)
    if fixed and step.irreplaceable:
        was, wanted = changes[fixed[0]]
        raise ProvisionError(
            f"The {step.kind} {step.name} has {fixed[0]} {was}, but the configuration needs"
            f" {wanted}. AWS can't change that in place, and a replacement would lose"
            f" {step.irreplaceable}. Beekeeper did not change it. If nobody waits, run destroy,"
            " then deploy."
        )
    if fixed:
        return Action.REPLACE
    return Action.UPDATE if changes else Action.UNCHANGED


def _unwanted(step: Step, found: Found | None, room: str) -> Change:
    """Return the deletion of a resource that is no longer wanted. Ignore it if it is not ours."""
    if found is None or found.owner is not Owner.OURS:
        return Change(step.key, step.kind, step.name, Action.UNCHANGED)
    if step.irreplaceable:
        raise ConfigError(
            f"The {step.kind} {step.name} belongs to room {room}, but {step.unwanted}. Deleting it"
            f" would lose {step.irreplaceable}. Beekeeper did not change it. Restore the"
            " configuration, or give the new room another name. If nobody waits, run destroy, then"
            " deploy."
        )
    old = {name: (value, None) for name, value in found.attributes.items()}
    return Change(step.key, step.kind, found.id, Action.DELETE, old)
