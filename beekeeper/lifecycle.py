"""Deploy, destroy and list rooms: the public functions over the provisioning engine."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from beekeeper import results
from beekeeper.config import RoomConfig
from beekeeper.errors import RoomNotFoundError
from beekeeper.provision import consumer_start
from beekeeper.provision.aws import Aws
from beekeeper.provision.blueprint import steps
from beekeeper.provision.checks.quotas import notes, quick_checks
from beekeeper.provision.engine.decision import Action, Change, Plan
from beekeeper.provision.engine.events import StepWarning
from beekeeper.provision.engine.guard import Guard, NoGuard
from beekeeper.provision.engine.lease import TableLease
from beekeeper.provision.engine.pipeline import Engine, OnEvent
from beekeeper.provision.names import FUNCTIONS, Names
from beekeeper.provision.resources.function_policies import function_policy
from beekeeper.provision.resources.outputs import ENDPOINT, TARGET
from beekeeper.provision.state import State, StateStore, check_place, open_store
from beekeeper.results import Deployment, Destruction, RoomSummary

if TYPE_CHECKING:
    from boto3.session import Session

Source = RoomConfig | Mapping[str, Any] | str | Path
# A room whose configuration is lost can still be removed: nothing that finds it depends on these.
UNKNOWN_DESTINATION = "https://unknown.invalid/"


def deploy(
    config: Source | None = None,
    *,
    session: "Session | None" = None,
    state_dir: str | Path | None = None,
    on_event: OnEvent | None = None,
    **values: Any,
) -> Deployment:
    """Make the room in AWS, or bring it in line with the configuration; return its campaign link.

    ``config`` is a RoomConfig, a mapping or the path of a TOML file; or give its fields as keyword
    arguments. Creates and changes what differs, and nothing when nothing does. Starts a consumer at
    once. May be repeated after any failure. ``on_event`` is called with what happens, as it does.

    Raises ConfigError before AWS is touched, CredentialsError, LockedError, WrongAccountError,
    NotOursError when a resource of our name is somebody else's, and ProvisionError.

    >>> deploy(name="sale", destination="https://shop.example.com/", rate=600).url
    'https://a1b2c3d4.execute-api.eu-central-1.amazonaws.com/'
    """
    started = time.monotonic()
    room = RoomConfig.of(config, values)
    aws = Aws(session, region=room.region)
    names = aws.names(room.name, strict=room.is_strict)
    file = open_store(state_dir, room.name, session, room.state)
    with file.locked():
        state = _state_here(file, aws)
        guard = _guard(aws, names, file)
        engine = Engine(aws, room.name, steps(room, names), file, on_event, guard=guard)
        planned = engine.plan()
        if state is None:  # not before: what is refused leaves nothing behind
            file.write(State(room.name, aws.account, aws.region))
        if planned.has_changes and on_event:
            for warning in quick_checks(aws, room, names):
                on_event(StepWarning("quotas", "check", warning))
        engine.apply(planned)
        url = _campaign_link(room, engine.outputs)
        file.set(url=url, config=room.model_dump(mode="json"))
        if planned.has_changes:
            consumer_start.start(aws, names)
    return Deployment(
        room=room.name,
        url=url,
        destination=room.destination,
        account=names.account,
        region=names.region,
        changed=_described(planned),
        state_file=file.location,
        seconds=round(time.monotonic() - started, 1),
        dns_record=_dns_record(room, engine.outputs),
    )


def _campaign_link(room: RoomConfig, outputs: Mapping[str, str]) -> str:
    address = f"https://{room.domain_name}" if room.domain_name else outputs[ENDPOINT]
    return address.rstrip("/") + "/"


def _dns_record(room: RoomConfig, outputs: Mapping[str, str]) -> str | None:
    """Return the DNS record that is left to the user to make."""
    if not room.domain_name or room.hosted_zone_id:
        return None
    return f"{room.domain_name} CNAME {outputs[TARGET]}"


def plan(
    config: Source | None = None,
    *,
    session: "Session | None" = None,
    state_dir: str | Path | None = None,
    on_event: OnEvent | None = None,
    **values: Any,
) -> results.Plan:
    """Return what :func:`deploy` would do with the same arguments. Changes nothing.

    Raises what deploy raises before its first change.
    """
    room = RoomConfig.of(config, values)
    aws = Aws(session, region=room.region)
    names = aws.names(room.name, strict=room.is_strict)
    file = open_store(state_dir, room.name, session, room.state)
    _state_here(file, aws)
    found = Engine(aws, room.name, steps(room, names), file, on_event).plan()
    return results.Plan(
        room=room.name,
        changes=[_planned(change) for change in found.changes],
        policies={part: function_policy(names, part) for part in FUNCTIONS},
        notes=notes(room),
    )


def _planned(change: Change) -> results.PlannedChange:
    attributes = {name: (_plain(a), _plain(b)) for name, (a, b) in change.attributes.items()}
    return results.PlannedChange(
        change.key, change.kind, change.name, change.action.value, attributes
    )


def _plain(value: Any) -> Any:
    """Return a value as JSON can hold it; what is not known yet as the words for that."""
    if isinstance(value, Mapping):
        return {str(key): _plain(member) for key, member in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(member) for member in value]
    return value if isinstance(value, str | int | float | None) else repr(value)


def _state_here(file: StateStore, aws: Aws) -> State | None:
    """Return the room's state, if there is one; raise WrongAccountError if it is of elsewhere."""
    if state := file.read():
        check_place(state, aws.account, aws.region, file)
    return state


def _guard(aws: Aws, names: Names, file: StateStore) -> Guard:
    """Return what keeps other machines away; the lock of a shared state does."""
    return NoGuard() if file.is_shared else TableLease(aws, names.stem, file.owner)


def _described(planned: Plan) -> list[str]:
    changes = [c for c in planned.changes if c.action is not Action.UNCHANGED]
    return [f"{c.action} {c.kind} {c.name}" for c in changes]


def destroy(
    room: str,
    *,
    session: "Session | None" = None,
    region: str | None = None,
    state_dir: str | Path | None = None,
    on_event: OnEvent | None = None,
) -> Destruction:
    """Remove everything that belongs to the room, its logs included; visitors lose their place.

    Works without a state file, by names and tags, and twice in a row. May be repeated after any
    failure. Raises CredentialsError, LockedError, WrongAccountError and ProvisionError.
    """
    started = time.monotonic()
    file = open_store(state_dir, room, session)
    with file.locked():
        state = file.read()
        config = config_of(room, state)
        aws = Aws(session, region=region or (state.region if state else None) or config.region)
        if state:
            check_place(state, aws.account, aws.region, file)
        names = aws.names(room, strict=config.is_strict)
        guard = _guard(aws, names, file)
        engine = Engine(aws, room, steps(config, names), file, on_event, guard=guard)
        deleted = engine.remove()
        file.remove()
    return Destruction(room, deleted, round(time.monotonic() - started, 1))


def config_of(room: str, state: State | None) -> RoomConfig:
    """Return the configuration that a room was deployed with, or one that will do to find it."""
    if state and state.config:
        return RoomConfig.load(state.config)
    return RoomConfig(name=room, destination=UNKNOWN_DESTINATION, rate=1)


def list_rooms(
    *, session: "Session | None" = None, state_dir: str | Path | None = None
) -> list[RoomSummary]:
    """Return the rooms whose state is kept here. Asks AWS only for a state in a bucket."""
    names = open_store(state_dir, "", session).rooms()
    states = [open_store(state_dir, name, session).read() for name in names]
    return [
        RoomSummary(
            room=state.room,
            url=state.url,
            destination=str(state.config.get("destination", "")),
            account=state.account,
            region=state.region,
            resources=sum(record.made for record in state.resources),
        )
        for state in states
        if state
    ]


def existing_state(store: StateStore) -> State:
    """Return a room's state; raise RoomNotFoundError when there is none there."""
    state = store.read()
    if state is None:
        raise RoomNotFoundError(
            f"There is no room {store.room} in {store.directory}/. Run the command where it was"
            " deployed, or with its --state-dir; `python -m beekeeper list` shows the rooms."
        )
    return state
