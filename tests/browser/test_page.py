"""What the waiting page shows and where it goes, in a real browser with scripted answers."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.page_moves import (
    ask_again,
    expect_state,
    hide,
    open_page,
    settle,
    take_place,
)
from tests.support.stub_room import FORMS, UNKNOWN, Answer, StubRoom, place, turn

pytestmark = pytest.mark.browser

TITLE = 'The "Spring" <sale>'
POLITE_MS = 30_100  # a screen reader hears polite news once in this time


def test_shows_place_wait_and_time_of_the_answer(page: Page, room: StubRoom) -> None:
    open_page(page, room, turn())
    expect_state(page, "waiting")
    expect(page.locator("#position")).to_have_text("1,234")
    expect(page.locator("#ahead-label")).to_have_text("people ahead of you")
    expect(page.locator("#wait")).to_have_text("about 5\u20137 minutes")
    expect(page.locator("#updated")).to_have_text(re.compile(r"^2:13:20\sPM$"))
    expect(page.locator("#status")).to_have_text("You are in line")
    expect(page.locator("#title")).to_have_text(TITLE)
    expect(page).to_have_title("(1,234) " + TITLE)
    for action in ("#enter", "#rejoin", "#retry", "#notice"):
        expect(page.locator(action)).to_be_hidden()


@pytest.mark.parametrize("room", FORMS, indirect=True)
def test_place_falls_never_grows_and_survives_a_refresh(page: Page, room: StubRoom) -> None:
    open_page(page, room, turn(), turn(ahead=800), turn(ahead=900), turn(ahead=950))
    position = page.locator("#position")
    ask_again(page, room)
    expect(position).to_have_text("800")
    ask_again(page, room)
    expect(position).to_have_text("800")
    page.reload()
    expect(position).to_have_text("800")
    if room.edge:
        take_place(page, room, times=2)
    settle(page, room, 4)
    expect(position).to_have_text("800")
    expect(page.locator("#progress")).to_have_js_property("value", 1234 - 800)
    expect(page.locator("#progress")).to_have_js_property("max", 1234)


def test_place_that_is_not_known_yet(page: Page, room: StubRoom) -> None:
    open_page(page, room, turn(ahead=None, eta_seconds=None), turn(ahead=800))
    expect_state(page, "waiting")
    expect(page.locator("#status")).to_have_text("You are in line")
    counted = "You have a place. It is being counted."
    expect(page.locator("#ahead-label")).to_have_text(counted)
    expect(page.locator("#polite")).to_contain_text(counted.removesuffix("."))
    expect(page.locator("#wait")).to_have_text("not known yet")
    expect(page.locator("#position")).not_to_have_text(re.compile("[0-9]|next"))
    ask_again(page, room)
    expect(page.locator("#position")).to_have_text("800")
    expect(page.locator("#ahead-label")).to_have_text("people ahead of you")
    page.clock.run_for(POLITE_MS)
    expect(page.locator("#polite")).to_contain_text("800 people ahead of you")


def test_place_that_was_known_stays_while_it_is_not_known(page: Page, room: StubRoom) -> None:
    open_page(page, room, turn(), turn(ahead=None, eta_seconds=None))
    ask_again(page, room)
    expect(page.locator("#wait")).to_have_text("not known yet")
    expect(page.locator("#position")).to_have_text("1,234")
    expect(page.locator("#ahead-label")).to_have_text("people ahead of you")


def test_a_line_that_stands_still_says_so_and_then_moves(page: Page, room: StubRoom) -> None:
    still = turn(still=True, eta_seconds=None)
    open_page(page, room, still, still, turn(still=False))
    sentence = "The line is standing still for the moment; you keep your place"
    expect(page.locator("#status")).to_have_text(sentence)
    expect(page.locator("#position")).to_have_text("1,234")
    expect(page.locator("#wait")).to_have_text("not known yet")
    expect(page.locator("#polite")).to_contain_text(sentence)
    expect_state(page, "waiting")
    page.evaluate("document.getElementById('polite').textContent = ''")
    ask_again(page, room)
    expect(page.locator("#polite")).to_be_empty()
    ask_again(page, room)
    expect(page.locator("#status")).to_have_text("You are in line")
    page.clock.run_for(POLITE_MS)
    expect(page.locator("#polite")).to_contain_text("You are in line")
    expect(page.locator("#assertive")).to_be_empty()


@pytest.mark.parametrize("state", ["ready", "paused", "off"])
def test_only_a_waiting_line_stands_still(page: Page, room: StubRoom, state: str) -> None:
    open_page(page, room, turn(state, still=True))
    expect(page.locator("#status")).not_to_contain_text("standing still")


@pytest.mark.parametrize(
    ("ahead", "position", "label"), [(1, "1", "person ahead of you"), (0, "You are next", "")]
)
def test_the_last_places_are_in_words(
    page: Page, room: StubRoom, ahead: int, position: str, label: str
) -> None:
    open_page(page, room, turn(ahead=ahead))
    expect(page.locator("#position")).to_have_text(position)
    expect(page.locator("#ahead-label")).to_have_text(label)


@pytest.mark.parametrize("room", FORMS, indirect=True)
@pytest.mark.parametrize("answer", [turn("ready"), turn("off")], ids=["ready", "off"])
def test_ready_and_off_say_so_and_enter(page: Page, room: StubRoom, answer: Answer) -> None:
    open_page(page, room, answer)
    expect(page.locator("#enter")).to_be_visible()
    expect(page.locator("#assertive")).not_to_be_empty()
    expect(page).to_have_title(re.compile("^(It's your turn!|Come in) \u2013 "))
    assert room.count("enter") == 0
    page.clock.run_for(1000)
    page.wait_for_url(room.destination)
    page_link = "." if room.edge else "room"
    assert (room.count("enter"), room.opened) == (1, [page_link, "/shop?beekeeper_pass=x"])


def test_ready_enters_by_the_link_of_the_answer(page: Page, room: StubRoom) -> None:
    open_page(page, room, turn("ready", enter="side-door"))
    page.clock.run_for(1000)
    page.wait_for_url(room.destination)
    assert room.count("side-door") == 1


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.example/",
        "//evil.example/",
        "\t//evil.example",
        "\x01//[",
        "/\\evil.example",
        "javascript:alert(1)",
        "/other",
        "",
        7,
    ],
)
def test_ready_enters_only_by_a_relative_link(page: Page, room: StubRoom, link: object) -> None:
    open_page(page, room, turn("ready", enter=link))
    expect(page.locator("#enter")).to_have_attribute("href", "enter")
    page.clock.run_for(1000)
    page.wait_for_url(room.destination)
    assert room.count("enter") == 1


def test_blocked_navigation_leaves_a_link_and_is_not_repeated(page: Page, room: StubRoom) -> None:
    page.route("**/shop*", lambda route: route.fulfill(status=204))
    open_page(page, room, turn("ready"))
    page.clock.run_for(1000)
    settle(page, room, 1, "enter")
    ask_again(page, room, within_seconds=40)
    page.clock.run_for(2000)
    expect_state(page, "ready")
    expect(page.locator("#enter")).to_be_visible()
    assert room.count("enter") == 1
    page.unroute("**/shop*")
    page.locator("#enter").click()
    page.wait_for_url(room.destination)
    assert room.count("enter") == 2


def test_hidden_tab_enters_without_delay(page: Page, room: StubRoom) -> None:
    open_page(page, room, turn(retry_after=40), turn("ready"))
    hide(page, True)
    page.clock.run_for(46_100)
    settle(page, room, 2)
    page.clock.run_for(1)
    page.wait_for_url(room.destination)


@pytest.mark.parametrize("room", FORMS, indirect=True)
def test_without_a_ticket_takes_a_place_and_forgets_the_old_one(page: Page, room: StubRoom) -> None:
    # With an edge the page has joined itself. It then shows the ticket that it got.
    unknown = [UNKNOWN] * (2 if room.edge else 1)
    open_page(page, room, turn(ahead=10), *unknown, turn(ahead=5000))
    joined = room.count("POST join")
    room.failures = [place(2)]
    ask_again(page, room)
    expect(page.locator("#ahead-label")).to_have_text("You have a place. It is being counted.")
    ask_again(page, room)
    expect(page.locator("#position")).to_have_text("5,000")
    assert room.count("POST join") == joined + 1
    expect(page).to_have_url(room.start)


@pytest.mark.parametrize("room", FORMS, indirect=True)
def test_expired_waits_for_the_visitor_to_join_again(page: Page, room: StubRoom) -> None:
    open_page(page, room, turn(ahead=10), turn("expired"), turn(ahead=5000))
    ask_again(page, room)
    expect_state(page, "expired")
    page.clock.run_for(600_000)
    page.wait_for_timeout(50)
    assert room.count("turn") == 2
    page.locator("#rejoin").click()
    expect_state(page, "waiting")
    ask_again(page, room)
    expect(page.locator("#position")).to_have_text("5,000")
    assert room.count("POST join?rejoin=1") == 1


def test_paused_keeps_place_and_goes_on_by_itself(page: Page, room: StubRoom) -> None:
    open_page(page, room, turn(), turn("paused", eta_seconds=None), turn(ahead=9))
    ask_again(page, room)
    expect_state(page, "paused")
    expect(page.locator("#status")).to_have_text("The line is paused; you keep your place")
    expect(page.locator("#position")).to_have_text("1,234")
    ask_again(page, room)
    expect_state(page, "waiting")


def test_message_is_text_and_goes_when_it_is_withdrawn(page: Page, room: StubRoom) -> None:
    message = '<img src=x onerror=alert(1)> & "doors" at 10'
    open_page(page, room, turn(message=message), turn(message=""))
    expect(page.locator("#message")).to_have_text(message)
    expect(page.locator("#message *")).to_have_count(0)
    expect(page.locator("#polite")).to_contain_text(message)
    ask_again(page, room)
    expect(page.locator("#notice")).to_be_hidden()


def test_screen_reader_hears_of_news_only(page: Page, room: StubRoom) -> None:
    open_page(page, room, turn(), turn(ahead=1200), turn(ahead=600))
    heard = page.locator("#polite")
    expect(heard).to_contain_text(
        "1,234 people ahead of you. Estimated wait: about 5\u20137 minutes"
    )
    ask_again(page, room)
    expect(page.locator("#position")).to_have_text("1,200")
    expect(heard).to_contain_text("1,234 people")
    ask_again(page, room)
    page.clock.run_for(POLITE_MS)
    expect(heard).to_contain_text("600 people")
    expect(page.locator("#assertive")).to_be_empty()


@pytest.mark.parametrize("ahead", [7, 123_456, 98_765_432])
def test_fits_the_smallest_phone(page: Page, room: StubRoom, ahead: int) -> None:
    page.set_viewport_size({"width": 320, "height": 568})
    open_page(page, room, turn(ahead=ahead, message="W" * 200))
    expect(page.locator("#position")).to_be_in_viewport(ratio=1)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_without_javascript_the_page_refreshes_to_enter(browser: Browser, room: StubRoom) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(room.url + "room")
        heading = page.get_by_role("heading", name="This page also works without JavaScript")
        expect(heading).to_be_visible()
        expect(page.locator("#room")).to_be_hidden()
        refresh = page.locator("meta[http-equiv=refresh]")
        expect(refresh).to_have_attribute("content", "20;url=enter")
        stop = page.get_by_role("link", name="Stop checking automatically")
        expect(stop).to_have_attribute("href", "enter?stay=1")
        page.get_by_role("link", name="Check now").click()
        page.wait_for_url(room.destination)


def test_a_latecomer_sees_the_place_in_the_lane_and_why(page: Page, room: StubRoom) -> None:
    open_page(page, room, turn(ahead=1), turn(ahead=7, late=12), turn(ahead=9, late=12))
    expect(page.locator("#position")).to_have_text("1")
    ask_again(page, room)
    expect(page.locator("#position")).to_have_text("7")
    expect(page.locator("#detail")).to_contain_text("You came after your turn")
    page.reload()
    expect(page.locator("#position")).to_have_text("7")  # it never grows there


def test_a_place_that_a_refresh_remembers_is_that_of_its_ticket(page: Page, room: StubRoom) -> None:
    """Without an edge, the campaign link gives another ticket without the page's script."""
    open_page(page, room, turn(ahead=10), turn(ahead=12), turn(ahead=5000, number=2))
    for asked, shown in ((2, "10"), (3, "5,000")):
        page.goto(room.url)
        settle(page, room, asked)
        expect(page.locator("#position")).to_have_text(shown)
