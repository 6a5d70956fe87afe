"""What to do about each resource: one pure function, for plan and deploy alike."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from beekeeper.errors import ConfigError, NotOursError, ProvisionError
from beekeeper.provision.engine.step import UNKNOWN, Found, Owner, Step


class Action(StrEnum):
    """What is done to a resource."""

    CREATE = "create"
    UPDATE = "update"
    REPLACE = "replace"
    DELETE = "delete"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Change:
    """What happens to one resource; ``attributes`` maps a name to (from, to) where they differ."""

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
        """Whether anything differs from what is wanted."""
        return any(c.action is not Action.UNCHANGED for c in self.changes)


def decide(
    step: Step, found: Found | None, outputs: Mapping[str, str], room: str, *, recorded: bool
) -> Change:
    """Return what to do about one resource. The only place where that is decided.

    ``recorded`` tells that the state file has it: a resource without any tag of ours is then one
    that lost it, or never got it. What is neither ours nor a leftover raises NotOursError.
    """
    desired = step.desired(outputs)
    if desired is None:
        return _unwanted(step, found, room)
    if found is None:
        new = {name: (None, value) for name, value in desired.items()}
        return Change(step.key, step.kind, step.name, Action.CREATE, new)
    if not found.may_become_ours(recorded=recorded):
        raise NotOursError(
            f"The {step.kind} {step.name} exists already and belongs to {found.whose}. It was left"
            " alone. Choose another room name, or delete or rename that resource."
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
            f"The {step.kind} {step.name} has {fixed[0]} {was}, not {wanted}. AWS can't change that"
            f" in place, and a new one would lose {step.irreplaceable}. It was left alone."
            " If nobody waits, run destroy, then deploy."
        )
    if fixed:
        return Action.REPLACE
    return Action.UPDATE if changes else Action.UNCHANGED


def _unwanted(step: Step, found: Found | None, room: str) -> Change:
    """Return the deletion of what the configuration dropped; somebody else's is left alone."""
    if found is None or found.owner is not Owner.OURS:
        return Change(step.key, step.kind, step.name, Action.UNCHANGED)
    if step.irreplaceable:
        raise ConfigError(
            f"The {step.kind} {step.name} is of room {room}, but {step.unwanted}, and removing it"
            f" would lose {step.irreplaceable}. It was left alone. Set the configuration back, or"
            " give the new room another name. If nobody waits, run destroy, then deploy."
        )
    old = {name: (value, None) for name, value in found.attributes.items()}
    return Change(step.key, step.kind, found.id, Action.DELETE, old)
