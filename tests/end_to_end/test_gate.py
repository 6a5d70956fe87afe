"""A visitor's whole way with a gate at the site: out, to the room, and back to the page first asked
for, in Chromium on the local AWS. The site is one of Flask, of Django and of FastAPI.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect

import beekeeper
from beekeeper.gate import Gate, MemoryReplay
from beekeeper.local.ministack import MiniStack, free_port
from tests.support.framework_sites import SITES, Log

pytestmark = [
    pytest.mark.end_to_end,
    pytest.mark.browser,
    pytest.mark.xdist_group("local aws"),
]
WANTED = "/seats/row%20c?block=7&utm_source=mail"
ROOM = "gated"


@dataclass
class GatedSite:
    """A site behind a gate, the room that it sends visitors to, and what reached the site."""

    origin: str
    link: str
    log: Log = field(default_factory=list)


@pytest.fixture(scope="module")
def room(
    aws: MiniStack, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[beekeeper.Room, int]]:
    """One room for all three sites, which take turns at its destination's port."""
    port = free_port()
    handle = beekeeper.deploy(
        name=ROOM,
        destination=f"http://127.0.0.1:{port}/",
        rate=6_000,
        session=aws.session(),
        state_dir=tmp_path_factory.mktemp("state"),
    )
    yield handle, port
    handle.destroy()


@pytest.fixture(params=SITES)
def site(request: pytest.FixtureRequest, room: tuple[beekeeper.Room, int]) -> Iterator[GatedSite]:
    handle, port = room
    made = GatedSite(f"http://127.0.0.1:{port}", handle.url)
    make, serve = SITES[request.param]
    keys = handle.pass_keys().keys
    gate = Gate(ROOM, keys, made.origin, link=handle.url, replay=MemoryReplay())
    with serve(make(gate, made.log), port):
        yield made


@pytest.fixture
def visitors(browser: Browser) -> Iterator[list[BrowserContext]]:
    """Two people who know nothing of each other."""
    contexts = [browser.new_context() for _ in range(2)]
    yield contexts
    for context in contexts:
        context.close()


def requests_of(page: Page) -> list[Request]:
    """Return a list that grows with each request of a page."""
    seen: list[Request] = []

    def note(request: Request) -> None:  # Playwright can't take a method that is built in
        seen.append(request)

    page.on("request", note)
    return seen


def test_out_to_the_room_and_back_to_the_page_first_asked_for(
    site: GatedSite, visitors: list[BrowserContext]
) -> None:
    page = visitors[0].new_page()
    seen = requests_of(page)
    page.goto(f"{site.origin}{WANTED}")
    expect(page.locator("h1")).to_have_text("Seats", timeout=30_000)

    assert page.url == f"{site.origin}{WANTED}"
    [first, to_room, *_] = [request.url for request in seen if request.is_navigation_request()]
    assert first == f"{site.origin}{WANTED}"
    assert to_room.startswith(f"{site.link}?to=/seats/row"), "not sent to the room"
    assert page.locator("#sub").inner_text(), "the site does not know who it is"

    [with_pass] = [request.url for request in seen if "beekeeper_pass=" in request.url]
    page.reload()
    assert page.url == f"{site.origin}{WANTED}"
    assert page.evaluate("fetch('/seats/x').then(r => r.status)") == 200
    page.goto(with_pass)
    assert page.url == f"{site.origin}{WANTED}", "the first browser does not go on"

    assert not any("beekeeper_pass" in line for line in site.log), "the site saw the pass"
    assert len(site.log) >= 4
    assert not any("beekeeper_pass" in request.headers.get("referer", "") for request in seen)
    refused_in_a_second_browser(site, visitors[1], with_pass)


def refused_in_a_second_browser(site: GatedSite, other: BrowserContext, with_pass: str) -> None:
    page = other.new_page()
    answers: list[str | None] = []
    page.on("response", lambda response: answers.append(response.headers.get("x-beekeeper-gate")))
    page.goto(with_pass, wait_until="commit")
    assert page.url.startswith(site.link), "let in with the pass of another"
    assert answers[0] == "used"
