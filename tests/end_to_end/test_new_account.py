"""A room of a new account, with the smallest quotas, under a user with the printed policies."""

import time
from collections.abc import Iterator

import pytest

import beekeeper
from beekeeper.local.leftovers import leftovers
from beekeeper.local.ministack import address
from beekeeper.local.shop import Shop
from beekeeper.local.visitor import Stage, Visitor
from tests.support.bounded_account import NAME, Account, OpenAccount
from tests.support.local_aws import StrictAws

pytestmark = [pytest.mark.end_to_end, pytest.mark.xdist_group("local aws")]
VISITORS, SECONDS = 10, 60


@pytest.fixture
def new_aws() -> Iterator[StrictAws]:
    """An account as a new customer gets it: 10 functions at once, 2,500 requests a second."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LAMBDA_ACCOUNT_CONCURRENCY", "10")
        patch.setenv("API_GATEWAY_RATE", "2500")
        aws = StrictAws()
    with aws:
        yield aws


@pytest.fixture
def new_account(new_aws: StrictAws, open_account: OpenAccount) -> Account:
    return open_account(new_aws)


@pytest.fixture
def shop() -> Iterator[Shop]:
    shop = Shop(NAME)
    yield shop
    shop.close()


def test_a_room_of_a_new_account(new_account: Account, shop: Shop) -> None:
    account = new_account
    account.config = account.config.model_copy(update={"destination": f"{shop.origin}/"})
    before = {f.check: f for f in beekeeper.doctor(account.config, **account.place).findings}
    assert before["concurrency"].verdict == "problem"
    assert "10 functions" in before["concurrency"].text
    assert before["throttle"].verdict == "ok"
    assert "2,500 requests" in before["throttle"].text

    room = account.deploy()
    assert not account.deploy().changes
    shop.room_url, shop.keys = address(room.url), room.pass_keys().keys
    visitors = [Visitor(shop.room_url) for _ in range(VISITORS)]
    deadline = time.monotonic() + SECONDS
    while waiting := [v for v in visitors if v.stage is not Stage.ENTERED]:
        assert time.monotonic() < deadline, [v.stage.value for v in waiting]
        for visitor in waiting:
            visitor.step()
        time.sleep(0.2)
    status = room.status()
    assert (status.admitted, status.problems) == (VISITORS, ())
    assert status.settings.polls_per_second == 1_250  # a half of the quota
    found = {f.check: f.verdict for f in beekeeper.doctor(NAME, **account.place).findings}
    assert (found["functions"], found["throttle"]) == ("ok", "ok")
    assert beekeeper.destroy(NAME, **account.place).deleted
    assert leftovers(account.root, NAME) == []
