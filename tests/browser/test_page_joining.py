"""How the waiting page gets another place: it asks `join`, and no error takes the page."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from beekeeper.handlers.http import Request
from beekeeper.rules import tokens
from beekeeper.rules.entry import Entry
from tests.support.in_memory.joining import Sends, asked
from tests.support.in_memory.recorded import NOW, ROOM, TICKET_KEY, Place, signed
from tests.support.page_moves import (
    ask_again,
    eventually,
    expect_state,
    hang,
    move_on,
    move_to_state,
    open_page,
    settle,
)
from tests.support.stub_room import (
    BROKEN,
    THROTTLED,
    UNKNOWN,
    Answer,
    StubRoom,
    entry,
    failure,
    turn,
)

pytestmark = pytest.mark.browser

ARRIVING = "Many people are arriving. You are being given a place. Keep this tab open."
NO_PLACE = (
    "We can't give you a place in line right now. Keep this tab open: we'll try again for you."
)
REJOIN = "POST join?rejoin=1"
JOINED = turn(ahead=5000)
SILENT_MS = 31_000  # a screen reader hears the page at most every 30 s


def rejoin(page: Page, room: StubRoom, *failures: Answer) -> str:
    """Click on "Join the line again". `join` gives `failures` first."""
    open_page(page, room, turn(ahead=10), turn("expired"), JOINED)
    ask_again(page, room)
    page.clock.run_for(2 * SILENT_MS)
    room.failures = list(failures)
    page.locator("#rejoin").click()
    return REJOIN


def try_again(page: Page, room: StubRoom, *failures: Answer) -> str:
    """Click on "Try again", in a browser that blocked cookies until now."""
    room.answers = [UNKNOWN]
    page.goto(room.url + "room")
    move_to_state(page, "blocked")
    page.clock.run_for(2 * SILENT_MS)
    room.answers, room.failures = [JOINED], list(failures)
    room.requests.clear()
    page.locator("#retry").click()
    return "POST join"


def lose_ticket(page: Page, room: StubRoom, *failures: Answer) -> str:
    """Let the room forget the ticket of a visitor who waits."""
    open_page(page, room, turn(ahead=10, still=True, retry_after=40), UNKNOWN, JOINED)
    room.failures = list(failures)
    ask_again(page, room, within_seconds=47)
    return "POST join"


WAYS = [rejoin, try_again, lose_ticket]
Way = Callable[..., str]


def asked_to_join(
    page: Page, room: StubRoom, link: str, times: int, within_seconds: float = 0
) -> None:
    """Move the clock until the page has asked for a place so often."""
    for _ in range(round(within_seconds * 4)):
        if room.count(link) >= times:
            break
        page.clock.run_for(250)
        page.wait_for_timeout(10)
    eventually(lambda: room.count(link) >= times, page)
    page.wait_for_timeout(50)
    assert room.count(link) == times


def expect_in_line(page: Page, room: StubRoom, within_seconds: float = 2.5) -> None:
    """Expect a place, and after a while the number."""
    expect_state(page, "waiting")
    ask_again(page, room, within_seconds)
    expect(page.locator("#position")).to_have_text("5,000")
    expect(page.locator("#detail")).to_contain_text("Keep this tab open: we'll take you in")


@pytest.mark.parametrize("busy", [THROTTLED, BROKEN], ids=["429", "503"])
@pytest.mark.parametrize("way", WAYS)
def test_an_error_of_the_api_never_takes_the_page(
    page: Page, room: StubRoom, way: Way, busy: Answer
) -> None:
    link = way(page, room, busy, busy, busy)
    expect(page.locator("#detail")).to_have_text(ARRIVING)
    expect(page.locator("#polite")).to_have_text(ARRIVING.removesuffix("."))
    expect_state(page, "connecting")
    expect(page.locator("#status")).to_have_text("Finding your place in line")
    expect(page.locator("#position")).to_have_text("\u2013")
    expect(page).to_have_title('The "Spring" <sale>')
    page.evaluate("document.getElementById('polite').textContent = ''")
    for times in (2, 3, 4):
        asked_to_join(page, room, link, times, within_seconds=3.5)
    expect(page.locator("#detail")).not_to_have_text(ARRIVING)
    expect_in_line(page, room, within_seconds=12)
    move_on(page, SILENT_MS, step_ms=1_000)
    expect(page.locator("#polite")).to_contain_text("5,000 people ahead of you")
    expect(page.locator("#polite")).not_to_contain_text("Connected again")
    assert room.opened == ["room"]


@pytest.mark.parametrize("way", WAYS)
def test_a_place_comes_without_leaving_the_page(page: Page, room: StubRoom, way: Way) -> None:
    link = way(page, room)
    expect_in_line(page, room)
    assert (room.count(link), room.opened) == (1, ["room"])
    ask_again(page, room)
    assert room.count(link) == 1


@pytest.mark.parametrize(
    "bad",
    [
        failure(500),
        failure(302, "", Location="room"),
        failure(200, "<h1>captive portal</h1>"),
        failure(200, "null"),
        failure(200, '{"state": "off"}'),
        failure(503, '{"state": "waiting"}'),
        entry(Entry.GO_IN_UNQUEUED, "javascript:alert(1)"),
        entry(Entry.GO_IN_UNQUEUED, "//evil.example/"),
    ],
    ids=lambda bad: f"{bad.status} {bad.body}",
)
def test_nothing_but_a_place_counts_as_one(page: Page, room: StubRoom, bad: Answer) -> None:
    rejoin(page, room, bad)
    # A redirect is no answer, so it is as if the room were too busy to give one.
    crowded = bad.status in (302, 503)
    expect(page.locator("#detail")).to_have_text(ARRIVING if crowded else NO_PLACE)
    assert (page.url, room.count("turn")) == (room.url + "room", 2)
    asked_to_join(page, room, REJOIN, 2, within_seconds=4.5)
    expect_in_line(page, room, within_seconds=7)


def test_retry_after_is_kept(page: Page, room: StubRoom) -> None:
    rejoin(page, room, failure(503, "", Retry_After="20"))
    expect(page.locator("#detail")).to_have_text(ARRIVING)
    page.clock.run_for(19_900)
    asked_to_join(page, room, REJOIN, 1)
    asked_to_join(page, room, REJOIN, 2, within_seconds=20.5)


def test_a_question_that_hangs_is_asked_again(page: Page, room: StubRoom) -> None:
    hung = hang(page, "**/join?rejoin=1", times=1)
    rejoin(page, room)
    eventually(lambda: bool(hung), page)
    page.clock.run_for(14_900)
    expect(page.locator("#detail")).to_be_empty()
    page.clock.run_for(200)
    expect(page.locator("#detail")).to_have_text(ARRIVING)
    asked_to_join(page, room, REJOIN, 1, within_seconds=6)
    expect_in_line(page, room, within_seconds=22)


def test_network_that_is_back_asks_at_once(page: Page, room: StubRoom) -> None:
    page.route("**/join?rejoin=1", lambda route: route.abort(), times=1)
    rejoin(page, room)
    expect(page.locator("#detail")).to_have_text(ARRIVING)
    page.evaluate("dispatchEvent(new Event('online'))")
    expect_in_line(page, room)


def test_network_that_is_back_does_not_hurry_a_busy_room(page: Page, room: StubRoom) -> None:
    rejoin(page, room, THROTTLED)
    expect(page.locator("#detail")).to_have_text(ARRIVING)
    page.evaluate("dispatchEvent(new Event('online'))")
    asked_to_join(page, room, REJOIN, 1)
    assert room.count("turn") == 2


def test_a_page_that_is_shown_again_goes_on_joining(page: Page, room: StubRoom) -> None:
    rejoin(page, room, THROTTLED)
    expect(page.locator("#detail")).to_have_text(ARRIVING)
    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    page.clock.run_for(100)
    page.wait_for_timeout(50)
    assert room.count("turn") == 2
    asked_to_join(page, room, REJOIN, 2, within_seconds=4.5)
    expect_in_line(page, room, within_seconds=7)


def test_the_ticket_of_the_producer_is_in_the_next_question(
    page: Page, room: StubRoom, context: BrowserContext
) -> None:
    old, place = tokens.new_ticket(NOW - 9_000, "/seats?block=7"), Place()
    place.admit(old, NOW - 9_000)
    response = asked(
        place,
        Sends(),
        Request(
            headers={"accept": "application/json"},
            cookies=[f"beekeeper_ticket={signed(old)}"],
            query={"rejoin": "1"},
            domain="room.localhost",
        ),
    )
    headers = {**response["headers"], "Set-Cookie": response["cookies"][0]}
    rejoin(page, room, Answer(response["body"], response["statusCode"], headers))
    expect_in_line(page, room)
    (cookie,) = context.cookies(room.url + "turn")
    assert (cookie["name"], cookie["httpOnly"]) == ("beekeeper_ticket_sale", True)
    with page.expect_request("**/turn") as asked_next:
        page.clock.run_for(4_000)
    assert asked_next.value.all_headers()["cookie"] == f"beekeeper_ticket_sale={cookie['value']}"
    ticket = tokens.read_ticket(cookie["value"], [TICKET_KEY], ROOM, NOW)
    assert ticket.id != old.id
    assert ticket.to == "/seats?block=7"


def test_a_room_that_is_off_takes_the_visitor_in(page: Page, room: StubRoom) -> None:
    rejoin(page, room, THROTTLED, entry(Entry.GO_IN_UNQUEUED, room.destination))
    asked_to_join(page, room, REJOIN, 2, within_seconds=4.5)
    page.wait_for_url(room.destination)
    assert room.opened == ["room", "/shop?beekeeper_pass=x"]


def test_a_navigation_that_fails_leaves_a_button(page: Page, room: StubRoom) -> None:
    refused = 4  # more often than the page replaces its ticket
    page.route("**/shop*", lambda route: route.fulfill(status=204), times=refused)
    off = entry(Entry.GO_IN_UNQUEUED, room.destination)
    with page.expect_request("**/shop*"):
        rejoin(page, room, off)
    for _ in range(refused):
        expect_state(page, "off")
        room.failures = [UNKNOWN, off]
        with page.expect_request("**/shop*"):
            page.locator("#enter").click()
    page.wait_for_url(room.destination)


def test_who_joined_again_goes_in_when_the_turn_comes(page: Page, room: StubRoom) -> None:
    room.entries = [entry(Entry.REJOIN)]
    open_page(page, room, turn("ready"), turn("ready"))
    page.clock.run_for(1000)
    expect_state(page, "expired")
    page.locator("#rejoin").click()
    expect_state(page, "waiting")
    ask_again(page, room, within_seconds=2.5)
    page.clock.run_for(4100)  # the first `enter` has failed
    page.wait_for_url(room.destination)
    assert room.count("enter") == 2


def test_an_answer_that_is_late_brings_no_old_turn_back(page: Page, room: StubRoom) -> None:
    room.entries = [failure(503, "", Retry_After="31"), entry(Entry.REJOIN)]
    page.add_init_script("Math.random = () => 0")
    open_page(page, room, turn("ready"), turn("ready"))
    hung = hang(page, "**/turn", times=1)
    move_on(page, 35_000, step_ms=250)
    eventually(lambda: room.count("enter") == 2, page)
    assert len(hung) == 1
    expect_state(page, "expired")
    hung[0].fulfill(body=turn("ready").body)
    settle(page, room, 2)
    page.clock.run_for(60_000)
    page.wait_for_timeout(50)
    expect_state(page, "expired")
    assert room.count("enter") == 2


def test_cookies_that_are_still_blocked_are_said_again(page: Page, room: StubRoom) -> None:
    try_again(page, room)
    expect_in_line(page, room)
    room.answers = [UNKNOWN]
    page.goto(room.url + "room")
    move_to_state(page, "blocked")
    heard = page.locator("#polite")
    page.clock.run_for(2 * SILENT_MS)
    page.evaluate("document.getElementById('polite').textContent = ''")
    room.requests.clear()
    page.locator("#retry").click()
    move_to_state(page, "blocked")
    page.clock.run_for(120_000)
    page.wait_for_timeout(50)
    expect(heard).to_contain_text("Please allow cookies")
    # Each ticket is tried as a cookie and as a bearer token.
    assert (room.count("POST join"), room.count("turn")) == (3, 6)
