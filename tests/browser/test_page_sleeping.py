"""What the page does after the device slept: its timers stood still, the time of day did not."""

import pytest
from playwright.sync_api import Page, expect

from tests.support.page_moves import eventually, expect_state, open_page, settle
from tests.support.stub_room import BROKEN, Answer, StubRoom, failure, turn

pytestmark = pytest.mark.browser

HOUR = 3_600


def set_clock(page: Page, seconds: float) -> None:
    """Move the clock of the day, and nothing else: no timer, and not `performance.now()`."""
    page.clock.set_system_time(page.evaluate("Date.now()") / 1000 + seconds)


def test_a_device_that_slept_asks_at_once_and_goes_in(page: Page, room: StubRoom) -> None:
    open_page(page, room, turn(retry_after=600), turn("ready"))
    set_clock(page, HOUR)
    page.clock.run_for(5_100)
    settle(page, room, 2)
    page.clock.run_for(1_000)
    page.wait_for_url(room.destination)


def test_who_slept_through_the_turn_reads_it(page: Page, room: StubRoom) -> None:
    open_page(page, room, turn(retry_after=600), turn("expired"))
    set_clock(page, HOUR)
    page.clock.run_for(5_100)
    settle(page, room, 2)
    expect_state(page, "expired")
    expect(page.locator("#rejoin")).to_be_visible()


@pytest.mark.parametrize(
    "event",
    ["window:focus", "document:resume", "window:pageshow", "document:visibilitychange"],
)
def test_what_the_browser_says_wakes_the_page_sooner(
    page: Page, room: StubRoom, event: str
) -> None:
    open_page(page, room, turn(retry_after=600), turn(ahead=9))
    set_clock(page, HOUR)
    target, name = event.split(":")
    page.evaluate(f"{target}.dispatchEvent(new Event('{name}'))")
    page.clock.run_for(1)
    settle(page, room, 2)
    expect(page.locator("#position")).to_have_text("9")


def test_a_clock_that_is_set_costs_one_question_at_most(page: Page, room: StubRoom) -> None:
    open_page(page, room, turn(retry_after=600))
    for seconds, asked in ((HOUR, 2), (-HOUR, 2), (9, 2)):
        set_clock(page, seconds)
        page.clock.run_for(20_000)
        page.wait_for_timeout(30)
        assert room.count("turn") == asked
    eventually(lambda: room.taken == 2, page)


@pytest.mark.parametrize(
    ("trouble", "least"), [(failure(429, Retry_After="90"), 90), (BROKEN, 2)], ids=["429", "503"]
)
def test_who_wakes_up_asks_no_sooner_than_a_server_in_trouble_allowed(
    page: Page, room: StubRoom, trouble: Answer, least: int
) -> None:
    page.add_init_script("Math.random = () => 0.99")
    open_page(page, room, trouble, turn(ahead=9))
    set_clock(page, HOUR)
    page.evaluate("dispatchEvent(new Event('focus'))")
    page.clock.run_for(least * 1000 - 200)
    page.wait_for_timeout(30)
    assert room.count("turn") == 1
    page.clock.run_for(400)
    settle(page, room, 2)
