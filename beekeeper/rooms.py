"""Deploy, destroy and list rooms: the public functions over the provisioning engine."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from beekeeper.config import RoomConfig
from beekeeper.errors import RoomNotFoundError
from beekeeper.provision import consumer_start
from beekeeper.provision.aws import Aws
from beekeeper.provision.engine import Action, Engine, OnEvent, Plan
from beekeeper.provision.http_api import ENDPOINT
from beekeeper.provision.state import State, StateFile, check_place
from beekeeper.provision.state import state_dir as directory_of
from beekeeper.provision.steps import steps
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
    room = RoomConfig.load(config if config is not None else values)
    aws = Aws(session, region=room.region)
    names = aws.names(room.name)
    file = StateFile(state_dir, room.name)
    with file.locked():
        _begin(file, room, aws)
        engine = Engine(aws, room.name, steps(room, names), file, on_event)
        plan = engine.plan()
        engine.apply(plan)
        url = engine.outputs[ENDPOINT].rstrip("/") + "/"
        file.set(url=url)
        if plan.has_changes:
            consumer_start.start(aws, names)
    return Deployment(
        room=room.name,
        url=url,
        destination=room.destination,
        account=names.account,
        region=names.region,
        changed=_described(plan),
        state_file=str(file.path),
        seconds=round(time.monotonic() - started, 1),
    )


def _begin(file: StateFile, room: RoomConfig, aws: Aws) -> None:
    state = file.read()
    config = room.model_dump(mode="json")
    if state is None:
        file.write(State(room.name, aws.account, aws.region, config))
        return
    check_place(state, aws.account, aws.region, file.path)
    file.set(config=config)


def _described(plan: Plan) -> list[str]:
    changes = [c for c in plan.changes if c.action is not Action.UNCHANGED]
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
    file = StateFile(state_dir, room)
    with file.locked():
        state = file.read()
        config = config_of(room, state)
        aws = Aws(session, region=region or (state.region if state else None) or config.region)
        if state:
            check_place(state, aws.account, aws.region, file.path)
        engine = Engine(aws, room, steps(config, aws.names(room)), file, on_event)
        deleted = engine.remove()
        file.remove()
    return Destruction(room, deleted, round(time.monotonic() - started, 1))


def config_of(room: str, state: State | None) -> RoomConfig:
    """Return the configuration that a room was deployed with, or one that will do to find it."""
    if state and state.config:
        return RoomConfig.load(state.config)
    return RoomConfig(name=room, destination=UNKNOWN_DESTINATION, rate=1)


def list_rooms(*, state_dir: str | Path | None = None) -> list[RoomSummary]:
    """Return the rooms of which there is a state file here. Does not ask AWS."""
    files = sorted(directory_of(state_dir).glob("*.json"))
    states = [StateFile(path.parent, path.stem).read() for path in files]
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


def existing_state(room: str, directory: str | Path | None) -> State:
    """Return a room's state; raise RoomNotFoundError when there is none here."""
    file = StateFile(directory, room)
    state = file.read()
    if state is None:
        raise RoomNotFoundError(
            f"There is no room {room} in {file.directory}/. Run the command where it was deployed,"
            " or with its --state-dir; `python -m beekeeper list` shows the rooms."
        )
    return state
