"""What the handle of a room keeps, what it knows from the room's state, and how it is shown."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from beekeeper.config import RoomConfig
from beekeeper.connection import Connection
from beekeeper.provision.state import State
from beekeeper.reference import Form, read
from beekeeper.result import html_table
from beekeeper.results import Change, Deployment

if TYPE_CHECKING:
    from boto3.session import Session


class Handle:
    """The part of :class:`beekeeper.Room` that changes nothing, and calls AWS only for its state.

    Room documents what it is made with, and the errors.
    """

    deployment: Deployment | None = None
    """What the last ``deploy`` with this handle did. None if this handle did not deploy."""

    def __init__(
        self,
        room: "Handle | Form",
        *,
        session: "Session | None" = None,
        region: str | None = None,
        state_dir: str | Path | None = None,
    ) -> None:
        if isinstance(room, Handle):
            known: Connection = room._connection
            reference = known.reference
            session = session or known.session
            region = region or known.given_region
            state_dir = state_dir or known.state_dir
        else:
            reference = read(room)
        self._connection: Connection = Connection(reference, session, region, state_dir)

    @property
    def name(self) -> str:
        """The room's name."""
        return self._connection.name

    @property
    def session(self) -> "Session | None":
        """The boto3 session that you gave, if any."""
        return self._connection.session

    @property
    def state_dir(self) -> str | Path | None:
        """The place of the state that you gave, if any."""
        return self._connection.state_dir

    @property
    def config(self) -> RoomConfig:
        """The settings that ``deploy`` and ``plan`` use.

        These are the settings that you gave, or else the settings of the last deploy. Raises
        ConfigError when they are wrong, and RoomNotFoundError when there are none.
        """
        return self._connection.wanted()[0]

    @property
    def url(self) -> str:
        """The campaign link of the deployed room.

        Like ``destination``, ``region`` and ``account``, this comes from the room's state. Raises
        RoomNotFoundError when there is no state.
        """
        return self._state.url

    @property
    def destination(self) -> str:
        """The address of the site that the deployed room protects. Raises RoomNotFoundError."""
        return str(self._state.config.get("destination", ""))

    @property
    def region(self) -> str:
        """The AWS region that the room is deployed in. Raises RoomNotFoundError."""
        return self._state.region

    @property
    def account(self) -> str:
        """The id of the AWS account that the room is deployed in. Raises RoomNotFoundError."""
        return self._state.account

    @property
    def changes(self) -> Sequence[Change]:
        """What the last ``deploy`` with this handle changed. Empty when it changed nothing."""
        return self.deployment.changes if self.deployment else ()

    @property
    def _state(self) -> State:
        store, known = self._connection.open_store(), self._connection.known
        # Reading a file is quick. Reading a bucket is a call to AWS, so it happens once.
        return known if known and store.is_shared else self._connection.state(store)

    def to_dict(self) -> dict[str, Any]:
        """Return what the state says about the deployed room, as plain values for JSON.

        ``resources`` is the number of resources in AWS. A room that was found there has no
        ``state_file``, and only some resources are known. Raises RoomNotFoundError.
        """
        state, has_state = self._state, self._connection.known is not None
        return {
            "room": self.name,
            "url": self.url,
            "destination": self.destination,
            "account": self.account,
            "region": self.region,
            "state_file": self._connection.open_store().location if has_state else None,
            "resources": sum(record.made for record in state.resources),
        }

    def __repr__(self) -> str:
        known = self._connection.known
        return f"Room({self.name!r}{f', url={known.url!r}' if known and known.url else ''})"

    def _repr_html_(self) -> str:
        # A notebook shows what is already known: displaying a handle must not call AWS.
        if self._connection.known is None:
            return html_table({"room": self.name})
        counts = Counter(change.action for change in self.changes)
        changed = ", ".join(f"{action} {count}" for action, count in counts.items())
        return html_table({**self.to_dict(), **({"changes": changed} if self.deployment else {})})
