"""A room on the local AWS: what it was deployed with, how to reach it, what its table says."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from boto3.session import Session

import beekeeper
from beekeeper.contract import items
from beekeeper.local.demo import ROOM, Demo
from beekeeper.local.ministack import KEY, REGION
from beekeeper.local.shop import Shop


@dataclass
class DeployedRoom:
    """A room and the shop that it protects."""

    handle: beekeeper.Room
    name: str
    url: str
    shop: Shop
    session: Session
    state_dir: Path

    def status(self) -> beekeeper.Status:
        return self.handle.status()

    def set_mode(self, change: Callable[[beekeeper.Room], None]) -> None:
        change(self.handle)


DeployRoom = Callable[..., DeployedRoom]


def exported(endpoint_url: str) -> dict[str, str]:
    """Return what `python -m beekeeper local` tells its user to export."""
    return {
        "AWS_ENDPOINT_URL": endpoint_url,
        "AWS_ACCESS_KEY_ID": KEY,
        "AWS_SECRET_ACCESS_KEY": KEY,
        "AWS_DEFAULT_REGION": REGION,
    }


def environment(endpoint_url: str, state_dir: Path) -> dict[str, str]:
    """Return the environment of a process that uses the local AWS, and nothing of ours in AWS."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return own | exported(endpoint_url) | {"BEEKEEPER_STATE_DIR": str(state_dir)}


def admissions(running: Demo) -> Iterator[float]:
    """Yield when each visitor was admitted, from the table itself."""
    scan = running.session.client("dynamodb").get_paginator("scan")
    for page in scan.paginate(TableName=f"beekeeper-{ROOM}"):
        for item in page["Items"]:
            if item["id"]["S"].startswith(items.VISITOR_PREFIX):
                yield float(item["admitted_at"]["N"])
