"""Finds one room: its state, its configuration, and its AWS account and region."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from beekeeper.config import RoomConfig, bare_config
from beekeeper.contract.functions import GOVERNOR
from beekeeper.errors import ConfigError, RoomNotFoundError
from beekeeper.nearest import did_you_mean
from beekeeper.provision import found_rooms
from beekeeper.provision.aws import Aws
from beekeeper.provision.names import Names
from beekeeper.provision.state import State, StateStore, check_place, open_store
from beekeeper.reference import Reference

if TYPE_CHECKING:
    from boto3.session import Session


# What status reads, on the day of the event: the table, the dead-letter queue, and the metrics.
OPERATORS = ("dynamodb", "sqs", "cloudwatch")
# The settings that the names of a room's resources depend on.
KEPT = ("order", "role_path")


@dataclass(frozen=True, slots=True)
class Deployed:
    """A deployed room as its state describes it, and the AWS account and region that it is in."""

    state: State
    config: RoomConfig
    store: StateStore
    aws: Aws
    names: Names
    is_partial: bool = False
    """Whether only AWS told of it: the tags, the page, the roles' path and so on are not known."""

    @property
    def has_governor(self) -> bool:
        """Whether the last deploy made a governor."""
        key = f"function {GOVERNOR.name}"
        return any(each.key == key and each.made for each in self.state.resources)

    def missing(self) -> RoomNotFoundError:
        """Return the error for a room that is in the state but not in AWS."""
        return RoomNotFoundError(
            f"Room {self.state.room} is known, but in account {self.state.account},"
            f" {self.state.region}, it is missing or incomplete. To see what is missing, and"
            " what that means for your visitors, run: python -m beekeeper plan. To complete the"
            " room, run: python -m beekeeper deploy"
        )


class Connection:
    """A room's name, session, region and place of state. Making one uses neither AWS nor disk.

    Raises ConfigError when ``region`` is not the one in the configuration.
    """

    def __init__(
        self,
        reference: Reference,
        session: "Session | None" = None,
        region: str | None = None,
        state_dir: str | Path | None = None,
    ) -> None:
        if region and reference.region and region != reference.region:
            raise ConfigError(
                f"The configuration of room {reference.name} has region = {reference.region!r}, but"
                f" {region!r} was given as well. Give only one of the two."
            )
        self.reference = reference
        self.name = reference.name
        self.session = session
        self.given_region = region
        self.state_dir = state_dir
        self.known: State | None = None
        """The state as last read. None before the first read, and when there was no state."""
        self.consumer_started_at = 0.0
        """When a command with this connection started a consumer (epoch seconds)."""
        self._clients: dict[str, Aws] = {}
        self._found: State | None = None

    @property
    def region(self) -> str | None:
        """The region that was given, or the one in the configuration."""
        return self.given_region or self.reference.region

    def open_store(self) -> StateStore:
        """Return a new store of the room's state. This reads nothing.

        Each operation opens its own: a store in a bucket remembers what it has read.
        """
        known = self.reference
        return open_store(self.state_dir, self.name, self.session, known.state, known.folder)

    def read(self, store: StateStore | None = None) -> State | None:
        """Read the room's state. Return None when there is none."""
        self.known = (store or self.open_store()).read()
        return self.known

    def state(self, store: StateStore | None = None) -> State:
        """Read the room's state, or find the room in AWS if it has none and a region is given.

        Raises RoomNotFoundError when there is neither, and then NotOursError, ProvisionError and
        CredentialsError.
        """
        store = store or self.open_store()
        return self.read(store) or self._found_in_aws(store)

    def _found_in_aws(self, store: StateStore) -> State:
        """Return what AWS tells of a room without a state. It is asked once for each connection.

        Only if a region is given: a slip in the name, or the wrong folder, should not make a call.
        """
        where = f"There is no room {self.name} in {store.directory}/"
        deploy = " If it is not deployed yet, run python -m beekeeper deploy."
        hint = deploy if self.reference.source is not None else ""
        if not self.region:
            raise RoomNotFoundError(
                f"{where}.{hint}{self.nearest(store.rooms())} Run this in the folder from which you"
                " deployed the room, or say where its state is (--state-dir on the command line,"
                " state_dir in Python). If the state is on another machine, say which region the"
                " room is in (--region, region in Python). `python -m beekeeper list` shows the"
                " rooms."
            )
        if self._found is None:
            aws = Aws(self.session, region=self.region, soon=found_rooms.SERVICES)
            if not (found := found_rooms.find_room(aws, self.name)):
                raise RoomNotFoundError(
                    f"{where}, and none in {aws.region} of account {aws.account}.{hint}"
                    f"{self.nearest([*store.rooms(), *_names_in(aws)])} `python -m beekeeper list`"
                    " shows the rooms."
                )
            self._found = found.state
        return self._found

    def nearest(self, rooms: Iterable[str]) -> str:
        """Return a question with the most similar name among those of other rooms."""
        return did_you_mean(self.name, rooms)

    def wanted(self, store: StateStore | None = None) -> tuple[RoomConfig, str | None]:
        """Return the configuration to deploy, and its region (None: the region of the session).

        This is the configuration that was given. For a name alone, it is the configuration of the
        last deploy. Raises ConfigError and RoomNotFoundError before any call to AWS, except for
        reading a state that is in a bucket.
        """
        if config := self.reference.config():
            if self.given_region and not config.region:
                config = RoomConfig(**{**config.model_dump(), "region": self.given_region})
            return config, config.region
        store = store or self.open_store()
        state = self.read(store)
        if state is None or not state.config:
            raise RoomNotFoundError(
                f"The configuration of room {self.name} is not known, because"
                f" {store.directory}/ has no completed deploy of it. Give the settings (name,"
                " destination, rate), a RoomConfig, or the path of a beekeeper.toml."
            )
        return last_config(state), self.given_region or state.region

    def deployed(self) -> Deployed:
        """Return the room as it was deployed, from its state, or as it was found in AWS.

        Raises RoomNotFoundError and CredentialsError, and WrongAccountError when the room is in
        another account or region.
        """
        store = self.open_store()
        state = self.state(store)
        aws = self._aws(self.region or state.region)
        check_place(state, aws.account, aws.region, store, self.reference.region)
        given = self._given_config(state) if state is self._found else None
        config = given or known_config(state)
        names = aws.names(self.name, strict=known_config(state).is_strict)
        is_partial = state is self._found and given is None
        return Deployed(state, config, store, aws, names, is_partial)

    def _given_config(self, found: State) -> RoomConfig | None:
        """Return the configuration that was given, with what the room was deployed with.

        It tells what AWS can't tell of a room without a state. None without one, or if it is wrong.
        """
        try:
            config = self.reference.config()
            return config and RoomConfig(**{**config.model_dump(), "rate": found.config["rate"]})
        except (ConfigError, KeyError):
            return None

    def _aws(self, region: str) -> Aws:
        """Return the boundary to AWS for operators' calls.

        It is kept with a session that was given, since new clients take a while. Without one, each
        call looks for credentials again: the user may have signed in meanwhile.
        """
        if self.session is None:
            return Aws(None, region=region, soon=OPERATORS)
        if region not in self._clients:
            self._clients[region] = Aws(self.session, region=region, soon=OPERATORS)
        return self._clients[region]


def _names_in(aws: Aws) -> list[str]:
    """Return the names of the rooms in a region. Empty if the credentials may not list them."""
    try:
        return found_rooms.rooms_in(aws)
    except (BotoCoreError, ClientError):
        return []


def known_config(state: State) -> RoomConfig:
    """Return enough of the last deploy's configuration to operate and to remove the room.

    An earlier version may have accepted what this one refuses. That must not keep an operator from
    pausing the room.
    """
    try:
        return last_config(state)
    except ConfigError:
        known = {name: state.config[name] for name in KEPT if name in state.config}
        return bare_config(state.room, **known)


def last_config(state: State) -> RoomConfig:
    """Return the configuration of the last deploy, or else one that is enough to find the room."""
    return RoomConfig.load(state.config) if state.config else bare_config(state.room)
