"""What the page does in a browser that keeps no cookies: it takes few places, and says why."""

import pytest
from playwright.sync_api import Page, expect

from tests.support.page_moves import expect_state, move_to_state
from tests.support.stub_room import FORMS, UNKNOWN, StubRoom, turn

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("storage_blocked", [False, True])
@pytest.mark.parametrize("room", FORMS, indirect=True)
def test_where_cookies_are_blocked_the_returns_end(
    page: Page, room: StubRoom, storage_blocked: bool
) -> None:
    if storage_blocked:
        page.add_init_script(
            "Object.defineProperty(window, 'sessionStorage',"
            " {get() { throw new DOMException('blocked', 'SecurityError'); }})"
        )
    room.answers = [UNKNOWN]
    page.goto(room.url)
    move_to_state(page, "blocked")
    expect(page.locator("#status")).to_have_text("Please allow cookies")
    page.clock.run_for(120_000)
    page.wait_for_timeout(50)
    places = room.count("POST join") + room.count(".") * (not room.edge)
    assert (places, room.count("turn")) == ((2, 2) if room.edge else (3, 3))
    room.answers = [turn()]
    page.locator("#retry").click()
    expect_state(page, "waiting")


@pytest.mark.parametrize("room", FORMS, indirect=True)
def test_a_browser_that_says_it_keeps_no_cookies_takes_no_place_by_itself(
    page: Page, room: StubRoom
) -> None:
    page.add_init_script("Object.defineProperty(navigator, 'cookieEnabled', { value: false })")
    room.answers = [UNKNOWN]
    page.goto(room.start)
    expect_state(page, "blocked")
    assert room.count("POST join") == 0
