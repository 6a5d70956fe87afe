"""What the page does when it is seen again after going in: by the back button, in another tab."""

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from beekeeper.rules.entry import Entry
from tests.support.page_moves import ask_again, eventually, expect_state, open_page, settle
from tests.support.stub_room import FORMS, StubRoom, entry, place, turn

pytestmark = pytest.mark.browser

INSIDE = "You have gone in"
LEFT = "You went in earlier, and your turn has ended"


def go_in(page: Page, room: StubRoom) -> None:
    """Open a page whose turn has come, and let it go in."""
    open_page(page, room, turn("ready"))
    page.clock.run_for(1_000)
    page.wait_for_url(room.destination)


def expect_inside(page: Page, room: StubRoom, entered: int = 1) -> None:
    """Expect that the page says so, and does not go in."""
    expect_state(page, "inside")
    expect(page.locator("#status")).to_have_text(INSIDE)
    expect(page.locator("#enter")).to_be_visible()
    page.clock.run_for(5_000)
    page.wait_for_timeout(30)
    assert room.count("enter") == entered


@pytest.mark.parametrize("room", FORMS, indirect=True)
def test_the_back_button_does_not_take_the_visitor_in_again(page: Page, room: StubRoom) -> None:
    go_in(page, room)
    joined = room.count("POST join")
    page.go_back()
    expect_inside(page, room)
    page.reload()
    expect_inside(page, room)
    assert room.count("POST join") == joined
    page.locator("#enter").click()
    page.wait_for_url(room.destination)


def test_a_page_that_the_browser_kept_says_so(page: Page, room: StubRoom) -> None:
    page.route("**/shop*", lambda route: route.fulfill(status=204))
    open_page(page, room, turn("ready"))
    page.clock.run_for(1_000)
    eventually(lambda: room.count("enter") == 1, page)
    page.wait_for_timeout(50)
    expect_state(page, "ready")  # the destination may be slow
    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    expect_inside(page, room)
    page.locator("#enter").click()
    eventually(lambda: room.count("enter") == 2, page)


def test_another_tab_stays_where_it_is(page: Page, room: StubRoom, context: BrowserContext) -> None:
    """All tabs of the context have one clock."""
    other = context.new_page()
    room.answers = [turn(retry_after=600)]
    other.goto(room.start)
    expect_state(other, "waiting")
    go_in(page, room)
    expect_inside(other, room)
    other.locator("#enter").click()
    other.wait_for_url(room.destination)


def test_a_tab_that_was_about_to_go_in_stays_too(
    page: Page, room: StubRoom, context: BrowserContext
) -> None:
    other = context.new_page()
    room.answers = [turn("off", spread_seconds=600)]
    other.add_init_script("Math.random = () => 0.9")
    other.goto(room.start)
    expect_state(other, "off")
    go_in(page, room)
    expect_state(other, "inside")
    other.clock.run_for(600_000)
    other.wait_for_timeout(50)
    assert (room.count("enter"), other.url) == (1, room.url + "room")


def test_another_tab_hears_of_a_new_place_in_the_line(
    page: Page, room: StubRoom, context: BrowserContext
) -> None:
    """Both have the same cookie. The place is a worse one, because it is another one."""
    other = context.new_page()
    room.answers = [turn(ahead=12, retry_after=600)]
    other.goto(room.start)
    expect(other.locator("#position")).to_have_text("12")
    open_page(page, room, turn("expired"))
    room.answers = [turn(ahead=5000, retry_after=600, number=2)]
    room.failures = [place(2)]
    page.locator("#rejoin").click()
    expect_state(page, "waiting")
    page.clock.run_for(2_100)
    expect(other.locator("#position")).to_have_text("5,000")


@pytest.mark.parametrize("room", FORMS, indirect=True)
def test_a_turn_that_has_ended_meanwhile_is_not_said_to_be_missed(
    page: Page, room: StubRoom
) -> None:
    go_in(page, room)
    room.answers = [turn("expired")]
    page.go_back()
    expect_state(page, "expired")
    expect(page.locator("#status")).to_have_text(LEFT)


def test_a_button_that_comes_too_late_says_the_same(page: Page, room: StubRoom) -> None:
    go_in(page, room)
    page.go_back()
    expect_inside(page, room)
    room.entries = [entry(Entry.REJOIN)]
    page.locator("#enter").click()
    expect_state(page, "expired")
    expect(page.locator("#status")).to_have_text(LEFT)


def test_who_joins_again_goes_in_by_itself_again(page: Page, room: StubRoom) -> None:
    go_in(page, room)
    room.answers = [turn("expired")]
    page.go_back()
    expect_state(page, "expired")
    room.answers = [turn("ready", number=2)]
    room.failures = [place(2)]
    page.locator("#rejoin").click()
    expect_state(page, "waiting")
    ask_again(page, room, within_seconds=2.5)
    expect_state(page, "ready")
    page.clock.run_for(1_000)
    page.wait_for_url(room.destination)


def test_a_new_place_in_the_line_is_not_inside(page: Page, room: StubRoom) -> None:
    go_in(page, room)
    room.answers = [turn(), turn("expired")]
    page.go_back()
    expect_state(page, "waiting")
    ask_again(page, room)
    expect_state(page, "expired")
    expect(page.locator("#status")).to_have_text("Your turn has ended")


def test_who_follows_the_link_again_goes_in(page: Page, room: StubRoom) -> None:
    go_in(page, room)
    page.goto(room.start)
    settle(page, room, 2)
    expect_state(page, "ready")
    page.clock.run_for(1_000)
    page.wait_for_url(room.destination)
    assert room.count("enter") == 2


def test_a_room_that_is_off_takes_nobody_in_twice(page: Page, room: StubRoom) -> None:
    room.answers = [turn("off")]
    page.goto(room.start)
    settle(page, room, 1)
    page.clock.run_for(1_000)
    page.wait_for_url(room.destination)
    page.go_back()
    expect_inside(page, room)
