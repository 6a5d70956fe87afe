"""The module's functions: each makes a :class:`beekeeper.Room` and calls one of its methods.

Each takes a room in any form that ``Room`` takes, including a ``Room``. So you can pass on what
another function took or returned. ``session`` and ``state_dir`` mean the same as in ``Room``, which
also documents the errors.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack, overload

from beekeeper.config.essentials import is_name
from beekeeper.config.room_config import RoomConfig, RoomValues
from beekeeper.errors import ConfigError
from beekeeper.provision.engine.pipeline import OnEvent
from beekeeper.provision.state import open_store
from beekeeper.results import Destruction, KeyRotation, PassKeys, Plan, Status
from beekeeper.room import Room, RoomLike

if TYPE_CHECKING:
    from boto3.session import Session


def as_room(
    room: RoomLike | None,
    settings: Mapping[str, Any] | None = None,
    *,
    session: "Session | None" = None,
    region: str | None = None,
    state_dir: str | Path | None = None,
) -> Room:
    """Return the handle of a room in any form, or of the room with these settings.

    Returns a Room itself when nothing else is given. Raises TypeError and ConfigError.
    """
    if settings and room is not None:
        raise ConfigError(
            f"A room was given, and {', '.join(settings)} as well. Give only one of the two: a"
            " room, or its settings."
        )
    if isinstance(room, Room) and not (session or region or state_dir):
        return room
    wanted = RoomConfig(**settings or {}) if room is None and settings is not None else room
    return Room(wanted, session=session, region=region, state_dir=state_dir)  # type: ignore[arg-type]  # it refuses None


@overload
def deploy(
    room: RoomLike,
    *,
    session: "Session | None" = None,
    state_dir: str | Path | None = None,
    on_event: OnEvent | None = None,
    wait_seconds: float = 0,
) -> Room: ...
@overload
def deploy(
    *,
    session: "Session | None" = None,
    state_dir: str | Path | None = None,
    on_event: OnEvent | None = None,
    wait_seconds: float = 0,
    **settings: Unpack[RoomValues],
) -> Room: ...
def deploy(
    room: RoomLike | None = None,
    *,
    session: "Session | None" = None,
    state_dir: str | Path | None = None,
    on_event: OnEvent | None = None,
    wait_seconds: float = 0,
    **settings: Any,
) -> Room:
    """Create the room in AWS, or update it to match its configuration. Return its handle.

    Give a room, or its settings as keyword arguments: ``name``, ``destination``, ``rate`` (visitors
    per minute), and the other fields of RoomConfig. If you give only the name of a room, the
    configuration of its last deploy is used. The handle has the campaign link (``url``) and what
    this deploy changed (``changes``, ``deployment``). See :meth:`beekeeper.Room.deploy` for more,
    and for the errors.

    >>> deploy(name="sale", destination="https://shop.example.com/", rate=600).url
    'https://a1b2c3d4.execute-api.eu-central-1.amazonaws.com/'
    """
    handle = as_room(room, settings, session=session, state_dir=state_dir)
    handle.deploy(on_event=on_event, wait_seconds=wait_seconds)
    return handle


@overload
def plan(
    room: RoomLike,
    *,
    session: "Session | None" = None,
    state_dir: str | Path | None = None,
    on_event: OnEvent | None = None,
) -> Plan: ...
@overload
def plan(
    *,
    session: "Session | None" = None,
    state_dir: str | Path | None = None,
    on_event: OnEvent | None = None,
    **settings: Unpack[RoomValues],
) -> Plan: ...
def plan(
    room: RoomLike | None = None,
    *,
    session: "Session | None" = None,
    state_dir: str | Path | None = None,
    on_event: OnEvent | None = None,
    **settings: Any,
) -> Plan:
    """Return what :func:`deploy` would do with the same arguments. Changes nothing.

    >>> plan("beekeeper.toml").has_changes
    True
    """
    handle = as_room(room, settings, session=session, state_dir=state_dir)
    return handle.plan(on_event=on_event)


def destroy(
    room: RoomLike,
    *,
    session: "Session | None" = None,
    region: str | None = None,
    state_dir: str | Path | None = None,
    on_event: OnEvent | None = None,
    wait_seconds: float = 0,
    report: str | Path | None = None,
) -> Destruction:
    """Remove everything that belongs to the room, including its logs.

    Visitors who wait lose their place. Give ``region`` when the room's state is lost. ``report`` is
    a folder, in which a report is saved first. See :meth:`beekeeper.Room.destroy` for more.

    >>> len(destroy("sale").deleted)
    32
    """
    handle = as_room(room, session=session, region=region, state_dir=state_dir)
    return handle.destroy(on_event=on_event, wait_seconds=wait_seconds, report=report)


def status(
    room: RoomLike,
    *,
    session: "Session | None" = None,
    state_dir: str | Path | None = None,
    drift: bool = False,
) -> Status:
    """Return the room's status. Changes nothing.

    With ``drift``, the status also lists what differs in AWS from what was deployed. See
    :meth:`beekeeper.Room.status`.

    >>> status("sale").waiting
    1200
    """
    return as_room(room, session=session, state_dir=state_dir).status(drift=drift)


def pass_keys(
    room: RoomLike, *, session: "Session | None" = None, state_dir: str | Path | None = None
) -> PassKeys:
    """Return what the destination needs to verify passes. The keys are secret.

    See :meth:`beekeeper.Room.pass_keys`.
    """
    return as_room(room, session=session, state_dir=state_dir).pass_keys()


def rotate_keys(
    room: RoomLike,
    step: str,
    *,
    session: "Session | None" = None,
    state_dir: str | Path | None = None,
) -> KeyRotation:
    """Do one step of a change of the key that signs passes: ``add``, ``sign`` or ``remove``.

    See :meth:`beekeeper.Room.rotate_keys`.

    >>> rotate_keys("sale", "add").added
    ('k5e6f7a8b',)
    """
    return as_room(room, session=session, state_dir=state_dir).rotate_keys(step)


def list_rooms(
    *,
    session: "Session | None" = None,
    region: str | None = None,
    state_dir: str | Path | None = None,
) -> list[Room]:
    """Return the handles of the rooms whose state is in ``state_dir``, or in its default place.

    Calls AWS only when the state is in a bucket. :func:`find_rooms` also finds the rooms of an
    account whose state is in another place. ``region`` is that of the handles.

    >>> [room.name for room in list_rooms()]
    ['sale']
    """
    names = filter(is_name, open_store(state_dir, "", session).rooms())
    rooms = [Room(name, session=session, region=region, state_dir=state_dir) for name in names]
    return [room for room in rooms if room._connection.read()]
