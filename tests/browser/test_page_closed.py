"""What the page says of a room that answers nothing any more, and how it goes on asking."""

import pytest
from playwright.sync_api import Page, expect

from tests.support.page_moves import expect_state, move_on, open_page, settle
from tests.support.stub_room import BROKEN, Answer, StubRoom, failure, place, turn

pytestmark = pytest.mark.browser

# What API Gateway, CloudFront and others answer at the address of a room that was destroyed.
GONE = [
    failure(403, '{"message":"Forbidden"}'),
    failure(404, '{"message":"Not Found"}'),
    failure(410, "<h1>Gone</h1>"),
]
REFUSED = failure(403, '{"error":"refused","reason":"a bot"}')
STEP_MS = 10_000
LONG_MS = 720_000  # ten minutes, and the longest pause after them
CLOSED = "This waiting room seems to be closed"


def test_a_room_that_is_gone_for_ten_minutes_seems_to_be_closed(page: Page, room: StubRoom) -> None:
    open_page(page, room, turn(), *GONE)
    move_on(page, 560_000, STEP_MS)
    expect_state(page, "waiting")
    move_on(page, 120_000, STEP_MS)
    expect_state(page, "closed")
    expect(page.locator("#status")).to_have_text(CLOSED)
    expect(page.locator("#detail")).to_contain_text("It has not answered since 2:13")
    asked = room.count("turn")
    move_on(page, 900_000, STEP_MS)
    assert 2 <= room.count("turn") - asked <= 6
    room.answers = [turn(ahead=9)]
    move_on(page, 300_000, STEP_MS)
    expect_state(page, "waiting")
    expect(page.locator("#position")).to_have_text("9")


def test_no_connection_at_all_is_the_same(page: Page, room: StubRoom) -> None:
    open_page(page, room, turn())
    page.route("**/turn", lambda route: route.abort())
    move_on(page, 680_000, STEP_MS)
    expect_state(page, "closed")


@pytest.mark.parametrize("alive", [BROKEN, REFUSED, failure(429)], ids=["503", "403", "429"])
def test_a_room_in_trouble_is_not_closed(page: Page, room: StubRoom, alive: Answer) -> None:
    open_page(page, room, turn(), alive)
    move_on(page, LONG_MS, STEP_MS)
    expect_state(page, "waiting")


def test_a_visitor_without_network_does_not_hear_that_the_room_is_closed(
    page: Page, room: StubRoom
) -> None:
    open_page(page, room, turn())
    page.evaluate("Object.defineProperty(navigator, 'onLine', {value: false})")
    page.route("**/turn", lambda route: route.abort())
    move_on(page, LONG_MS, STEP_MS)
    expect_state(page, "waiting")
    expect(page.locator("html")).to_have_attribute("data-connection", "offline")


def test_few_questions_tell_nothing(page: Page, room: StubRoom) -> None:
    page.add_init_script("Math.random = () => 0.5")
    open_page(page, room, turn(retry_after=240, eta_seconds=100_000), GONE[1])
    move_on(page, 1_300_000, STEP_MS)  # four questions
    expect_state(page, "waiting")


@pytest.mark.parametrize("room", ["edge"], indirect=True)
def test_who_never_got_a_place_hears_it_too(page: Page, room: StubRoom) -> None:
    room.failures = [GONE[1]] * 60
    page.goto(room.url)
    settle(page, room, 1, "join")
    move_on(page, LONG_MS, STEP_MS)
    expect_state(page, "closed")
    room.failures = [place()]
    move_on(page, 300_000, STEP_MS)
    expect_state(page, "waiting")
