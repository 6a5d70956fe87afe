"""How the waiting page goes in: it asks `enter` and leaves only for a good answer."""

import pytest
from playwright.sync_api import Page, expect

from beekeeper.rules.entry import Entry
from tests.support.page_moves import (
    ask_again,
    eventually,
    expect_state,
    hang,
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

BUSY = "Many people are going in. You keep your turn, and we'll try again for you."


def at_the_door(page: Page, room: StubRoom, *entries: Answer) -> None:
    """Open a page whose turn has come. `enter` gives `entries`, and then takes the visitor in."""
    room.entries = list(entries)
    open_page(page, room, turn("ready"))


def asked_to_enter(page: Page, room: StubRoom, times: int, within_seconds: float) -> None:
    """Move the clock until the page has asked `enter` so often."""
    for _ in range(round(within_seconds * 4)):
        if room.count("enter") >= times:
            break
        page.clock.run_for(250)
        page.wait_for_timeout(10)
    eventually(lambda: room.count("enter") >= times, page)
    assert room.count("enter") == times


@pytest.mark.parametrize("busy", [THROTTLED, BROKEN], ids=["429", "503"])
def test_an_error_of_the_api_never_takes_the_page(page: Page, room: StubRoom, busy: Answer) -> None:
    at_the_door(page, room, busy, busy, busy)
    page.clock.run_for(1000)
    expect(page.locator("#detail")).to_have_text(BUSY)
    expect(page.locator("#polite")).to_contain_text(BUSY.removesuffix("."))
    expect_state(page, "ready")
    expect(page.locator("#enter")).to_be_visible()
    page.evaluate("document.getElementById('polite').textContent = ''")
    asked_to_enter(page, room, 2, within_seconds=4.5)
    asked_to_enter(page, room, 3, within_seconds=8.5)
    expect_state(page, "ready")
    expect(page.locator("#status")).to_have_text("It's your turn!")
    expect(page.locator("#polite")).to_be_empty()
    asked_to_enter(page, room, 4, within_seconds=16.5)
    page.wait_for_url(room.destination)
    assert room.opened == ["room", "/shop?beekeeper_pass=x"]


@pytest.mark.parametrize(
    "bad",
    [
        failure(500),
        failure(302, "", Location="room"),
        failure(200, "<h1>captive portal</h1>"),
        failure(200, "null"),
        failure(200, '{"state": "welcome"}'),
        failure(200, '{"state": "ready"}'),
        failure(503, '{"state": "ready", "enter": "https://evil.example/"}'),
        entry(url="javascript:alert(1)"),
        entry(url=" javascript:alert(1)//https://"),
        entry(url="room"),
        entry(url="//evil.example/"),
        failure(200, '{"state": "ready", "enter": 7}'),
    ],
    ids=lambda bad: f"{bad.status} {bad.body}",
)
def test_the_page_follows_nothing_but_a_web_address(
    page: Page, room: StubRoom, bad: Answer
) -> None:
    at_the_door(page, room, bad)
    page.clock.run_for(1000)
    expect(page.locator("#detail")).to_have_text(BUSY)
    assert page.url == room.url + "room"
    asked_to_enter(page, room, 2, within_seconds=4.5)
    page.wait_for_url(room.destination)


def test_retry_after_is_kept(page: Page, room: StubRoom) -> None:
    at_the_door(page, room, failure(503, "", Retry_After="20"))
    page.clock.run_for(1000)
    expect(page.locator("#detail")).to_have_text(BUSY)
    page.clock.run_for(19_000)
    page.wait_for_timeout(50)
    assert room.count("enter") == 1
    asked_to_enter(page, room, 2, within_seconds=4)
    page.wait_for_url(room.destination)  # Chromium can hang if it is closed while it goes there


@pytest.mark.parametrize("chance", [0, 1])
def test_the_back_off_grows_to_a_minute_at_most(page: Page, room: StubRoom, chance: int) -> None:
    page.add_init_script(f"Math.random = () => {chance}")
    at_the_door(page, room, *[THROTTLED] * 8)
    asked_to_enter(page, room, 1, within_seconds=1)
    for times, shortest in enumerate((2, 4, 8, 16, 30, 30), start=2):
        wait = shortest * (1 + chance)
        settle(page, room, times - 1, "enter")
        page.clock.run_for(wait * 1000 - 300)
        page.wait_for_timeout(30)
        assert room.count("enter") == times - 1
        asked_to_enter(page, room, times, within_seconds=1)


def test_enter_that_hangs_is_asked_again_and_turn_is_asked_meanwhile(
    page: Page, room: StubRoom
) -> None:
    hung = hang(page, "**/enter", times=1)
    at_the_door(page, room)
    page.clock.run_for(1000)
    eventually(lambda: bool(hung), page)
    page.clock.run_for(14_700)
    expect(page.locator("#detail")).not_to_have_text(BUSY)
    page.clock.run_for(400)
    expect(page.locator("#detail")).to_have_text(BUSY)
    page.clock.run_for(4_100)
    page.wait_for_url(room.destination)


def test_turn_is_asked_while_enter_fails(page: Page, room: StubRoom) -> None:
    page.route("**/enter", lambda route: route.abort())
    open_page(page, room, turn("ready"), turn("expired"))
    page.clock.run_for(1000)
    expect(page.locator("#detail")).to_have_text(BUSY)
    page.clock.run_for(35_000)
    settle(page, room, 2)
    expect_state(page, "expired")
    expect(page.locator("#detail")).not_to_have_text(BUSY)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.clock.run_for(300_000)
    page.wait_for_timeout(50)
    assert asked == []


def test_who_is_sent_back_asks_turn_again_and_goes_on_waiting(page: Page, room: StubRoom) -> None:
    room.entries = [entry(Entry.BACK_TO_ROOM)]
    open_page(page, room, turn("ready"), turn(ahead=3), turn("ready"))
    page.clock.run_for(1000)
    settle(page, room, 2)
    expect_state(page, "waiting")
    expect(page.locator("#position")).to_have_text("3")
    page.clock.run_for(4000)
    settle(page, room, 3)
    page.clock.run_for(1000)
    page.wait_for_url(room.destination)


@pytest.mark.parametrize("room", ["edge"], indirect=True)
def test_who_is_sent_back_by_a_room_that_was_off_begins_to_ask(page: Page, room: StubRoom) -> None:
    page.route("**/shop*", lambda route: route.fulfill(status=204))
    room.failures = [entry(Entry.GO_IN_UNQUEUED, room.destination)]
    page.goto(room.url)
    expect_state(page, "off")
    room.entries = [entry(Entry.BACK_TO_ROOM)]
    page.locator("#enter").click()
    settle(page, room, 1)
    expect_state(page, "waiting")
    ask_again(page, room)


def test_turn_and_enter_that_disagree_are_asked_calmly(page: Page, room: StubRoom) -> None:
    room.entries = [entry(Entry.BACK_TO_ROOM)] * 50
    open_page(page, room, turn("ready"))
    for _ in range(240):
        page.clock.run_for(250)
        page.wait_for_timeout(10)
    assert 3 <= room.count("enter") <= 6
    assert room.count("turn") <= 9


def test_a_turn_that_is_over_is_shown(page: Page, room: StubRoom) -> None:
    at_the_door(page, room, entry(Entry.REJOIN))
    page.clock.run_for(1000)
    expect_state(page, "expired")
    expect(page.locator("#rejoin")).to_be_visible()
    page.clock.run_for(600_000)
    page.wait_for_timeout(50)
    assert (room.count("turn"), room.count("enter")) == (1, 1)


def test_without_a_ticket_the_page_goes_for_one(page: Page, room: StubRoom) -> None:
    room.entries = [UNKNOWN]
    open_page(page, room, turn("ready"), turn(ahead=5000))
    page.clock.run_for(1000)
    move_to_state(page, "waiting")
    ask_again(page, room)
    expect(page.locator("#position")).to_have_text("5,000")
    assert room.count("POST join") == 1


def test_a_room_that_is_off_lets_in_by_its_answer(page: Page, room: StubRoom) -> None:
    room.entries = [entry(Entry.GO_IN_UNQUEUED, room.destination)]
    open_page(page, room, turn("off"))
    page.clock.run_for(1000)
    page.wait_for_url(room.destination)
    assert room.count("enter") == 1


def test_the_button_asks_at_once_and_survives_an_error(page: Page, room: StubRoom) -> None:
    at_the_door(page, room, THROTTLED, BROKEN)
    page.locator("#enter").click()
    expect(page.locator("#detail")).to_have_text(BUSY)
    page.locator("#enter").click()
    eventually(lambda: room.count("enter") == 2, page)
    page.wait_for_timeout(50)
    assert page.url == room.url + "room"
    page.locator("#enter").click()
    page.wait_for_url(room.destination)
    assert room.opened == ["room", "/shop?beekeeper_pass=x"]


def test_many_clicks_are_one_question(page: Page, room: StubRoom) -> None:
    hung = hang(page, "**/enter")
    at_the_door(page, room)
    for _ in range(5):
        page.locator("#enter").click()
    page.clock.run_for(1000)
    page.wait_for_timeout(50)
    assert len(hung) == 1


def test_network_that_is_back_goes_in_at_once(page: Page, room: StubRoom) -> None:
    page.route("**/enter", lambda route: route.abort(), times=1)
    at_the_door(page, room)
    page.clock.run_for(1000)
    expect(page.locator("#detail")).to_have_text(BUSY)
    page.evaluate("dispatchEvent(new Event('online'))")
    page.wait_for_url(room.destination)
