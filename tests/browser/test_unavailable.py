"""The page that a function answers with 503: how it tries again."""

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from beekeeper.handlers.http import unavailable_page
from beekeeper.rules.entry import Entry
from tests.support.page_moves import eventually
from tests.support.stub_room import (
    BROKEN,
    HTML,
    THROTTLED,
    UNKNOWN,
    Answer,
    StubRoom,
    entry,
    failure,
)

pytestmark = pytest.mark.browser

HTML_PAGE, POLICY = unavailable_page("en")
OURS = Answer(HTML_PAGE, 503, {**HTML, "Content-Security-Policy": POLICY})


def open_failing(page: Page, room: StubRoom, link: str, *failures: Answer) -> None:
    """Open `link` of a room that answers with our page first, and its script with `failures`."""
    page.add_init_script("Math.random = () => 0")
    room.failures = [OURS, *failures]
    page.goto(room.url + link)
    expect(page.locator("h1")).to_have_text("One moment, please")


def wait_for_questions(page: Page, room: StubRoom, count: int) -> None:
    """Wait until the campaign link has got `count` requests."""
    eventually(lambda: room.count(".") == count, page)


def test_no_error_takes_the_page_and_each_wait_is_longer(page: Page, room: StubRoom) -> None:
    slow = failure(503, "", Retry_After="60")
    open_failing(page, room, "", THROTTLED, BROKEN, failure(500), slow)
    for asked, wait in enumerate((5, 10, 20, 40, 60), start=1):
        page.wait_for_timeout(50)
        page.clock.run_for(wait * 1000 - 100)
        page.wait_for_timeout(50)
        assert room.count(".") == asked
        expect(page.locator("h1")).to_have_text("One moment, please")
        page.clock.run_for(110)
        wait_for_questions(page, room, asked + 1)
    page.wait_for_url(room.url + "room")
    assert room.opened == [".", "room"]


@pytest.mark.parametrize(
    "answer",
    [UNKNOWN, entry(Entry.BACK_TO_ROOM), entry(Entry.GO_IN, "javascript:alert(1)")],
    ids=["no ticket", "not yet", "no web address"],
)
def test_who_can_not_go_in_waits_in_the_room(page: Page, room: StubRoom, answer: Answer) -> None:
    open_failing(page, room, "enter", answer)
    page.clock.run_for(5100)
    page.wait_for_url(room.url + "room")


def test_whose_turn_it_is_goes_in(page: Page, room: StubRoom) -> None:
    open_failing(page, room, "enter")
    page.clock.run_for(5100)
    page.wait_for_url(room.destination)
    assert room.opened == ["enter", "/shop?beekeeper_pass=x"]


@pytest.mark.parametrize(
    ("room", "link"), [("plain", "?rejoin=1"), ("edge", "join?rejoin=1")], indirect=["room"]
)
def test_it_takes_one_ticket_and_keeps_the_query(page: Page, room: StubRoom, link: str) -> None:
    open_failing(page, room, link)
    page.clock.run_for(5100)
    page.wait_for_url(room.url + "room")
    asked = link if link.startswith("join") else "." + link
    assert room.requests[:3] == [asked, asked, "room"]


def test_it_follows_a_room_that_has_moved(page: Page, room: StubRoom) -> None:
    link = room.url + "room?moved"
    open_failing(page, room, "join", failure(200, f'{{"state": "moved", "enter": "{link}"}}'))
    page.clock.run_for(5100)
    page.wait_for_url(link)


def test_a_request_that_hangs_is_made_again(page: Page, room: StubRoom) -> None:
    hung: list[Route] = []

    def hang(route: Route) -> None:
        by_script = route.request.headers.get("accept") == "application/json"
        if by_script and not hung:
            hung.append(route)
        else:
            route.continue_()

    page.route(room.url, hang)
    open_failing(page, room, "")
    page.clock.run_for(5100)
    eventually(lambda: bool(hung), page)
    for _ in range(8):  # the time-out, and then the longer wait
        page.clock.run_for(5000)
        page.wait_for_timeout(50)
    page.wait_for_url(room.url + "room")


def test_without_javascript_it_refreshes(browser: Browser, room: StubRoom) -> None:
    room.failures = [OURS]
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(room.url)
        expect(page.locator("h1")).to_have_text("One moment, please")
        expect(page.locator("meta[http-equiv=refresh]")).to_have_attribute("content", "5")
