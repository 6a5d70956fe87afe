"""A room behind CloudFront: the whole way through it, and no way around it."""

import http.client
import shutil
import time
from collections.abc import Callable, Container, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from botocore.model import OperationModel

import beekeeper
from beekeeper.local.demo import ROOM, Demo
from beekeeper.local.leftovers import leftovers
from beekeeper.local.ministack import HOST, MiniStack
from beekeeper.local.visitor import Stage, Visitor
from tests.support.local_aws import DeployedRoom, DeployRoom, admissions
from tests.support.moto_aws.wire import READS

pytestmark = [pytest.mark.end_to_end, pytest.mark.xdist_group("local aws")]
CROWD = 60
SECONDS = 60


def await_number(wanted: Container[int], found: Callable[[], int]) -> None:
    deadline = time.monotonic() + SECONDS
    while (now := found()) not in wanted:
        assert time.monotonic() < deadline, f"{now} in place of {wanted}"
        time.sleep(0.2)


def test_sixty_in_a_second_at_an_api_that_answers_ten() -> None:
    with Demo(rate=60, crowd=CROWD, edge=True, requests_per_second=10) as running:
        running.send_crowd()
        crowd = running.crowd
        assert crowd is not None
        await_number({CROWD}, lambda: crowd.joined)
        running.room.pause()
        # A ticket that is admitted just now is in both. A join whose answer was lost on a busy
        # machine is made again, and takes a second place.
        places = range(CROWD, CROWD + CROWD // 10 + 1)
        await_number(places, lambda: len(admissions(running.session, ROOM)) + running.queued())
        outcome = running.finish()
    assert (outcome.joined, outcome.lost, outcome.leftover) == (CROWD, 0, 0)
    assert outcome.errors == 0
    assert outcome.refused_by_api >= outcome.asked_to_wait > CROWD / 4
    assert outcome.admitted >= outcome.entered > 0
    assert outcome.counted_entered == outcome.logged == outcome.entered


@pytest.fixture
def room(strict_aws: MiniStack, deploy_room: DeployRoom) -> Iterator[DeployedRoom]:
    room = deploy_room(strict_aws, rate=600, edge=True)
    yield room
    room.handle.destroy()
    assert leftovers(room.session, room.name) == []


def answer(url: str, accept: str = "text/html", languages: str = "") -> tuple[int, str, bytes]:
    """Ask this machine; return the status, where the answer leads, and the body."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(HOST, parts.port, timeout=30)
    try:
        headers = {"Host": parts.netloc, "Accept": accept, "Accept-Language": languages}
        connection.request("GET", f"{parts.path}?{parts.query}", headers=headers)
        response = connection.getresponse()
        return response.status, response.getheader("Location") or "", response.read()
    finally:
        connection.close()


def test_the_edge_is_the_only_way_and_a_second_deploy_changes_nothing(
    room: DeployedRoom, strict_aws: MiniStack
) -> None:
    visitor, deadline = Visitor(f"{room.url}?utm_source=mail"), time.monotonic() + SECONDS
    while (pause := visitor.step()) is not None:
        assert time.monotonic() < deadline, visitor.stage
        time.sleep(pause)
    assert (visitor.stage, visitor.errors) == (Stage.ENTERED, 0)
    assert list(room.shop.entered) == [visitor.ticket_id]

    status, _, page = answer(room.url)
    assert (status, b'id="given"' in page) == (200, True)
    bucket = room.session.client("s3").list_buckets()["Buckets"]
    (name,) = [b["Name"] for b in bucket if b["Name"].startswith(f"beekeeper-{room.name}-")]
    assert answer(f"{strict_aws.endpoint_url}/{name}/room")[0] == 403

    api = api_of(room)
    assert answer(f"{api}?to=/a")[:2] == (302, f"{room.url}?to=/a")
    assert b'"moved"' in answer(f"{api}turn", "application/json")[2]
    assert answer(f"{api}news", "application/json")[0] == 403

    assert mutations_of_a_second_deploy(room) == []
    assert_each_gets_the_page_of_their_language(room, page)


def assert_each_gets_the_page_of_their_language(room: DeployedRoom, default: bytes) -> None:
    """MiniStack runs CloudFront's functions in Node.js. Without that, all get the default page."""
    has_node = shutil.which("node") is not None
    for path in ("", "room"):
        french = answer(f"{room.url}{path}", languages="fr-CA,en;q=0.5")[2]
        arabic = answer(f"{room.url}{path}?to=/a&lang=ar", languages="fr")[2]
        assert (b'<html lang="fr"' in french, b'<html lang="ar"' in arabic) == (has_node, has_node)
        assert answer(f"{room.url}{path}", languages="sv")[2] == default


def api_of(room: DeployedRoom) -> str:
    apis = room.session.client("apigatewayv2").get_apis()["Items"]
    (api,) = [a for a in apis if a["Name"] == f"beekeeper-{room.name}"]
    return f"{api['ApiEndpoint']}/"


def mutations_of_a_second_deploy(room: DeployedRoom) -> list[str]:
    mutations: list[str] = []

    def note(model: OperationModel, **_: Any) -> None:
        if not model.name.startswith(READS):
            mutations.append(model.name)

    room.session.events.register("before-call", note)
    assert not beekeeper.deploy(
        name=room.name,
        title='The "Spring" <sale>',
        destination=f"{room.shop.origin}/",
        rate=600,
        edge=True,
        session=room.session,
        state_dir=room.state_dir,
    ).changes
    return mutations
