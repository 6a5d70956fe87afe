"""How the page at the campaign link gets a place, alone and in a crowd that the API refuses."""

import itertools
import json

import pytest
from playwright.sync_api import Page, expect

from beekeeper.contract.asking import counting_waits, joining_waits, news_waits
from beekeeper.rules.entry import Entry
from tests.support.page_moves import ask_again, expect_state, open_page, settle
from tests.support.share import Share
from tests.support.stub_room import (
    BROKEN,
    NEWS_SECONDS,
    THROTTLED,
    Answer,
    StubRoom,
    entry,
    failure,
    place,
    turn,
)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("room", ["edge"], indirect=True),
]

ARRIVING = "Many people are arriving. You are being given a place. Keep this tab open."
COUNTED = "You have a place. It is being counted."
JOIN = "POST join"
HALF = "Math.random = () => 0.5"


def arrive(page: Page, room: StubRoom, *failures: Answer, query: str = "") -> None:
    """Follow the campaign link. `join` gives `failures` first. All shares are a half."""
    room.failures = list(failures)
    page.add_init_script(HALF)
    page.goto(room.url + query)
    settle(page, room, 1, "join")


def joined(page: Page, room: StubRoom, times: int) -> None:
    """Wait until the page has asked for a place so often, and has taken the answers."""
    settle(page, room, times, "join")
    assert room.requests.count(JOIN) == times


def after(page: Page, seconds: float) -> None:
    """Move the clock, and let the page take what it gets."""
    page.clock.run_for(round(seconds * 1000))
    page.wait_for_timeout(30)


def test_a_newcomer_joins_first_and_then_asks_for_the_place(page: Page, room: StubRoom) -> None:
    arrive(page, room)
    expect_state(page, "waiting")
    expect(page.locator("#ahead-label")).to_have_text(COUNTED)
    expect(page.locator("#polite")).to_have_text(f"You are in line. {COUNTED.removesuffix('.')}")
    after(page, 0.9)
    assert room.requests == [".", JOIN]
    after(page, 0.2)
    settle(page, room, 1)
    expect(page.locator("#position")).to_have_text("1,234")
    assert room.requests == [".", JOIN, "turn"]
    assert page.url == room.url


def test_the_link_says_where_to_and_from_which_campaign(page: Page, room: StubRoom) -> None:
    query = "?to=/seats%3Fblock%3D7&utm_source=mail&utm_source=again"
    arrive(page, room, query=query)
    page.reload()
    settle(page, room, 2, "join")
    assert room.count(JOIN + query) == 2
    expect(page.locator("#retry")).to_have_attribute("href", "join" + query)


@pytest.mark.parametrize("busy", [THROTTLED, BROKEN], ids=["429", "503"])
def test_a_crowd_is_no_error_and_ends_with_a_place(
    page: Page, room: StubRoom, busy: Answer
) -> None:
    arrive(page, room, *[busy] * 4)
    for refused in range(1, 5):
        expect(page.locator("#detail")).to_have_text(ARRIVING)
        expect(page.locator("html")).to_have_attribute("data-connection", "ok")
        expect_state(page, "connecting")
        heard = page.locator("#polite")
        expect(heard).to_have_text(ARRIVING.removesuffix(".") if refused == 1 else "")
        page.evaluate("document.getElementById('polite').textContent = ''")
        after(page, 1.9)
        assert room.count(JOIN) == refused
        after(page, 0.2)
        joined(page, room, times=refused + 1)
    expect_state(page, "waiting")
    after(page, 4.9)  # half of 2 s, and of what joining took
    assert room.count("turn") == 0
    ask_again(page, room, within_seconds=1)
    expect(page.locator("#position")).to_have_text("1,234")
    assert room.opened == ["."]


def test_who_has_tried_for_longer_waits_longer(page: Page, room: StubRoom) -> None:
    arrive(page, room, failure(503, "", Retry_After="40"), THROTTLED, THROTTLED)
    for asked, wait in ((1, 60), (2, 15), (3, 18.7)):
        joined(page, room, times=asked)
        after(page, wait - 0.3)
        assert room.count(JOIN) == asked
        after(page, 0.5)
    joined(page, room, times=4)


def test_a_network_that_fails_is_no_error_either(page: Page, room: StubRoom) -> None:
    page.route("**/join", lambda route: route.abort(), times=1)
    page.add_init_script(HALF)
    page.goto(room.url)
    expect(page.locator("#detail")).to_have_text(ARRIVING)
    settle(page, room, 1, "join")
    assert room.count(JOIN) == 0
    page.evaluate("dispatchEvent(new Event('online'))")
    expect_state(page, "waiting")


def test_a_crowd_that_has_places_and_is_refused_then_keeps_calm(page: Page, room: StubRoom) -> None:
    room.answers = [THROTTLED, THROTTLED, THROTTLED, turn()]
    arrive(page, room)
    for wait in (1, 4, 8):
        ask_again(page, room, within_seconds=wait + 0.3)
        expect(page.locator("#status")).to_have_text("You are in line")
        expect(page.locator("#ahead-label")).to_have_text(COUNTED)
    ask_again(page, room, within_seconds=13)
    expect(page.locator("#position")).to_have_text("1,234")


def test_a_room_that_is_off_takes_the_newcomer_in(page: Page, room: StubRoom) -> None:
    arrive(page, room, THROTTLED, entry(Entry.GO_IN_UNQUEUED, room.destination))
    after(page, 2.1)
    page.wait_for_url(room.destination)
    assert (room.count(JOIN), room.count("turn")) == (2, 0)


def test_another_ticket_is_another_place(page: Page, room: StubRoom) -> None:
    open_page(page, room, turn(ahead=10), turn(ahead=5000))
    room.failures = [place(number=2)]
    page.reload()
    joined(page, room, times=2)
    expect(page.locator("#ahead-label")).to_have_text(COUNTED)
    ask_again(page, room)
    expect(page.locator("#position")).to_have_text("5,000")


@pytest.mark.parametrize("busy", [THROTTLED, failure(500)], ids=["429", "500"])
def test_who_refreshes_the_page_while_the_api_fails_reads_that_the_place_is_kept(
    page: Page, room: StubRoom, busy: Answer
) -> None:
    open_page(page, room, turn(ahead=10))
    room.failures = [busy]
    page.reload()
    expect(page.locator("#detail")).to_contain_text("You keep your place.")
    expect(page.locator("#position")).to_have_text("10")


def test_a_page_that_is_loaded_in_advance_takes_no_place(page: Page, room: StubRoom) -> None:
    page.add_init_script(
        "Object.defineProperty(document, 'prerendering', { value: true, configurable: true })"
    )
    page.goto(room.url)
    page.evaluate("dispatchEvent(new Event('online'))")
    page.clock.run_for(120_000)
    page.wait_for_timeout(50)
    assert room.requests == ["."]
    page.evaluate("document.dispatchEvent(new Event('prerenderingchange'))")
    expect_state(page, "waiting")
    assert room.requests == [".", JOIN]


# The pauses of the page and of Python's crowds, which are one rule (contract/asking.py).
PAUSES = """
async ({tried, told, failures, share}) => {
  const {joiningPause, countingPause, newsPause} = await import("./script/pauses.js");
  Math.random = () => share;
  return [joiningPause(tried, told), countingPause(tried), newsPause(failures)];
}
"""


def test_the_page_waits_as_the_crowds_of_simulations_do(scripts: Page) -> None:
    for tried, told, failures, share in itertools.product(
        (0.1, 30, 9_000), (0, 5, 500), (0, 1, 2, 9), (0, 0.25, 0.999)
    ):
        chance = Share(share)
        asked = {"tried": tried, "told": told, "failures": failures, "share": share}
        assert scripts.evaluate(PAUSES, asked) == pytest.approx(
            [
                joining_waits(tried, told, chance),
                counting_waits(tried, chance),
                news_waits(NEWS_SECONDS, failures, chance),
            ]
        )


def moved(link: str) -> Answer:
    return Answer(json.dumps({"state": "moved", "enter": link}))


@pytest.mark.parametrize("route", ["join", "turn", "enter"])
def test_a_room_that_has_moved_is_followed(page: Page, room: StubRoom, route: str) -> None:
    other = StubRoom("Elsewhere", edge=True)
    room.failures = [moved(other.url)] if route == "join" else []
    room.entries = [moved(other.url)]
    room.answers = [moved(other.url) if route == "turn" else turn("ready")]
    page.add_init_script(HALF)
    page.goto(room.url)
    settle(page, room, 1, "join")
    if route != "join":
        after(page, 1.1)
    if route == "enter":
        settle(page, room, 1)
        after(page, 0.9)
    page.wait_for_url(other.url)
    expect(page.locator("#title")).to_have_text("Elsewhere")
    expect_state(page, "waiting")
    other.close()


@pytest.mark.parametrize("link", ["", "javascript:alert(1)", "own"])
def test_a_room_that_has_moved_to_where_it_is_is_asked_again(
    page: Page, room: StubRoom, link: str
) -> None:
    arrive(page, room, moved(room.url if link == "own" else link))
    expect(page.locator("#detail")).to_contain_text("We can't give you a place in line right now.")
    after(page, 3.1)
    expect_state(page, "waiting")
    assert room.requests == [".", JOIN, JOIN]
