"""The key that signs passes is changed while visitors go in, and nobody is refused."""

import contextlib
import json
import threading
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urljoin, urlsplit

import jwt
import pytest

import beekeeper
from beekeeper.contract import items
from beekeeper.contract.pass_ring import SIGNING_SINCE
from beekeeper.errors import RotationError
from beekeeper.gate import InvalidToken, check_pass
from beekeeper.local.ministack import MiniStack
from tests.support.local_aws import DeployedRoom, DeployRoom

pytestmark = [pytest.mark.end_to_end, pytest.mark.xdist_group("local aws")]
HEARD_SECONDS = 1.5  # the functions use their copies of the keys for a second
WAIT_SECONDS = 660


def ask(url: str, **headers: str) -> bytes:
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=30) as found:
        content: bytes = found.read()
        return content


def signer(token: str) -> str:
    return str(jwt.get_unverified_header(token)["kid"])


@dataclass
class Site:
    """A site with the keys that its people gave it. All who have come stay under way."""

    room: DeployedRoom
    keys: dict[str, str] = field(default_factory=dict)
    passes: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)

    def get_keys(self) -> None:
        """Do what each step tells the site's people. Visitors come before and after it."""
        time.sleep(HEARD_SECONDS)
        self.keys = self.room.handle.pass_keys().keys
        time.sleep(HEARD_SECONDS / 4)

    def check(self, token: str, keys: dict[str, str], now: float) -> None:
        check_pass(token, keys, self.room.name, self.room.shop.origin, now)

    def visit(self) -> None:
        """Come with a new pass, again and again, and try each earlier one as well."""
        while not self.ended.wait(0.05):
            found = json.loads(ask(self.room.url, Accept="application/json"))
            self.passes.append(parse_qs(urlsplit(found["enter"]).query)["beekeeper_pass"][0])
            for token in self.passes[:]:
                try:
                    self.check(token, self.keys, time.time())
                except InvalidToken as error:
                    self.refused.append(f"{error}: {signer(token)}, with {[*self.keys]}")

    def asks_the_room(self) -> None:
        """Try the first and the last pass as a site without a library does. 403 is an error."""
        for token in (self.passes[0], self.passes[-1]):
            ask(urljoin(self.room.url, "check"), Authorization=f"Bearer {token}")


@pytest.fixture
def site(aws: MiniStack, deploy_room: DeployRoom) -> Iterator[Site]:
    """The site of a room that is off, so that each visitor goes in at once with a pass."""
    room = deploy_room(aws, rate=600)
    room.set_mode(beekeeper.off)
    time.sleep(HEARD_SECONDS)
    site = Site(room, room.handle.pass_keys().keys)
    thread = threading.Thread(target=site.visit)
    thread.start()
    time.sleep(HEARD_SECONDS / 4)
    yield site
    site.ended.set()
    thread.join()


def let_time_pass(room: DeployedRoom, seconds: float) -> None:
    """Move the time at which the new key began to sign back."""
    room.session.client("dynamodb").update_item(
        TableName=f"beekeeper-{room.name}",
        Key=items.key(items.KEYS),
        UpdateExpression=f"ADD {SIGNING_SINCE} :seconds",
        ExpressionAttributeValues={":seconds": items.number(-seconds)},
    )


def test_nobody_under_way_is_refused(site: Site) -> None:
    room = site.room.handle
    (old,) = site.keys
    (new,) = room.rotate_keys("add").added
    site.get_keys()
    site.asks_the_room()
    assert {signer(token) for token in site.passes} == {old}

    assert room.rotate_keys("sign").signs == new
    site.get_keys()
    while signer(site.passes[-1]) != new:
        time.sleep(0.1)
    site.asks_the_room()
    assert [*site.keys] == [new, old]
    with contextlib.suppress(RotationError):
        room.rotate_keys("remove")
        pytest.fail("the former key was removed while its passes were under way")

    let_time_pass(site.room, WAIT_SECONDS)
    by_old = [token for token in site.passes if signer(token) == old]
    for token in by_old:  # in the time that has passed, these have expired
        with pytest.raises(InvalidToken, match="expired"):
            site.check(token, site.keys, time.time() + WAIT_SECONDS)
    assert room.rotate_keys("remove").changed
    site.passes = [token for token in site.passes if signer(token) != old]
    site.get_keys()
    site.asks_the_room()

    assert [*site.keys] == [new]
    assert site.refused == []
    assert min(len(by_old), len(site.passes)) > 10
