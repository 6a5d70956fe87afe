"""A room on a local AWS, for the time of a test.

Nothing is shared between two of them, and nothing is taken from or left in the environment of the
process: each has its own local AWS on a free port, its own session, and its own folder.
"""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from beekeeper.contract import site
from beekeeper.errors import LocalError

if TYPE_CHECKING:
    from beekeeper.room import Room


@dataclass(frozen=True, slots=True)
class LocalRoom:
    """A room on a local AWS. ``url`` is the campaign link; ``room`` is the handle to operate it."""

    url: str
    destination: str
    keys: Mapping[str, str] = field(repr=False)
    room: "Room" = field(repr=False)

    @property
    def name(self) -> str:
        """The room's name."""
        return self.room.name

    def environment(self) -> dict[str, str]:
        """Return the environment variables that a gate reads."""
        return site.environment(self.name, self.url, self.destination, self.keys)


@contextmanager
def local_room(
    destination: str, *, name: str = "test-room", rate: int = 600
) -> Iterator[LocalRoom]:
    """Start a local AWS and deploy a room to it. At the end of the block, remove both.

    It takes some seconds. ``destination`` is the address of your site. ``rate`` is in visitors per
    minute. Raises LocalError, with what to install, if there is no local AWS.
    """
    try:
        from beekeeper.local.ministack import MiniStack, address
        from beekeeper.shortcuts import deploy
    except ImportError as error:
        raise LocalError(
            "A local room needs the deployer and the local AWS. Run:"
            " pip install 'beekeeper-waiting-room[local]'"
        ) from error
    folder = tempfile.TemporaryDirectory(prefix="beekeeper-test-")
    with folder as state_dir, MiniStack() as aws:
        room = deploy(
            name=name,
            destination=destination,
            rate=rate,
            session=aws.session(),
            state_dir=Path(state_dir),
        )
        yield LocalRoom(address(room.url), destination, room.pass_keys().keys, room)
