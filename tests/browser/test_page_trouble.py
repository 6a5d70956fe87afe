"""What the page asks of a room in trouble, whatever the visitor and the browser do meanwhile."""

import pytest
from playwright.sync_api import Page, expect

from beekeeper.rules.entry import Entry
from tests.support.page_moves import ask_again, eventually, expect_state, hide, open_page, settle
from tests.support.stub_room import BROKEN, THROTTLED, Answer, StubRoom, entry, failure, turn

pytestmark = pytest.mark.browser

CROWDED = "This room is very busy right now. You keep your place, and we'll ask again for you."
ONLINE = "dispatchEvent(new Event('online'))"


def come_back(page: Page) -> None:
    """Return to the tab, by each way that a browser has."""
    hide(page, True)
    page.clock.run_for(100)
    hide(page, False)
    page.evaluate(
        "for (const name of ['focus', 'pageshow', 'online']) dispatchEvent(new Event(name))"
    )
    page.clock.run_for(100)
    page.wait_for_timeout(30)


@pytest.mark.parametrize("trouble", [BROKEN, failure(500), THROTTLED], ids=["503", "500", "429"])
def test_who_comes_back_makes_no_page_ask_sooner_than_the_room_told(
    page: Page, room: StubRoom, trouble: Answer
) -> None:
    """In an outage, a crowd that looks again and again would ask more often than one that waits."""
    page.add_init_script("Math.random = () => 1")
    open_page(page, room, turn(retry_after=240), trouble, turn(ahead=9))
    page.clock.run_for(250_100)
    settle(page, room, 2)
    for _ in range(3):
        page.clock.run_for(75_000)
        come_back(page)
        assert room.count("turn") == 2
    page.clock.run_for(20_000)
    come_back(page)
    settle(page, room, 3)
    expect(page.locator("#position")).to_have_text("9")


def test_a_question_that_timed_out_is_an_outage_too(page: Page, room: StubRoom) -> None:
    page.add_init_script("Math.random = () => 0")
    open_page(page, room, turn(retry_after=100))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.route("**/turn", lambda route: None)
    page.clock.run_for(90_100)
    eventually(lambda: len(asked) == 1, page)
    page.clock.run_for(15_100)
    page.wait_for_timeout(30)
    page.clock.run_for(60_000)
    come_back(page)
    assert len(asked) == 1


def lose_network(page: Page, room: StubRoom) -> None:
    """Let one question fail in the network. It is sent last of all, so that it can't time out."""
    page.add_init_script("Math.random = () => 1")
    open_page(page, room, turn(retry_after=240), turn(ahead=9))
    page.route("**/turn", lambda route: route.abort(), times=1)
    page.clock.run_for(250_100)
    settle(page, room, 2)


def test_a_network_that_fails_is_asked_again_after_the_back_off(page: Page, room: StubRoom) -> None:
    lose_network(page, room)
    hide(page, True)
    page.clock.run_for(2_500)
    hide(page, False)
    page.clock.run_for(1)
    settle(page, room, 3)
    expect(page.locator("#position")).to_have_text("9")


def test_a_network_that_is_back_is_asked_at_once(page: Page, room: StubRoom) -> None:
    lose_network(page, room)
    page.evaluate(ONLINE)
    page.clock.run_for(1)
    settle(page, room, 3)


def test_who_is_turned_away_asks_no_room_in_trouble(page: Page, room: StubRoom) -> None:
    page.add_init_script("Math.random = () => 0")
    room.entries = [failure(503, "", Retry_After="40"), entry(Entry.BACK_TO_ROOM)]
    open_page(page, room, turn("ready"), failure(503, "", Retry_After="90"), turn(ahead=9))
    page.clock.run_for(1_000)
    eventually(lambda: room.count("enter") == 1, page)
    page.wait_for_timeout(30)
    page.clock.run_for(25_000)
    settle(page, room, 2)
    page.clock.run_for(20_000)
    eventually(lambda: room.count("enter") == 2, page)
    page.wait_for_timeout(30)
    page.clock.run_for(60_000)
    page.wait_for_timeout(30)
    assert room.count("turn") == 2
    page.clock.run_for(10_000)
    settle(page, room, 3)
    expect_state(page, "waiting")


def test_a_crowd_that_asks_is_said_until_the_next_good_answer(page: Page, room: StubRoom) -> None:
    open_page(page, room, turn(), THROTTLED, turn(ahead=9))
    ask_again(page, room)
    expect(page.locator("#detail")).to_have_text(CROWDED)
    expect(page.locator("#status")).to_have_text("You are in line")
    expect(page.locator("#position")).to_have_text("1,234")
    ask_again(page, room, within_seconds=7)
    expect(page.locator("#position")).to_have_text("9")
    expect(page.locator("#detail")).to_contain_text("Keep this tab open")


@pytest.mark.parametrize("told", ["86400", "Tue, 22 Sep 2026 14:13:20 GMT"])
def test_no_proxy_on_the_way_keeps_a_visitor_from_the_turn_for_a_day(
    page: Page, room: StubRoom, told: str
) -> None:
    open_page(page, room, turn(), failure(503, Retry_After=told), turn(ahead=9))
    ask_again(page, room)
    page.clock.run_for(599_000)
    page.wait_for_timeout(50)
    assert room.count("turn") == 2
    page.clock.run_for(602_000)
    settle(page, room, 3)
