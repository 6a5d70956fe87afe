"""A local AWS, a shop, and rooms deployed to them with the code that deploys to AWS."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from boto3.session import Session

import beekeeper
from beekeeper.local.ministack import MiniStack, address
from beekeeper.local.shop import Shop

numbers = itertools.count(1)


@pytest.fixture(scope="session")
def aws() -> Iterator[MiniStack]:
    """An AWS that lets everybody do everything."""
    with MiniStack() as ministack:
        yield ministack


@pytest.fixture(scope="session")
def strict_aws() -> Iterator[MiniStack]:
    """An AWS that enforces the roles' policies."""
    with MiniStack(enforce_iam=True) as ministack:
        yield ministack


@dataclass
class DeployedRoom:
    """A room and the shop that it protects."""

    name: str
    url: str
    shop: Shop
    session: Session
    state_dir: Path

    def status(self) -> beekeeper.Status:
        return beekeeper.status(self.name, session=self.session, state_dir=self.state_dir)

    def set_mode(self, change: Callable[..., None]) -> None:
        change(self.name, session=self.session, state_dir=self.state_dir)


DeployRoom = Callable[..., DeployedRoom]


@pytest.fixture
def deploy_room(tmp_path: Path) -> Iterator[DeployRoom]:
    """Deploys rooms, and removes them at the end."""
    made: list[DeployedRoom] = []

    def deploy(aws: MiniStack, rate: int, order: str = "standard") -> DeployedRoom:
        name = f"room-{next(numbers)}"
        shop = Shop(name)
        session = aws.session()
        deployment = beekeeper.deploy(
            name=name,
            title='The "Spring" <sale>',
            destination=f"{shop.origin}/",
            rate=rate,
            order=order,
            session=session,
            state_dir=tmp_path,
        )
        shop.room_url = address(deployment.url)
        shop.keys = beekeeper.pass_keys(name, session=session, state_dir=tmp_path).keys
        room = DeployedRoom(name, shop.room_url, shop, session, tmp_path)
        made.append(room)
        return room

    yield deploy
    for room in made:
        beekeeper.destroy(room.name, session=room.session, state_dir=room.state_dir)
        room.shop.close()
