"""A real browser, a deployed room, a shop that checks passes: link, wait, entry."""

import contextlib
import re
import time
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page, expect

import beekeeper
from beekeeper.local.crowd import Crowd
from beekeeper.local.ministack import MiniStack
from beekeeper.local.visitor import Stage
from tests.support.local_aws import DeployedRoom, DeployRoom

pytestmark = [
    pytest.mark.end_to_end,
    pytest.mark.browser,
    pytest.mark.xdist_group("local aws"),
]
SHOP = "Welcome to the shop"
CROWD = 12


@pytest.fixture(params=["without an edge", "with an edge"])
def edge(request: pytest.FixtureRequest) -> bool:
    return bool(request.param == "with an edge")


@pytest.fixture
def visitor(browser: Browser) -> Iterator[BrowserContext]:
    """A browser with cookies of other sites, which must not keep a visitor from joining."""
    context = browser.new_context()
    for name in ("_ga", "session", "beekeeper_ticket_of_another"):
        context.add_cookies([{"name": name, "value": "x.y.z", "url": "http://127.0.0.1/"}])
    yield context
    context.close()


@pytest.fixture
def crowded(strict_aws: MiniStack, deploy_room: DeployRoom, edge: bool) -> Iterator[DeployedRoom]:
    """A paused room at one a second, with twelve visitors in line."""
    room = deploy_room(strict_aws, rate=60, edge=edge)
    room.set_mode(beekeeper.pause)
    wait_until(lambda: room.status().updated_at)
    time.sleep(2)
    crowd = Crowd(room.url, CROWD)
    crowd.start()
    # How many wait is known to within a few while producers hold back what they have counted.
    wait_until(lambda: crowd.joined == CROWD and room.status().waiting >= CROWD - 4)
    yield room
    wait_until(lambda: crowd.counts()[Stage.ENTERED] == CROWD)
    crowd.stop()


def wait_until(condition: object, seconds: float = 60) -> None:
    assert callable(condition)
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.1)


def position(page: Page) -> int:
    """Return the position shown, once one is shown."""
    place = page.locator("#position")
    expect(place).to_have_text(re.compile(r"\d|next"), timeout=15_000)
    return int(re.sub(r"\D", "", place.inner_text()) or 0)


def resume(room: DeployedRoom, page: Page) -> None:
    """Turn the room on and make the page ask now. A paused page asks only every ten seconds."""
    room.set_mode(beekeeper.on)
    page.wait_for_timeout(1_500)  # a function can use its copy of the settings for so long
    page.evaluate("dispatchEvent(new Event('online'))")
    page.wait_for_selector("[data-state=waiting]")


def test_a_visitor_waits_and_gets_in(
    crowded: DeployedRoom, visitor: BrowserContext, edge: bool
) -> None:
    page = visitor.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto(crowded.url)
    assert page.url == (crowded.url if edge else f"{crowded.url}room")
    expect(page.locator("#title")).to_have_text('The "Spring" <sale>')
    page.wait_for_selector("[data-state=paused]")  # with an edge, the page joins by itself
    resume(crowded, page)

    seen = [position(page)]
    while page.url.startswith(crowded.url) and seen[-1] > 0:
        page.wait_for_timeout(500)
        with contextlib.suppress(Error, AssertionError):  # the page can move to the shop meanwhile
            seen.append(position(page))
    expect(page.locator("h1")).to_have_text(SHOP, timeout=30_000)

    assert max(seen) > min(seen), "the position never fell"
    assert seen == sorted(seen, reverse=True), "the position grew"
    assert page.url == f"{crowded.shop.origin}/", "the pass is still in the address"
    assert problems == []


def test_the_place_is_kept_over_a_refresh_and_in_a_second_tab(
    crowded: DeployedRoom, visitor: BrowserContext
) -> None:
    page = visitor.new_page()
    page.goto(crowded.url)
    page.wait_for_selector("[data-state=paused]")
    cookie = ticket_of(visitor)
    crowded.handle.set_rate(20)  # so that the line lasts while a busy machine opens tabs
    resume(crowded, page)
    first = position(page)

    page.reload()
    refreshed = position(page)
    second = visitor.new_page()
    second.goto(crowded.url)
    other = position(second)

    assert ticket_of(visitor) == cookie, "a second ticket was given"
    assert refreshed <= first
    assert other <= first
    crowded.handle.set_rate(60)
    # One tab goes in. The other one says so, and offers to go in, too. Or both asked at once.
    wait_until(lambda: SHOP in (headline(page), headline(second)))
    for left in (page, second):
        expect(left.locator("#enter").or_(left.get_by_text(SHOP)).first).to_be_visible()
        if headline(left) != SHOP:
            expect(left.locator("html")).to_have_attribute("data-state", "inside")
            left.locator("#enter").click()
        expect(left.locator("h1")).to_have_text(SHOP)
    wait_until(lambda: len(crowded.shop.entered) > CROWD)
    assert crowded.status().admitted <= CROWD + 1, "a place was gained"


def headline(page: Page) -> str:
    return page.locator("h1").inner_text()


def ticket_of(visitor: BrowserContext) -> str:
    return next(
        str(c["value"]) for c in visitor.cookies() if c["name"].startswith("beekeeper_ticket_room-")
    )


def test_the_shop_sends_away_whoever_has_no_pass(
    aws: MiniStack, deploy_room: DeployRoom, visitor: BrowserContext
) -> None:
    room = deploy_room(aws, rate=600)
    beekeeper.pause(room.name, session=room.session, state_dir=room.state_dir)
    page = visitor.new_page()
    page.goto(f"{room.shop.origin}/")
    assert page.url == f"{room.url}room"
    forged = page.goto(f"{room.shop.origin}/?beekeeper_pass=eyJhbGciOiJub25lIn0.e30.")
    assert forged is not None
    assert forged.status == 403
    assert room.shop.entered == {}


def test_a_room_that_is_off_sends_visitors_straight_on_and_queues_nobody(
    aws: MiniStack, deploy_room: DeployRoom, visitor: BrowserContext
) -> None:
    room = deploy_room(aws, rate=60)
    room.set_mode(beekeeper.off)
    time.sleep(2)
    page = visitor.new_page()
    page.goto(room.url)
    expect(page.locator("h1")).to_have_text(SHOP)
    assert len(room.shop.entered) == 1
    assert room.status().waiting == 0
    assert room.status().admitted == 0


def in_a_paused_line(room: DeployedRoom, visitor: BrowserContext) -> Page:
    room.set_mode(beekeeper.pause)
    time.sleep(2)
    page = visitor.new_page()
    page.goto(room.url)
    page.wait_for_selector("[data-state=paused]")
    return page


def test_a_paused_room_admits_nobody_and_loses_nobody(
    aws: MiniStack, deploy_room: DeployRoom, visitor: BrowserContext
) -> None:
    room = deploy_room(aws, rate=600)
    page = in_a_paused_line(room, visitor)
    time.sleep(4)
    assert room.status().admitted == 0
    assert room.status().waiting == 1
    room.set_mode(beekeeper.on)
    expect(page.locator("h1")).to_have_text(SHOP, timeout=30_000)


def test_a_room_that_is_turned_off_lets_those_who_wait_go_on(
    aws: MiniStack, deploy_room: DeployRoom, visitor: BrowserContext
) -> None:
    room = deploy_room(aws, rate=600)
    page = in_a_paused_line(room, visitor)
    room.set_mode(beekeeper.off)
    expect(page.locator("h1")).to_have_text(SHOP, timeout=30_000)


def test_a_visitor_without_javascript_reads_the_page_in_their_language_and_gets_in(
    aws: MiniStack, deploy_room: DeployRoom, browser: Browser
) -> None:
    room = deploy_room(aws, rate=600)
    context = browser.new_context(java_script_enabled=False, locale="ar")
    page = context.new_page()
    response = page.goto(room.url)
    assert response
    assert '<html lang="ar" dir="rtl"' in response.text()
    expect(page.locator("h1")).to_have_text(SHOP, timeout=60_000)
    context.close()


def test_what_is_no_visit_is_answered_and_takes_no_place(
    aws: MiniStack, deploy_room: DeployRoom
) -> None:
    room = deploy_room(aws, rate=60)
    room.set_mode(beekeeper.pause)

    def ask(method: str, link: str = "", **headers: str) -> tuple[int, str]:
        request = urllib.request.Request(f"{room.url}{link}", method=method, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                return response.status, response.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    # The local AWS answers OPTIONS itself, with 403.
    assert [ask("HEAD", link) for link in ("", "room", "turn", "enter", "check")] == [(200, "")] * 5
    assert "Disallow: /" in ask("GET", "robots.txt")[1]
    assert (
        '<meta property="og:title" content="The &quot;Spring&quot; &lt;sale&gt;">' in ask("GET")[1]
    )
    assert ask("GET", **{"Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"})[0] == 403
    assert ask("GET", **{"Sec-Purpose": "prefetch", "Accept": "text/html"})[0] == 403
    assert ask("POST")[0] == 405
    assert room.status().waiting == 0
    assert room.status().joined == 0
