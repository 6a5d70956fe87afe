"""The permissions of a deployer. Each resource declares its own, and deployer.py joins them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

ROOM = "Room"
# The statement for reads that can't be scoped to a name.
UNSCOPED = "Unscoped"
READS = ("Get", "List", "Describe", "GET")  # the last one of API Gateway


@dataclass(frozen=True, slots=True)
class Grant:
    """Actions of one service on some resources.

    ``statement`` is the id of the statement that the grant becomes part of. A statement allows each
    of its actions on each of its resources. So grants can share a statement only if that widens
    none of them. It usually widens none, because an action applies only to resources of its own
    service and of one type (a bucket, or an object). Two kinds of grant need their own statement: a
    grant with a condition, and a grant whose action other grants of the service have on other
    resources.

    ``examples`` are resources with which the policy simulator tries the grant. Give them when
    ``resources`` are patterns, because another policy can grant the same with other patterns.
    """

    actions: tuple[str, ...]
    resources: tuple[str, ...]
    statement: str = ROOM
    condition: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    examples: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.examples:
            object.__setattr__(self, "examples", self.resources)


def grant(service: str, actions: Iterable[str], *resources: str, **more: Any) -> Grant:
    """Return the grant of a service's actions. Give the actions without the service's name."""
    return Grant(tuple(f"{service}:{action}" for action in actions), resources, **more)


def unscoped(action: str) -> Grant:
    """Return the grant of a read that can't be scoped to a name."""
    return Grant((action,), ("*",), UNSCOPED)


def reads(grants: Iterable[Grant]) -> Iterable[Grant]:
    """Return the part of the grants that only reads."""
    for each in grants:
        actions = tuple(a for a in each.actions if a.partition(":")[2].startswith(READS))
        if actions:
            yield replace(each, actions=actions)


def union(one: Grant, other: Grant) -> Grant:
    """Return a grant of all actions on all resources of both, in the statement of the first."""
    return replace(
        one,
        actions=_distinct(one.actions, other.actions),
        resources=_distinct(one.resources, other.resources),
        examples=_distinct(one.examples, other.examples),
    )


def combined(grants: Iterable[Grant]) -> list[Grant]:
    """Return fewer grants for exactly the same: join those with equal actions or resources."""
    found: list[Grant] = []
    for grant in grants:
        at = next((i for i, known in enumerate(found) if _are_alike(known, grant)), None)
        if at is None:
            found.append(grant)
        else:
            found[at] = union(found[at], grant)
    return found


def _are_alike(one: Grant, other: Grant) -> bool:
    same_statement = (one.statement, one.condition) == (other.statement, other.condition)
    same_actions = set(one.actions) == set(other.actions)
    return same_statement and (same_actions or set(one.resources) == set(other.resources))


def _distinct(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*one, *other)))
