"""The rooms of an account."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from beekeeper.result import Result
from beekeeper.results.status import Light


@dataclass(frozen=True, slots=True)
class ListedRoom(Result):
    """A room of an account, as its table in AWS says, or as its state does.

    ``mode`` and ``rate`` (visitors a minute) are None if its table was not read. ``light`` is that
    of its status, with its ``reason``, and None if it can't be told. ``problem`` says why.
    ``state_file`` is where its state is, and None if it is in another place.
    """

    room: str
    url: str  # empty if it is not known
    destination: str
    account: str
    region: str
    mode: str | None
    rate: float | None
    state_file: str | None
    problem: str = ""
    light: Light | None = None
    reason: str = ""

    def __str__(self) -> str:
        return f"{self.room} in {self.region}"


@dataclass(frozen=True, slots=True)
class RoomList(Result):
    """The rooms that were found, by name and region.

    ``unsearched`` says of each region that could not be asked why. ``disabled`` has the regions
    that the account has not enabled, which therefore have no rooms.
    """

    rooms: Sequence[ListedRoom]
    unsearched: Mapping[str, str] = field(default_factory=dict)
    disabled: Sequence[str] = ()
