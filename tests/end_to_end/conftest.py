"""A local AWS, a shop, and rooms deployed to them with the code that deploys to AWS."""

import contextlib
import functools
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import beekeeper
from beekeeper.local.ministack import MiniStack, address
from beekeeper.local.shop import Shop
from tests.support.bounded_account import Account, OpenAccount, opened_account
from tests.support.local_aws import DeployedRoom, DeployRoom, NewUser, StrictAws, made_user

numbers = itertools.count(1)


@pytest.fixture(scope="session")
def aws() -> Iterator[MiniStack]:
    """An AWS that lets everybody do everything."""
    with MiniStack() as ministack:
        yield ministack


@pytest.fixture(scope="session")
def strict_aws() -> Iterator[StrictAws]:
    """An AWS that enforces the policies of users and roles."""
    with StrictAws() as ministack:
        yield ministack


@pytest.fixture
def new_user() -> Iterator[NewUser]:
    """Makes IAM users with only some policies. At the end, removes them."""
    with contextlib.ExitStack() as undo:
        yield functools.partial(made_user, undo)


@pytest.fixture
def open_account(new_user: NewUser, tmp_path: Path) -> Iterator[OpenAccount]:
    """Opens accounts with a boundary. At the end, removes all that was made in them."""
    opened: list[Account] = []

    def make(aws: StrictAws) -> Account:
        opened.append(opened_account(aws, new_user, tmp_path))
        return opened[-1]

    yield make
    for account in opened:
        account.close()


@pytest.fixture
def account(strict_aws: StrictAws, open_account: OpenAccount) -> Account:
    return open_account(strict_aws)


@pytest.fixture
def deployed(account: Account) -> Account:
    account.deploy()
    return account


@pytest.fixture
def deploy_room(tmp_path: Path) -> Iterator[DeployRoom]:
    """Deploys rooms, and removes them at the end."""
    made: list[DeployedRoom] = []

    def deploy(aws: MiniStack, rate: int, **more: Any) -> DeployedRoom:
        name = f"room-{next(numbers)}"
        shop = Shop(name)
        session = aws.session()
        handle = beekeeper.deploy(
            name=name,
            title='The "Spring" <sale>',
            destination=f"{shop.origin}/",
            rate=rate,
            **more,
            session=session,
            state_dir=tmp_path,
        )
        shop.room_url = address(handle.url)
        shop.keys = handle.pass_keys().keys
        room = DeployedRoom(handle, name, shop.room_url, shop, session, tmp_path)
        made.append(room)
        return room

    yield deploy
    for room in made:
        room.handle.destroy()
        room.shop.close()
