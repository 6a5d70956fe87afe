"""The room's state: what was created, where, and in which order. A folder or a bucket keeps it.

    schema.py   the document, its version, and how to upgrade older ones
    store.py    what a store can do
    file.py     <folder>/<room>.json
    bucket.py   s3://<bucket>/<prefix>/<room>.json, for teams

The state has no secrets. It can be lost: Beekeeper finds the resources again by name and tag.
"""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from beekeeper.errors import WrongAccountError
from beekeeper.provision.aws import Aws
from beekeeper.provision.credentials import new_session
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
# S3 redirects a client to the region of the bucket, so a client can start with any region.
ANY_REGION = "us-east-1"


def open_store(
    place: str | Path | None,
    room: str,
    session: "Session | None" = None,
    configured: str | None = None,
    beside: Path | None = None,
) -> StateStore:
    """Return the store of a room's state. This reads and creates nothing.

    ``place`` is a folder or ``s3://bucket/prefix``, or a state file in it. By default it is
    BEEKEEPER_STATE_DIR, then the ``configured`` place, then the folder ``.beekeeper`` in
    ``beside``, or in the current folder.
    """
    default = (beside or Path()) / DEFAULT_DIR
    chosen = str(place or os.environ.get(DIR_VARIABLE) or configured or default)
    if chosen.endswith(".json"):  # a room's file: what Deployment.state_file and status name
        chosen = chosen.replace("\\", "/").rpartition("/")[0] or "."
    if not is_bucket(chosen):
        return StateFile(chosen, room)
    session = session or new_session()
    return StateBucket(Aws(session, region=session.region_name or ANY_REGION), chosen, room)


def check_place(
    state: State, account: str, region: str, store: StateStore, configured: str | None = None
) -> None:
    """Raise WrongAccountError when the room was deployed to another account or region.

    ``configured`` is the region that the configuration names, if it names one.
    """
    if configured and configured != state.region:
        raise WrongAccountError(
            f"Room {state.room} was deployed in {state.region}, but the configuration has region ="
            f" {configured!r}. A room can't move. Set region = {state.region!r}, or give a room in"
            f" {configured} another name."
        )
    if state.account == account and state.region != region:
        raise WrongAccountError(
            f"Room {state.room} was deployed in {state.region}, but the region in use is {region}."
            f" Set region = {state.region!r} in beekeeper.toml, or AWS_DEFAULT_REGION, or give"
            f" --region {state.region}. If you mean another room, use another --state-dir than"
            f" {store.directory}."
        )
    if (state.account, state.region) != (account, region):
        raise WrongAccountError(
            f"Room {state.room} was deployed to account {state.account} in {state.region}, but"
            f" the credentials in use are for account {account} in {region}. Use the credentials"
            " and the region of the room (--profile and --region, or AWS_PROFILE and"
            " AWS_DEFAULT_REGION). If you mean another room, use another --state-dir than"
            f" {store.directory}."
        )


def grants(names: Names, configured: str | None) -> Iterable[Grant]:
    """Return the permissions that a deployer needs for the state. None for a folder."""
    return bucket.grants(names, configured) if configured and is_bucket(configured) else ()


__all__ = [
    "ANY_REGION",
    "DEFAULT_DIR",
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
