"""Deploy, plan and destroy one room with the provisioning engine."""

import time
from collections.abc import Iterable, Mapping

from beekeeper import results
from beekeeper.changes import all_changes, differences
from beekeeper.config import RoomConfig, bare_config
from beekeeper.config.functions import account_of
from beekeeper.connection import Connection, last_config
from beekeeper.errors import ConfigError
from beekeeper.provision import consumer_start
from beekeeper.provision.aws import Aws
from beekeeper.provision.blueprint import function_policies, steps
from beekeeper.provision.checks.quotas import notes, quick_checks
from beekeeper.provision.engine.decision import Plan
from beekeeper.provision.engine.events import StepWarning
from beekeeper.provision.engine.guard import Guard, NoGuard
from beekeeper.provision.engine.pipeline import Engine, OnEvent
from beekeeper.provision.names import Names
from beekeeper.provision.resources.outputs import ENDPOINT, TARGET
from beekeeper.provision.state import State, StateStore, check_place
from beekeeper.provision.table_lease import TableLease
from beekeeper.results import Action, Deployment, Destruction
from beekeeper.rules.destination import origin_of


def deploy(connection: Connection, on_event: OnEvent | None = None) -> Deployment:
    """Create the room in AWS, or update it to match its configuration. See Room.deploy."""
    started = time.monotonic()
    store = connection.open_store()
    connection.wanted(store)  # refuse what is wrong before anything is locked
    with store.locked():
        room, aws, names = _wanted(connection, store)
        state = _state_here(connection, aws, store, room)
        guard = _guard(aws, names, store)
        wanted = steps(room, names, _tags_of(state))
        engine = Engine(aws, room.name, wanted, store, on_event, guard=guard)
        planned = engine.plan()
        if state is None:  # not earlier: a deploy that is refused must not leave a state behind
            store.write(State(room.name, aws.account, aws.region))
        if planned.has_changes and on_event:
            for warning in quick_checks(aws, room, names):
                on_event(StepWarning("quotas", "check", warning))
        engine.apply(planned)
        store.set(url=_campaign_link(room, engine.outputs), config=room.model_dump(mode="json"))
        if planned.has_changes:
            consumer_start.start(aws, names)
        connection.read(store)
    seconds = round(time.monotonic() - started, 1)
    return _deployment(room, names, engine.outputs, planned, store.location, seconds)


def _deployment(
    room: RoomConfig,
    names: Names,
    outputs: Mapping[str, str],
    planned: Plan,
    state_file: str,
    seconds: float,
) -> Deployment:
    return Deployment(
        room=room.name,
        url=_campaign_link(room, outputs),
        destination=room.destination,
        account=names.account,
        region=names.region,
        changes=differences(planned),
        state_file=state_file,
        seconds=seconds,
        dns_record=_dns_record(room, outputs),
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
    if boundary and account_of(boundary) not in (account, "aws"):
        raise ConfigError(
            f"permissions_boundary = {boundary!r}: this policy is in another account. Give the ARN"
            f" of a policy in {account}."
        )


def _campaign_link(room: RoomConfig, outputs: Mapping[str, str]) -> str:
    address = f"https://{room.domain_name}" if room.domain_name else outputs[ENDPOINT]
    return address.rstrip("/") + "/"


def _dns_record(room: RoomConfig, outputs: Mapping[str, str]) -> str | None:
    """Return the DNS record that the user has to create."""
    if not room.domain_name or room.hosted_zone_id:
        return None
    return f"{room.domain_name} CNAME {outputs[TARGET]}"


def plan(connection: Connection, on_event: OnEvent | None = None) -> results.Plan:
    """Return what a deploy would do. Changes nothing. See Room.plan."""
    store = connection.open_store()
    room, aws, names = _wanted(connection, store)
    wanted = steps(room, names, _tags_of(_state_here(connection, aws, store, room)))
    found = Engine(aws, room.name, wanted, store, on_event).plan()
    return results.Plan(
        room=room.name,
        changes=all_changes(found),
        policies=function_policies(names),
        notes=notes(room),
    )


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


def destroy(connection: Connection, on_event: OnEvent | None = None) -> Destruction:
    """Remove everything that belongs to the room. See Room.destroy."""
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
        deleted = Engine(aws, room, planned, store, on_event, guard=guard).remove()
        store.remove()
    connection.known = None
    by_key = {
        step.key: results.Change(Action.DELETE, step.kind, step.name, {}, step.key)
        for step in planned
    }
    return Destruction(
        room, tuple(by_key[key] for key in deleted), round(time.monotonic() - started, 1)
    )
