"""The room's state: what was made, where, in which order. In a folder, or in a bucket for teams.

    schema.py   the document, its version, how older ones are upgraded
    store.py    what a store can do
    file.py     <folder>/<room>.json
    bucket.py   s3://<bucket>/<prefix>/<room>.json

There are no secrets in it, and it can be lost: everything is found again by names and tags.
"""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from beekeeper.errors import WrongAccountError
from beekeeper.provision.aws import Aws
from beekeeper.provision.engine.journal import Record
from beekeeper.provision.grant import Grant
from beekeeper.provision.names import Names
from beekeeper.provision.state import bucket
from beekeeper.provision.state.bucket import StateBucket, is_bucket
from beekeeper.provision.state.file import StateFile
from beekeeper.provision.state.schema import State
from beekeeper.provision.state.store import StateStore

if TYPE_CHECKING:
    from boto3.session import Session

DEFAULT_DIR = ".beekeeper"
DIR_VARIABLE = "BEEKEEPER_STATE_DIR"
# S3 tells a client which region a bucket is in: any will do to begin with.
ANY_REGION = "us-east-1"


def open_store(
    place: str | Path | None,
    room: str,
    session: "Session | None" = None,
    configured: str | None = None,
) -> StateStore:
    """Return the store of a room's state. Nothing is read or made yet.

    ``place`` is a folder or ``s3://bucket/prefix``. Without one: BEEKEEPER_STATE_DIR, or what is
    ``configured``, or the folder ``.beekeeper``.
    """
    chosen = str(place or os.environ.get(DIR_VARIABLE) or configured or DEFAULT_DIR)
    if not is_bucket(chosen):
        return StateFile(chosen, room)
    from boto3.session import Session

    session = session or Session()
    return StateBucket(Aws(session, region=session.region_name or ANY_REGION), chosen, room)


def check_place(state: State, account: str, region: str, store: StateStore) -> None:
    """Raise WrongAccountError when the room was deployed elsewhere."""
    if (state.account, state.region) != (account, region):
        raise WrongAccountError(
            f"Room {state.room} was deployed to account {state.account} in {state.region}, but"
            f" the credentials in use are for account {account} in {region}. Use those of the"
            " room (AWS_PROFILE, AWS_DEFAULT_REGION), or another --state-dir than"
            f" {store.directory}."
        )


def grants(names: Names, configured: str | None) -> Iterable[Grant]:
    """Return what a deployer must be allowed for the state; nothing for one in a folder."""
    return bucket.grants(names, configured) if configured and is_bucket(configured) else ()


__all__ = [
    "DIR_VARIABLE",
    "Record",
    "State",
    "StateBucket",
    "StateFile",
    "StateStore",
    "check_place",
    "grants",
    "open_store",
]
