"""Finds the rooms of an account by the tag of their tables, beside those whose state is here.

The light of each is that of its status. That takes some ten calls, and $0.0001 for the metrics.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from beekeeper.config.essentials import is_name
from beekeeper.connection import OPERATORS, Deployed, known_config
from beekeeper.control.status import status
from beekeeper.errors import BeekeeperError
from beekeeper.provision import found_rooms
from beekeeper.provision.aws import Aws
from beekeeper.provision.credentials import new_session
from beekeeper.provision.engine.failures import explained
from beekeeper.provision.engine.wait import has_code
from beekeeper.provision.found_rooms import FoundRoom
from beekeeper.provision.regions import regions_of
from beekeeper.provision.state import ANY_REGION, State, StateStore, open_store
from beekeeper.results import ListedRoom, RoomList

if TYPE_CHECKING:
    from boto3.session import Session

WORKERS = 16
# What AWS answers in a region that an account has not enabled. The credentials are good: AWS has
# just told whose they are, elsewhere.
DISABLED = (
    "UnrecognizedClientException",
    "InvalidClientTokenId",
    "AuthFailure",
    "OptInRequired",
    "SubscriptionRequiredException",
)
GONE = (
    "It is not in AWS, or incomplete. python -m beekeeper plan says what is missing; deploy"
    " completes it, and destroy removes what is left."
)
ELSEWHERE = "It was not looked at: it is in another account or region."
DAMAGED = (
    "Its settings are missing or damaged. If a deploy was interrupted, run it again. Otherwise"
    " python -m beekeeper doctor says what to do."
)
Key = tuple[str, str]  # a room's region and name


@dataclass(frozen=True, slots=True)
class _Here:
    """A state that is in the place where we look."""

    state: State
    location: str


def find_rooms(
    *,
    region: str | None = None,
    all_regions: bool = False,
    session: "Session | None" = None,
    state_dir: str | Path | None = None,
) -> RoomList:
    """Return the account's rooms in a region, and those whose state is here. Changes nothing.

    By default it looks in the region of the session, and in those of the rooms whose state is in
    ``state_dir``, or in its default place. With ``all_regions`` it looks in every region that the
    account has enabled. Needs the permission ``tag:GetResources``; a room whose state is here is
    found without. AWS may list a new room only after some minutes. The light of a room needs the
    permissions of its status.

    Raises CredentialsError, ConfigError for a region that does not exist, and StateError.

    >>> [room.room for room in find_rooms(region="eu-central-1").rooms]
    ['sale']
    """
    here = _states_here(state_dir, session)
    session = session or new_session(region)
    regions = [region] if region else _usual(session.region_name, here)
    anywhere = ANY_REGION if all_regions else None
    aws = Aws(session, region=next(iter(regions), anywhere), soon=found_rooms.SERVICES)
    own = {key: each for key, each in here.items() if each.state.account == aws.account}
    searched = regions_of(aws.partition) if all_regions else regions
    found, failed = _search(aws, searched)
    read = {key for key in (*found, *own) if key[0] in searched}
    stores = {key: open_store(state_dir, key[1], session) for key in sorted(read)}
    listed = [_read(aws, key, own.get(key), store) for key, store in stores.items()]
    unread = [_unread(each) for key, each in here.items() if key not in own or key not in read]
    disabled = tuple(name for name, error in failed.items() if _is_disabled(error))
    return RoomList(
        rooms=sorted(filter(None, [*listed, *unread]), key=lambda each: (each.room, each.region)),
        unsearched={n: _why(e, n) for n, e in failed.items() if n not in disabled},
        disabled=disabled,
    )


def _states_here(state_dir: str | Path | None, session: "Session | None") -> dict[Key, _Here]:
    names = filter(is_name, open_store(state_dir, "", session).rooms())
    stores = [open_store(state_dir, name, session) for name in names]
    states = [(store.read(), store.location) for store in stores]
    return {(s.region, s.room): _Here(s, location) for s, location in states if s}


def _usual(region: str | None, here: Mapping[Key, _Here]) -> list[str]:
    """Return the session's region first, and those of the states."""
    return list(dict.fromkeys(filter(None, [region, *sorted(key[0] for key in here)])))


def _search(aws: Aws, regions: Sequence[str]) -> tuple[list[Key], dict[str, Exception]]:
    """Return the rooms that the tags name, and the errors of the regions that gave one."""

    def search(region: str) -> list[str] | Exception:
        try:
            return found_rooms.rooms_in(aws, region)
        except (BotoCoreError, ClientError) as error:
            failure: Exception = error
            return failure

    with ThreadPoolExecutor(WORKERS) as threads:
        answers = dict(zip(regions, threads.map(search, regions), strict=True))
    failed = {region: each for region, each in answers.items() if isinstance(each, Exception)}
    names = {region: each for region, each in answers.items() if not isinstance(each, Exception)}
    return [(region, name) for region, found in names.items() for name in found], failed


def _read(aws: Aws, key: Key, here: _Here | None, store: StateStore) -> ListedRoom | None:
    """Return a room as its table says. None if only its tag is left, which AWS forgets late."""
    region, name = key
    place = Aws(aws.session, region=region, soon=(*found_rooms.SERVICES, *OPERATORS))
    place.identity = aws.identity
    try:
        found, problem = found_rooms.find_room(place, name), GONE
    except BeekeeperError as error:
        found, problem = None, str(error)
    if found:
        listed = _found(found, here)
        return listed if listed.problem else _with_light(listed, place, found, here, store)
    if here:
        return _unread(here, problem)
    if problem == GONE:
        return None
    return ListedRoom(name, "", "", aws.account, region, None, None, None, problem)


def _found(found: FoundRoom, here: _Here | None) -> ListedRoom:
    state, settings = here.state if here else found.state, found.settings
    return ListedRoom(
        room=state.room,
        url=state.url,
        destination=str(state.config.get("destination", "")),
        account=state.account,
        region=state.region,
        mode=settings.mode.value if settings else None,
        rate=settings.rate if settings else None,
        state_file=here.location if here else None,
        problem="" if settings else DAMAGED,
    )


def _with_light(
    listed: ListedRoom, aws: Aws, found: FoundRoom, here: _Here | None, store: StateStore
) -> ListedRoom:
    state = here.state if here else found.state
    config = known_config(state)
    names = aws.names(state.room, strict=config.is_strict)
    room = Deployed(state, config, store, aws, names, is_partial=here is None)
    try:
        seen = status(room)
    except BeekeeperError as error:
        return replace(listed, problem=str(error))
    return replace(listed, light=seen.light, reason=seen.reason)


def _unread(here: _Here, problem: str = "") -> ListedRoom:
    """Return a room as its state says: its account or region is another, or it is not in AWS."""
    state = here.state
    destination = str(state.config.get("destination", ""))
    place = (state.account, state.region)
    return ListedRoom(
        state.room, state.url, destination, *place, None, None, here.location, problem or ELSEWHERE
    )


def _is_disabled(error: Exception) -> bool:
    return isinstance(error, ClientError) and has_code(error, *DISABLED)


def _why(error: Exception, region: str) -> str:
    return str(explained(error, "listing", "rooms", f"in {region}"))
