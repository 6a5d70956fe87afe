"""The page that a function answers with 503: it stays until the room answers, and then leaves."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Route, expect

from beekeeper.handlers.http import Request, unavailable
from beekeeper.rules.entry import Entry
from tests.support.page_moves import eventually
from tests.support.stub_room import BROKEN, THROTTLED, UNKNOWN, Answer, StubRoom, entry, failure

pytestmark = pytest.mark.browser

TITLE = "One moment, please"


def our_own() -> Answer:
    found = unavailable(Request())
    return Answer(found["body"], found["statusCode"], found["headers"])


def blocked(message: ConsoleMessage) -> list[str]:
    """Return the message if it says that the policy blocked something."""
    return [message.text] if "Policy" in message.text else []


@pytest.fixture
def tab(browser: Browser, room: StubRoom) -> Iterator[Page]:
    """A tab whose clock only the test moves."""
    room.failures = [our_own()]
    with browser.new_context(locale="en-US") as context:
        page = context.new_page()
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda message: errors.extend(blocked(message)))
        page.clock.install(time=1_790_000_000)
        page.clock.pause_at(1_790_000_001)
        yield page
        assert errors == []


def let_it_try(page: Page, room: StubRoom, requests: int, within_seconds: int) -> None:
    """Move the clock until the page has made so many requests."""
    for _ in range(within_seconds * 2):
        if len(room.requests) >= requests:
            break
        page.clock.run_for(500)
        page.wait_for_timeout(10)
    eventually(lambda: len(room.requests) >= requests, page)


@pytest.mark.parametrize("link", ["", "enter", "room"])
@pytest.mark.parametrize("busy", [THROTTLED, BROKEN], ids=["429", "503"])
def test_an_error_of_the_api_never_takes_the_page(
    tab: Page, room: StubRoom, link: str, busy: Answer
) -> None:
    room.failures += [busy, busy, busy]
    tab.goto(room.url + link)
    for requests, seconds in ((2, 1), (3, 11), (4, 21)):
        let_it_try(tab, room, requests, seconds)
        expect(tab.locator("h1")).to_have_text(TITLE)
    assert len(room.opened) == 1
    let_it_try(tab, room, 5, 41)
    tab.wait_for_url(room.destination if link == "enter" else room.url + "room")


def test_it_tries_no_sooner_than_the_back_off_and_retry_after(tab: Page, room: StubRoom) -> None:
    tab.add_init_script("Math.random = () => 0")
    room.failures += [THROTTLED, failure(503, "", Retry_After="30"), THROTTLED]
    tab.goto(room.url)
    for requests, seconds in ((2, 0), (3, 5), (4, 30), (5, 20)):
        tab.clock.run_for(max(0, seconds * 1000 - 500))
        tab.wait_for_timeout(50)
        assert len(room.requests) == requests - (seconds > 0)
        let_it_try(tab, room, requests, 2)
        tab.wait_for_timeout(50)


def test_it_takes_one_ticket_and_keeps_query_and_mark(tab: Page, room: StubRoom) -> None:
    tab.goto(room.url + "?rejoin=1#return-1")
    tab.wait_for_url(room.url + "room#return-1")
    assert room.requests[:3] == [".?rejoin=1", ".?rejoin=1", "room"]


@pytest.mark.parametrize("answer", [entry(Entry.BACK_TO_ROOM), entry(Entry.REJOIN), UNKNOWN])
def test_who_cannot_enter_goes_back_to_the_room(tab: Page, room: StubRoom, answer: Answer) -> None:
    room.entries = [answer]
    tab.goto(room.url + "enter")
    tab.wait_for_url(room.url + "room*")


def test_it_follows_nothing_but_a_web_address(tab: Page, room: StubRoom) -> None:
    room.entries = [entry(url="javascript:alert(1)")]
    tab.goto(room.url + "enter")
    tab.wait_for_url(room.url + "room*")


def test_a_request_that_hangs_is_made_again(tab: Page, room: StubRoom) -> None:
    tab.goto("about:blank")
    hung: list[Route] = []

    def hang(route: Route) -> None:
        by_script = route.request.headers.get("accept") == "application/json"
        if by_script and not hung:
            hung.append(route)
        else:
            route.continue_()

    tab.route(room.url, hang)
    tab.goto(room.url)
    eventually(lambda: bool(hung), tab)
    tab.clock.run_for(15_100)
    tab.wait_for_timeout(50)
    tab.clock.run_for(10_100)
    tab.wait_for_url(room.url + "room")


def test_without_javascript_it_refreshes(browser: Browser, room: StubRoom) -> None:
    room.failures = [our_own()]
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(room.url)
        expect(page.locator("h1")).to_have_text(TITLE)
        expect(page.locator("meta[http-equiv=refresh]")).to_have_attribute("content", "5")
