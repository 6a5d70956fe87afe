"""Why a room does not work: what of it somebody has deleted or changed.

It compares only what the part that fails depends on, so it takes a second. ``status --drift``
compares everything.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from beekeeper.connection import Deployed
from beekeeper.contract import functions
from beekeeper.contract.functions import Variable
from beekeeper.control.drift import plan
from beekeeper.provision.blueprint import steps
from beekeeper.provision.engine.step import Step
from beekeeper.results import Action, Change

CONSUMER = f"function {functions.CONSUMER.name}"
# What admits visitors, and what answers them.
LINE = ("rule", CONSUMER)
ANSWERS = tuple(
    f"{kind} {function.name}"
    for function in functions.FUNCTIONS
    if function.paths
    for kind in ("function", "permission")
)
# The table's items are read and judged by themselves (health.py).
NO_CAUSE = ("settings", "keys")
# Attributes of roles, functions, schedules and permissions that do not depend on the configuration,
# or only on what the table knows.
SURE = {
    *("trust", "policies", "reserved_concurrency", "subnets", "layers", "failed", "inactive"),
    *("schedule", "enabled", "targets", "action", "service", "source"),
}
CONFIGURATION = "configuration"  # the attribute of a function


def changed(room: Deployed, keys: Iterable[str]) -> tuple[Change, ...]:
    """Return what differs among the resources with these keys and those that they need.

    What is missing comes first. Raises what a plan raises.
    """
    some = _with_needs(steps(room.config, room.names, None, room.state.tag_keys), keys)
    told = [each for each in plan(room, some) if each.key not in NO_CAUSE]
    sure = _sure(told, some) if room.is_partial else told
    return tuple(sorted(sure, key=lambda change: change.action is not Action.CREATE))


def _sure(told: Sequence[Change], some: Sequence[Step]) -> list[Change]:
    """Return what differs from what was deployed, and not only from the defaults.

    Without a state, the configuration is not known (provision/found_rooms.py).
    """
    replaced = {each.key for each in told if each.action is Action.REPLACE}
    # What is in a resource also counts as missing if the resource would be replaced.
    inner = {step.key for step in some if step.container in replaced}
    kept = [_only_sure(each) for each in told if each.key not in inner]
    return [each for each in kept if each.action is Action.CREATE or each.attributes]


def _only_sure(change: Change) -> Change:
    if change.action is Action.CREATE:
        return change
    sure = {name: pair for name, pair in change.attributes.items() if name in SURE}
    found, wanted = map(_known, change.attributes.get(CONFIGURATION, ({}, {})))
    if found != wanted:
        sure[CONFIGURATION] = (found, wanted)
    return replace(change, attributes=sure)


def _known(configuration: Any) -> dict[str, Any]:
    """Return a function's configuration without the path of its role and the page's languages."""
    known = dict(configuration)
    if "Role" in known:
        known["Role"] = str(known["Role"]).rpartition("/")[2]
    if "Environment" in known:
        variables = known["Environment"].items()
        known["Environment"] = {k: v for k, v in variables if k != Variable.LANGUAGES.value}
    return known


def _with_needs(wanted: list[Step], keys: Iterable[str]) -> list[Step]:
    by_key = {step.key: step for step in wanted}
    chosen, left = set[str](), list(keys)
    while left:
        step = by_key[left.pop()]
        if step.key not in chosen:
            chosen.add(step.key)
            left += [*step.needs, *([step.container] if step.container else [])]
    return [step for step in wanted if step.key in chosen]
