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
# What lets visitors through, and what answers them.
LINE = ("rule", CONSUMER)
ANSWERS = tuple(
    f"{kind} {function.name}"
    for function in functions.FUNCTIONS
    if function.paths
    for kind in ("function", "permission")
)
# The table's items are read and judged by themselves (health.py).
NO_CAUSE = ("settings", "keys")


def changed(room: Deployed, keys: Iterable[str]) -> tuple[Change, ...]:
    """Return what differs among the resources with these keys and those that they need.

    What is missing comes first, and is all that can be told of a room of which only AWS tells: what
    seems to differ there may be a setting that is not known. Raises what a plan raises.
    """
    some = _with_needs(steps(room.config, room.names, None, room.state.tag_keys), keys)
    told = [change for change in plan(room, some) if change.key not in NO_CAUSE]
    missing = tuple(change for change in told if change.action is Action.CREATE)
    if room.is_partial:
        # What is in a resource also counts as missing if the resource would be replaced.
        contained = {step.key for step in some if step.container}
        return tuple(change for change in missing if change.key not in contained)
    return (*missing, *(each for each in told if each not in missing))


def _with_needs(wanted: list[Step], keys: Iterable[str]) -> list[Step]:
    by_key = {step.key: step for step in wanted}
    chosen, left = set[str](), list(keys)
    while left:
        step = by_key[left.pop()]
        if step.key not in chosen:
            chosen.add(step.key)
            left += [*step.needs, *([step.container] if step.container else [])]
    return [step for step in wanted if step.key in chosen]
