"""A change of the key that signs passes: one step, which is one write to the table.

The write has the condition that the keys are as they were read. So of two operators at the same
moment one loses, and hears it. Times are those of AWS's clock.

Only pass keys change. Nobody but the functions has the ticket keys, and tickets are good for two
weeks: a former key would have to stay that long.

With an edge, a deploy after ``sign`` gives it a secret of the key that signs now. Until then it
sends that of the former key, which therefore stays.
"""

import math
from collections.abc import Callable
from dataclasses import replace

from beekeeper.connection import Deployed
from beekeeper.contract import items, pass_ring
from beekeeper.contract.attributes import Item
from beekeeper.contract.door import EDGE, door_of
from beekeeper.control import health
from beekeeper.control.table import read_at, read_item, replace_attributes
from beekeeper.errors import ConfigError, RoomNotFoundError, RotationError
from beekeeper.gate import LEEWAY_SECONDS
from beekeeper.results import KeyRotation
from beekeeper.rules import rotation
from beekeeper.rules.durations import at_most
from beekeeper.rules.rotation import Ring, Stage, Step

STEPS = ", ".join(Step)
DEPLOY = "Run python -m beekeeper deploy, which gives the edge the new secret."


def rotate(connect: Callable[[], Deployed], step: str) -> KeyRotation:
    """Do one step of a change of keys. ``connect`` returns the room, once the step is known.

    Raises ConfigError for an unknown step, RotationError when it is not possible now or another
    command was quicker, and ProvisionError when the keys are damaged.
    """
    if step not in list(Step):
        raise ConfigError(f"step = {step!r}: give one of {STEPS}.")
    room, step = connect(), Step(step)
    item, now = read_at(room, items.KEYS)
    if not item:
        raise room.missing()
    ring, door = health.pass_ring_of(room, item), door_of(item)
    edge_kid = door.kid if door else ""
    changed = rotation.after(ring, step, now, LEEWAY_SECONDS, edge_kid)
    if changed is None:
        raise RotationError(_refusal(room.state.room, ring, step, now, edge_kid))
    if changed != ring:
        _write(room, item, changed)
    result = _result(room.state.room, changed, step, now, changed=changed != ring)
    first = f"{DEPLOY} " if changed.is_former(edge_kid) else ""
    return replace(result, next=f"{first}{result.next}")


def _write(room: Deployed, item: Item, ring: Ring) -> None:
    try:
        # A deploy that closes the door at this moment counts on the keys as they are.
        door = {EDGE: item.get(EDGE)}
        replace_attributes(room, item, {**pass_ring.pass_ring_attributes(ring), **door})
    except RoomNotFoundError as error:
        # The item is gone, or it has changed. We changed it if the answer to our write was lost.
        if health.pass_ring_of(room, read_item(room, items.KEYS)) != ring:
            raise RotationError(
                f"Another command has changed the keys of room {room.state.room} at the same"
                " moment. Nothing was changed by this one. Run the same command again."
            ) from error


def _refusal(room: str, ring: Ring, step: Step, now: float, edge_kid: str) -> str:
    """Return why a step is not possible, and which one is."""
    signs, *others = (key.kid for key in ring.keys)
    wait = ring.wait_seconds(now, LEEWAY_SECONDS)
    if ring.stage is Stage.ONE_KEY:
        return f"Room {room} has only key {signs}, and it signs already. {_first(room, Step.ADD)}"
    if ring.stage is Stage.ADDED:
        why = f"Key {others[-1]} of room {room} does not sign yet, so {signs} is not a former key."
        return f"{why} {_first(room, Step.SIGN)}"
    if wait == math.inf:
        why = f"When key {signs} of room {room} began to sign is damaged in the table"
        remedy = f"To note the time anew, run: {_command(room, Step.SIGN)}"
        return f"{why} ({pass_ring.SIGNING_SINCE} of item {items.KEYS}). {remedy}"
    why = f"Room {room} still has its former key {', '.join(others)}."
    if step is Step.ADD and not wait:
        return f"{why} {_first(room, Step.REMOVE)}"
    if not wait:
        why = f"The edge of room {room} still sends a secret of its former key {edge_kid}."
        return f"{why} First run python -m beekeeper deploy, which gives the edge the new secret."
    left = f"for {math.ceil(wait)} more second{'s' if wait > 1 else ''}"
    when = f"Passes signed by it can be good {left}. Wait for so long, then run:"
    return f"{why} {when} {_command(room, Step.REMOVE)}"


def _first(room: str, step: Step) -> str:
    return f"First run: {_command(room, step)}"


def _command(room: str, step: Step) -> str:
    return f"python -m beekeeper keys rotate --step {step} --room {room}"


def _result(room: str, ring: Ring, step: Step, now: float, *, changed: bool) -> KeyRotation:
    signs, *others = (key.kid for key in ring.keys)
    wait = ring.wait_seconds(now, LEEWAY_SECONDS)
    return KeyRotation(
        room=room,
        step=step.value,
        changed=changed,
        signs=signs,
        added=tuple(others) if ring.stage is Stage.ADDED else (),
        former=tuple(others) if ring.stage is Stage.SIGNS else (),
        wait_seconds=wait,
        next=_next(room, ring.stage, wait),
    )


def _next(room: str, stage: Stage, wait: float) -> str:
    """Return what an operator does after a step."""
    show = f"python -m beekeeper keys show --format env --room {room}"
    match stage:
        case Stage.ADDED:
            return (
                f"Put the keys on every server of your site ({show}). Only then run:"
                f" {_command(room, Step.SIGN)}. Without the new key, your site would refuse the"
                " passes that it signs."
            )
        case Stage.SIGNS:
            when = f"In {at_most(wait)}, when" if wait else "Now that"
            return (
                f"Put the keys on your site again, in their new order ({show}). The first one also"
                f" signs your site's new sessions, and what your site sends to the room. {when} no"
                f" pass of the former key is good any more, run: {_command(room, Step.REMOVE)}. If"
                " your site gets the keys by itself, first wait until its sessions of the former"
                " key are over, too (session_minutes of your gate, and five minutes)."
            )
    return (
        f"Put the keys on your site once more ({show}). This ends the sessions that your site began"
        " with a former key, so wait until they are over: session_minutes of your gate (30 by"
        " default) after your site got the keys in their new order. If a former key has leaked,"
        " don't wait."
    )
