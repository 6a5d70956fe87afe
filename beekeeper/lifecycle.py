"""Deploy, plan and destroy one room with the provisioning engine."""

import functools
import time
from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from beekeeper import results
from beekeeper.changes import all_changes, differences
from beekeeper.config import RoomConfig, bare_config
from beekeeper.config.functions import account_in
from beekeeper.connection import Connection, last_config
from beekeeper.consequences import Before, campaign_link, consequences, rate_change
from beekeeper.errors import ConfigError, LockedError
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
from beekeeper.provision.resources.outputs import TARGET
from beekeeper.provision.state import State, StateStore, check_place
from beekeeper.provision.table_lease import TableLease
from beekeeper.results import Action, Deployment, Destruction
from beekeeper.rules.destination import origin_of

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


def _deploy(
    connection: Connection, on_event: OnEvent | None, approve: Approve | None
) -> Deployment:
    started = time.monotonic()
    store = connection.open_store()
    connection.wanted(store)  # refuse what is wrong before anything is locked
    with store.locked():
        room, aws, names = _wanted(connection, store)
        state = _state_here(connection, aws, store, room)
        guard = _guard(aws, names, store)
        planned_steps = steps(room, names, account_of(aws), _tags_of(state))
        engine = Engine(aws, room.name, planned_steps, store, on_event, guard=guard)
        planned = engine.plan()
        before = Before.of(state, store)
        told = _told(before, room, aws, names, engine, planned)
        if approve:
            approve(told)
        if state is None:  # not earlier: a deploy that is refused must not leave a state behind
            store.write(State(room.name, aws.account, aws.region))
        if planned.has_changes:
            for warning in quick_checks(aws, room, names) if on_event else ():
                engine.emit(StepWarning("quotas", "check", warning))
        for warning in told.warnings:
            engine.emit(StepWarning(room.name, "check", warning))
        engine.apply(planned)
        store.set(url=campaign_link(room, engine.outputs), config=room.model_dump(mode="json"))
        if planned.has_changes:
            consumer_start.start(aws, names)
        connection.read(store)
    engine.check_listener("the deploy was completed")
    seconds = round(time.monotonic() - started, 1)
    return Deployment(
        room=room.name,
        url=campaign_link(room, engine.outputs),
        destination=room.destination,
        account=names.account,
        region=names.region,
        changes=differences(planned),
        state_file=store.location,
        seconds=seconds,
        dns_record=_dns_record(room, engine.outputs),
        warnings=told.warnings,
    )


def _told(
    before: Before, room: RoomConfig, aws: Aws, names: Names, engine: Engine, planned: Plan
) -> results.Plan:
    """Return a plan as the public functions return it."""
    rate = rate_change(room, aws, names, planned)
    return results.Plan(
        room=room.name,
        changes=all_changes(planned),
        policies=function_policies(names),
        notes=notes(room),
        warnings=(*consequences(before, room, names, engine, planned), *filter(None, [rate])),
        affects_waiting=bool(rate),
    )


def _wanted(connection: Connection, store: StateStore) -> tuple[RoomConfig, Aws, Names]:
    """Return the configuration to deploy, with the account and the names to deploy it to."""
    room, region = connection.wanted(store)
    aws = Aws(connection.session, region=region)
    if room.certificate_arn:
        RoomConfig(**{**room.model_dump(), "region": aws.region})  # checks the certificate's region
    _check_boundary(room, aws.account)
    return room, aws, aws.names(room.name, strict=room.is_strict)


def _tags_of(state: State | None) -> Iterable[str]:
    """Return the keys of the tags that the last deploy set."""
    return state.config.get("tags", {}) if state and state.config else ()


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
    return f"{room.domain_name} CNAME {outputs[TARGET]}"


def plan(connection: Connection, on_event: OnEvent | None = None) -> results.Plan:
    """Return what a deploy would do. Changes nothing. See Room.plan."""
    store = connection.open_store()
    room, aws, names = _wanted(connection, store)
    state = _state_here(connection, aws, store, room)
    before = Before.of(state, store)
    planned_steps = steps(room, names, account_of(aws), _tags_of(state))
    engine = Engine(aws, room.name, planned_steps, store, on_event)
    found = _told(before, room, aws, names, engine, engine.plan())
    engine.check_listener("the plan was made")
    return found


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
        config = last_config(state) if state else bare_config(room)
        region = connection.region or (state.region if state else None)
        aws = Aws(connection.session, region=region)
        if state:
            check_place(state, aws.account, aws.region, store, connection.reference.region)
        names = aws.names(room, strict=config.is_strict)
        planned = steps(config, names)
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
