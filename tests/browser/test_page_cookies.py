"""What the page does where cookies fail or get lost: the tab keeps the place."""

import pytest
from playwright.sync_api import Page, expect

from tests.support.page_moves import (
    ask_again,
    eventually,
    expect_state,
    move_to_state,
    open_page,
    settle,
    take_place,
)
from tests.support.stub_room import BEARER, FORMS, UNKNOWN, StubRoom, place, turn

pytestmark = pytest.mark.browser

REMARKS = "#remarks"
NO_COOKIES = "Your browser does not save cookies"
LOST = "Your browser no longer has the cookie"
NO_STORAGE = """
for (const name of ["sessionStorage", "localStorage"]) {
  const get = () => { throw new DOMException("blocked", "SecurityError"); };
  Object.defineProperty(window, name, { get });
}
"""
SAYS_SO = "Object.defineProperty(navigator, 'cookieEnabled', { value: false })"


@pytest.mark.parametrize("blocked", ["", NO_STORAGE, SAYS_SO], ids=["", "storage", "says so"])
@pytest.mark.parametrize("room", FORMS, indirect=True)
def test_without_cookies_the_tab_keeps_the_place_and_goes_in(
    page: Page, room: StubRoom, blocked: str
) -> None:
    page.add_init_script(blocked)
    room.loses_cookies = True
    room.answers = [turn(), turn(ahead=9), turn("ready")]
    page.goto(room.start)
    take_place(page, room)
    eventually(lambda: page.locator("#position").text_content() == "1,234", page)
    expect(page.locator(REMARKS)).to_contain_text(NO_COOKIES)
    ask_again(page, room)
    expect(page.locator("#position")).to_have_text("9")
    assert room.count("POST join") == 1
    ask_again(page, room)
    page.clock.run_for(1_000)
    page.wait_for_url(room.destination)
    assert {ticket for _, ticket in room.shown} == {BEARER}
    assert ("enter", BEARER) in room.shown


def test_a_refresh_without_cookies_keeps_the_place(page: Page, room: StubRoom) -> None:
    room.loses_cookies = True
    page.goto(room.url + "room")
    take_place(page, room)
    settle(page, room, 3)
    page.reload()
    settle(page, room, 5)
    expect_state(page, "waiting")
    expect(page.locator("#position")).to_have_text("1,234")
    assert room.count("POST join") == 1


@pytest.mark.parametrize("room", ["edge"], indirect=True)
def test_a_cookie_that_works_is_enough_and_join_gets_both(page: Page, room: StubRoom) -> None:
    """So a tab that joined again is not overruled by another tab with an older ticket."""
    open_page(page, room, turn())
    ask_again(page, room)
    assert room.shown == []
    expect(page.locator(REMARKS)).to_be_hidden()
    page.reload()
    settle(page, room, 2, "join")
    assert room.shown == [("POST join", BEARER)]


def test_a_cookie_that_is_lost_while_waiting_does_not_cost_the_place(
    page: Page, room: StubRoom
) -> None:
    room.answers = [UNKNOWN, turn(ahead=10)]
    page.goto(room.url + "room")
    take_place(page, room)
    settle(page, room, 2)
    expect(page.locator(REMARKS)).to_be_hidden()
    room.loses_cookies = True
    ask_again(page, room)
    eventually(lambda: ("turn", BEARER) in room.shown, page)
    expect(page.locator(REMARKS)).to_contain_text(NO_COOKIES)
    expect(page.locator("#position")).to_have_text("10")
    assert room.count("POST join") == 1


def test_who_loses_the_place_with_the_cookie_hears_why(page: Page, room: StubRoom) -> None:
    open_page(page, room, turn(ahead=10), UNKNOWN, turn(ahead=5000))
    expect(page.locator(REMARKS)).to_be_hidden()
    ask_again(page, room)
    move_to_state(page, "waiting")
    ask_again(page, room)
    expect(page.locator("#position")).to_have_text("5,000")
    expect(page.locator(REMARKS)).to_contain_text(LOST)
    ask_again(page, room)
    expect(page.locator(REMARKS)).to_contain_text(LOST)


def test_who_comes_without_a_place_has_lost_none(page: Page, room: StubRoom) -> None:
    room.answers = [UNKNOWN, turn()]
    page.goto(room.url + "room")
    take_place(page, room)
    settle(page, room, 2)
    expect(page.locator(REMARKS)).to_be_hidden()


@pytest.mark.parametrize("room", ["edge"], indirect=True)
def test_a_ticket_that_the_room_takes_no_more_is_not_a_lost_cookie(
    page: Page, room: StubRoom
) -> None:
    """The line was cleared. The page has shown its ticket, and gets another one."""
    open_page(page, room, turn(ahead=10), UNKNOWN, UNKNOWN, turn(ahead=5000))
    room.failures = [place(number=2)]
    ask_again(page, room)
    settle(page, room, 2, "join")
    ask_again(page, room)
    expect(page.locator("#position")).to_have_text("5,000")
    expect(page.locator(REMARKS)).to_be_hidden()


@pytest.mark.parametrize("blocked", ["", NO_STORAGE, SAYS_SO], ids=["", "storage", "says so"])
def test_where_no_ticket_reaches_the_room_the_returns_end(
    page: Page, room: StubRoom, blocked: str
) -> None:
    page.add_init_script(blocked)
    room.answers = [UNKNOWN]
    page.goto(room.url + "room")
    move_to_state(page, "blocked")
    expect(page.locator("#status")).to_have_text("Please allow cookies")
    page.clock.run_for(120_000)
    page.wait_for_timeout(50)
    assert room.count("POST join") == 2
    assert room.count("turn") <= 5
    room.answers = [turn()]
    page.locator("#retry").click()
    expect_state(page, "waiting")


def test_the_ticket_goes_to_no_other_origin_and_into_no_address(scripts: Page) -> None:
    asked = """async () => {
      const {authorization, keepTicket, showTicketInstead} = await import("./script/ticket.js");
      keepTicket("a.b-c_d");
      keepTicket("not\\na ticket");
      showTicketInstead({});
      return ["turn", "enter", "news", "https://elsewhere.example/turn", "//elsewhere.example/join"]
        .map((link) => authorization(link, true).Authorization || "");
    }"""
    assert scripts.evaluate(asked) == ["Bearer a.b-c_d"] * 2 + [""] * 3
