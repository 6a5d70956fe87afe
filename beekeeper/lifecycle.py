"""Deploy, plan and destroy one room with the provisioning engine."""

import functools
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from beekeeper import results
from beekeeper.changes import all_changes, differences
from beekeeper.config import RoomConfig, bare_config
from beekeeper.config.functions import account_in
from beekeeper.connection import Connection, known_config
from beekeeper.consequences import (
    Before,
    campaign_link,
    consequences,
    costly,
    line_now,
    link_moves,
    rate_change,
)
from beekeeper.errors import ConfigError, LockedError
from beekeeper.moves import slow
from beekeeper.provision import consumer_start
from beekeeper.provision.aws import Aws, machine_of
from beekeeper.provision.blueprint import function_policies, steps
from beekeeper.provision.checks.account import account_of
from beekeeper.provision.checks.quotas import notes, quick_checks
from beekeeper.provision.engine.decision import Plan
from beekeeper.provision.engine.events import StepWaiting, StepWarning
from beekeeper.provision.engine.guard import Guard, NoGuard
from beekeeper.provision.engine.pipeline import Engine, OnEvent
from beekeeper.provision.names import Names
from beekeeper.provision.resources.outputs import EDGE_HOST, TARGET
from beekeeper.provision.state import State, StateStore, check_place
from beekeeper.provision.table_lease import TableLease
from beekeeper.provision.telling import RARE
from beekeeper.results import Action, Deployment, Destruction
from beekeeper.rules.destination import origin_of
from beekeeper.rules.quotas import Account

T = TypeVar("T")
Approve = Callable[[results.Plan], object]
LOCK_POLL_SECONDS = 2.0


def deploy(
    connection: Connection,
    on_event: OnEvent | None = None,
    approve: Approve | None = None,
    wait_seconds: float = 0,
) -> Deployment:
    """Create the room in AWS, or update it to match its configuration. See Room.deploy."""
    work = functools.partial(_deploy, connection, on_event, approve)
    return _when_free(work, connection, on_event, wait_seconds)


def _when_free(
    work: Callable[[], T], connection: Connection, on_event: OnEvent | None, wait_seconds: float
) -> T:
    """Do work as soon as no other command has the room. Raise LockedError after ``wait_seconds``.

    The work begins anew each time, because the other command may have changed the room.
    """
    machine = machine_of(connection.session)
    end = machine.clock() + wait_seconds
    while True:
        try:
            return work()
        except LockedError:
            if (left := end - machine.clock()) <= 0:
                raise
        if on_event:
            on_event(StepWaiting(connection.name, "lock", "another command to end"))
        machine.sleep(min(LOCK_POLL_SECONDS, left))


@dataclass(frozen=True, slots=True)
class _Prepared:
    """What ``plan`` shows and ``deploy`` does."""

    room: RoomConfig
    aws: Aws
    names: Names
    account: Account
    state: State | None
    engine: Engine
    planned: Plan
    told: results.Plan


def _prepared(connection: Connection, store: StateStore, on_event: OnEvent | None) -> _Prepared:
    """Read everything, and return what a deploy would do. Changes nothing."""
    room, aws, names = _wanted(connection, store)
    state = _state_here(connection, aws, store, room)
    if on_event:
        tell = on_event
        aws.on_wait = lambda what: tell(StepWaiting(room.name, "read", what))
    account = account_of(aws, state.id_of("api") if state else "")
    former = state.tag_keys if state else ()
    recorded = {each.key for each in state.resources} if state else ()
    planned_steps = steps(room, names, account, former, recorded)
    guard = _guard(aws, names, store)
    engine = Engine(aws, room.name, planned_steps, store, on_event, guard=guard)
    planned = engine.plan()
    told = _told(Before.of(state, store), room, aws, names, engine, planned)
    return _Prepared(room, aws, names, account, state, engine, planned, told)


def _deploy(
    connection: Connection, on_event: OnEvent | None, approve: Approve | None
) -> Deployment:
    started = time.monotonic()
    store = connection.open_store()
    connection.wanted(store)  # refuse what is wrong before anything is locked
    with store.locked():
        ready = _prepared(connection, store, on_event)
        room, engine = ready.room, ready.engine
        if approve:
            approve(ready.told)
        connection.consumer_started_at = _apply(ready, store, has_listener=bool(on_event))
        connection.read(store)
    engine.check_listener("the deploy was completed")
    seconds = round(time.monotonic() - started, 1)
    return Deployment(
        room=room.name,
        url=campaign_link(room, engine.outputs),
        destination=room.destination,
        account=ready.names.account,
        region=ready.names.region,
        changes=differences(ready.planned),
        state_file=store.location,
        seconds=seconds,
        dns_record=_dns_record(room, engine.outputs),
        warnings=ready.told.warnings,
    )


def _apply(ready: _Prepared, store: StateStore, *, has_listener: bool) -> float:
    """Do what the plan says. Return when a consumer was started, and 0 if none was."""
    room, aws, engine = ready.room, ready.aws, ready.engine
    if ready.state is None:  # not earlier: a refused deploy must not leave a state behind
        store.write(State(room.name, aws.account, aws.region))
    # A deploy that is interrupted sets tags, too. The next one must know that they are ours.
    former = ready.state.tag_keys if ready.state else ()
    store.set(tag_keys=tuple(sorted({*former, *room.tags})))
    if ready.planned.has_changes and has_listener:
        for warning in quick_checks(aws, room, ready.names, ready.account):
            engine.emit(StepWarning("quotas", "check", warning))
    for warning in ready.told.warnings:
        engine.emit(StepWarning(room.name, "check", warning))
    engine.apply(ready.planned)
    store.set(
        url=campaign_link(room, engine.outputs),
        config=room.model_dump(mode="json"),
        tag_keys=tuple(sorted(room.tags)),
    )
    return consumer_start.start(aws, ready.names) if ready.planned.has_changes else 0.0


def _told(
    before: Before, room: RoomConfig, aws: Aws, names: Names, engine: Engine, planned: Plan
) -> results.Plan:
    """Return a plan as the public functions return it."""
    line = functools.cache(lambda: line_now(aws, names))
    rate = rate_change(room, planned, line)
    moves = link_moves(before, room, engine, planned, line)
    return results.Plan(
        room=room.name,
        changes=all_changes(planned),
        policies=function_policies(names, governed=room.is_governed),
        notes=(*notes(room), *slow(planned)),
        warnings=(
            *(move.text for move in moves),
            *consequences(before, room, names, engine, planned),
            *filter(None, [rate]),
        ),
        question=" ".join(filter(None, [rate, *costly(moves, line)])),
    )


def _wanted(connection: Connection, store: StateStore) -> tuple[RoomConfig, Aws, Names]:
    """Return the configuration to deploy, with the account and the names to deploy it to."""
    room, region = connection.wanted(store)
    aws = Aws(connection.session, region=region)
    if room.certificate_arn:
        RoomConfig(**{**room.model_dump(), "region": aws.region})  # checks the certificate's region
    _check_boundary(room, aws.account)
    return room, aws, aws.names(room.name, strict=room.is_strict)


def _check_boundary(room: RoomConfig, account: str) -> None:
    """Raise ConfigError if the permissions boundary is a policy of another account."""
    boundary = room.permissions_boundary
    if boundary and account_in(boundary) not in (account, "aws"):
        raise ConfigError(
            f"permissions_boundary = {boundary!r}: this policy is in another account. Give the ARN"
            f" of a policy in {account}."
        )


def _dns_record(room: RoomConfig, outputs: Mapping[str, str]) -> str | None:
    """Return the DNS record that the user has to create."""
    if not room.domain_name or room.hosted_zone_id:
        return None
    return f"{room.domain_name} CNAME {outputs[EDGE_HOST if room.edge else TARGET]}"


def plan(connection: Connection, on_event: OnEvent | None = None) -> results.Plan:
    """Return what a deploy would do. Changes nothing. See Room.plan."""
    ready = _prepared(connection, connection.open_store(), on_event)
    ready.engine.check_listener("the plan was made")
    return ready.told


def _state_here(
    connection: Connection, aws: Aws, store: StateStore, room: RoomConfig
) -> State | None:
    """Return the room's state, if any. Raise WrongAccountError if the room is somewhere else.

    Raises ConfigError if the destination is the room's own campaign link.
    """
    if state := connection.read(store):
        check_place(state, aws.account, aws.region, store, connection.reference.region)
        if state.url and origin_of(state.url) == origin_of(room.destination):
            raise ConfigError(
                f"destination = {room.destination!r}: this is the room's own campaign link, and"
                " visitors would go round in a circle. Give the address of your site."
            )
    return state


def _guard(aws: Aws, names: Names, store: StateStore) -> Guard:
    """Return the guard against other machines. A shared state needs none: it has its own lock."""
    return NoGuard() if store.is_shared else TableLease(aws, names.stem, store.owner)


def destroy(
    connection: Connection,
    on_event: OnEvent | None = None,
    approve: Callable[[], None] | None = None,
    wait_seconds: float = 0,
) -> Destruction:
    """Remove everything that belongs to the room. See Room.destroy."""
    work = functools.partial(_destroy, connection, on_event, approve)
    return _when_free(work, connection, on_event, wait_seconds)


def _destroy(
    connection: Connection, on_event: OnEvent | None, approve: Callable[[], None] | None
) -> Destruction:
    started = time.monotonic()
    store, room = connection.open_store(), connection.name
    with store.locked():
        state = store.read()
        config = known_config(state) if state else bare_config(room)
        region = connection.region or (state.region if state else None)
        aws = Aws(connection.session, region=region)
        if state:
            check_place(state, aws.account, aws.region, store, connection.reference.region)
        names = aws.names(room, strict=config.is_strict)
        # Without a state, nobody knows what the room once had.
        recorded = {each.key for each in state.resources} if state else RARE
        planned = steps(config, names, recorded=recorded)
        guard = _guard(aws, names, store)
        engine = Engine(aws, room, planned, store, on_event, guard=guard)
        deleted = engine.remove(approve)
        store.remove()
    connection.known = None
    engine.check_listener("the room was removed")
    by_key = {
        step.key: results.Change(Action.DELETE, step.kind, step.name, {}, step.key)
        for step in planned
    }
    return Destruction(
        room, tuple(by_key[key] for key in deleted), round(time.monotonic() - started, 1)
    )
