"""Why a room does not work: what of it somebody has deleted or changed.

It compares only what the part that fails depends on, so it takes a second. ``status --drift``
compares everything.
"""

from collections.abc import Iterable

from beekeeper.connection import Deployed
from beekeeper.contract import functions
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
POLICIES = "policies"  # the attribute of a role


def changed(room: Deployed, keys: Iterable[str]) -> tuple[Change, ...]:
    """Return what differs among the resources with these keys and those that they need.

    What is missing comes first. Raises what a plan raises.
    """
    some = _with_needs(steps(room.config, room.names, None, room.state.tag_keys), keys)
    # What is in a resource also counts as missing if the resource would be replaced.
    contained = {step.key for step in some if step.container} if room.is_partial else set()
    told = [each for each in plan(room, some) if each.key not in {*NO_CAUSE, *contained}]
    sure = [each for each in told if _is_sure(room, each)]
    return tuple(sorted(sure, key=lambda change: change.action is not Action.CREATE))


def _is_sure(room: Deployed, change: Change) -> bool:
    """Return whether a change differs from what was deployed, and not only from the defaults.

    Without a state, the configuration is not known (provision/found_rooms.py). What a role may do
    does not depend on it.
    """
    return not room.is_partial or change.action is Action.CREATE or POLICIES in change.attributes


def _with_needs(wanted: list[Step], keys: Iterable[str]) -> list[Step]:
    by_key = {step.key: step for step in wanted}
    chosen, left = set[str](), list(keys)
    while left:
        step = by_key[left.pop()]
        if step.key not in chosen:
            chosen.add(step.key)
            left += [*step.needs, *([step.container] if step.container else [])]
    return [step for step in wanted if step.key in chosen]
