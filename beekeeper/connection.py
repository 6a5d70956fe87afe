"""Reaches one room: its state, its configuration, and the AWS account and region that it is in."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from beekeeper.config import RoomConfig
from beekeeper.errors import ConfigError, RoomNotFoundError
from beekeeper.provision.aws import Aws
from beekeeper.provision.names import Names
from beekeeper.provision.state import State, StateStore, check_place, open_store
from beekeeper.reference import Reference, bare_config

if TYPE_CHECKING:
    from boto3.session import Session


@dataclass(frozen=True, slots=True)
class Deployed:
    """A room that was deployed, as its state has it, and the AWS that it is in."""

    state: State
    config: RoomConfig
    store: StateStore
    aws: Aws
    names: Names

    def missing(self) -> RoomNotFoundError:
        """Return the error for a room that is in the state but not in AWS."""
        return RoomNotFoundError(
            f"Room {self.state.room} is not, or only partly, deployed in account"
            f" {self.state.account}, {self.state.region}. Run: python -m beekeeper deploy"
        )


class Connection:
    """A room's name, session, region and place of state. Making one touches neither AWS nor disk.

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
                f"region = {reference.region!r} in the configuration of room {reference.name}, and"
                f" {region!r} beside it. Give one of the two."
            )
        self.reference = reference
        self.name = reference.name
        self.session = session
        self.given_region = region
        self.state_dir = state_dir
        self.known: State | None = None
        """The state as it was last read; None before that, and when there was none."""
        self._operators: dict[str, Aws] = {}

    @property
    def region(self) -> str | None:
        """The region that was given, or that the configuration has."""
        return self.given_region or self.reference.region

    @cached_property
    def store(self) -> StateStore:
        """Where the room's state is. Nothing is read yet."""
        return open_store(self.state_dir, self.name, self.session, self.reference.state)

    def read(self) -> State | None:
        """Read the room's state, if there is one."""
        self.known = self.store.read()
        return self.known

    def state(self) -> State:
        """Read the room's state; raise RoomNotFoundError when there is none."""
        if state := self.read():
            return state
        raise RoomNotFoundError(
            f"There is no room {self.name} in {self.store.directory}/. Run this in the folder from"
            " which the room was deployed, or say where its state is (--state-dir on the command"
            " line, state_dir in Python). `python -m beekeeper list` shows the rooms."
        )

    def wanted(self) -> tuple[RoomConfig, str | None]:
        """Return the configuration to deploy, and the region for it (None: the session's own).

        The one that was given; for a name alone, that of the last deploy. Raises ConfigError and
        RoomNotFoundError before AWS is touched.
        """
        if config := self.reference.config():
            if self.given_region and not config.region:
                config = RoomConfig(**{**config.model_dump(), "region": self.given_region})
            return config, config.region
        state = self.read()
        if state is None or not state.config:
            raise RoomNotFoundError(
                f"The configuration of room {self.name} is not known: {self.store.directory}/ has"
                " no finished deploy of it. Give the settings (name, destination, rate), a"
                " RoomConfig, or the path of a beekeeper.toml."
            )
        return last_config(state), self.given_region or state.region

    def deployed(self) -> Deployed:
        """Return the room as it was deployed.

        Raises RoomNotFoundError, CredentialsError, and WrongAccountError when it is elsewhere.
        """
        state = self.state()
        aws = self._aws(self.region or state.region)
        check_place(state, aws.account, aws.region, self.store)
        config = last_config(state)
        names = aws.names(self.name, strict=config.is_strict)
        return Deployed(state, config, self.store, aws, names)

    def _aws(self, region: str) -> Aws:
        """Return what operators' calls go through; kept, since making clients takes a while."""
        if region not in self._operators:
            self._operators[region] = Aws(self.session, region=region)
        return self._operators[region]


def last_config(state: State) -> RoomConfig:
    """Return the configuration that a room was deployed with, or one that is enough to find it."""
    return RoomConfig.load(state.config) if state.config else bare_config(state.room)
