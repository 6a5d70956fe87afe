"""When the waiting page polls, and how it handles failures. The test moves its clock."""

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.support.page_moves import ask_again, expect_state, hide, open_page, settle
from tests.support.stub_room import BROKEN, Answer, StubRoom, failure, turn

pytestmark = pytest.mark.browser

RECONNECTING = "Trying to reconnect; you keep your place"


def test_asks_after_retry_after_give_or_take_15_percent(page: Page, room: StubRoom) -> None:
    open_page(page, room, turn(retry_after=20))
    page.clock.run_for(16_900)
    assert room.count("turn") == 1
    page.clock.run_for(6_200)
    settle(page, room, 2)


@pytest.mark.parametrize(("chance", "wait"), [(0, 590), (1, 610)])
def test_a_long_interval_varies_by_ten_seconds_at_most(
    page: Page, room: StubRoom, chance: int, wait: int
) -> None:
    page.add_init_script(f"Math.random = () => {chance}")
    open_page(page, room, turn(retry_after=600))
    page.clock.run_for(wait * 1000 - 100)
    page.wait_for_timeout(50)
    assert room.count("turn") == 1
    page.clock.run_for(110)
    settle(page, room, 2)


def test_never_asks_faster_than_once_a_second(page: Page, room: StubRoom) -> None:
    open_page(page, room, turn(retry_after=0))
    page.clock.run_for(990)
    page.wait_for_timeout(50)
    assert room.count("turn") == 1
    page.clock.run_for(170)
    settle(page, room, 2)


def test_429_is_retried_no_sooner_than_asked_then_all_is_well(page: Page, room: StubRoom) -> None:
    open_page(page, room, failure(429, Retry_After="20"), turn())
    page.clock.run_for(19_900)
    page.wait_for_timeout(50)
    assert room.count("turn") == 1
    ask_again(page, room, within_seconds=21)
    expect_state(page, "waiting")


@pytest.mark.parametrize(
    "bad",
    [
        failure(500),
        failure(503, '{"state": "ready", "enter": "enter"}'),
        failure(403, '{"state": "off"}'),
        failure(401, "<h1>proxy</h1>"),
        failure(200, "<h1>captive portal</h1>"),
        failure(200, "null"),
        failure(200, '{"state": "welcome"}'),
        failure(200, '{"state": "waiting", "ahead": "0"}'),
        failure(302, "", Location="enter"),
    ],
    ids=lambda bad: f"{bad.status} {bad.body}",
)
def test_a_failure_is_never_an_admission_and_never_ends_the_asking(
    page: Page, room: StubRoom, bad: Answer
) -> None:
    open_page(page, room, turn(), bad, bad, turn(ahead=1000))
    status = page.locator("#status")
    ask_again(page, room)
    expect(status).to_have_text("You are in line")
    ask_again(page, room, within_seconds=7)
    expect(status).to_have_text(RECONNECTING)
    expect(page.locator("#position")).to_have_text("1,234")
    ask_again(page, room, within_seconds=9)
    expect(status).to_have_text("You are in line")
    expect(page.locator("#position")).to_have_text("1,000")
    assert room.count("enter") == 0


@pytest.mark.parametrize(
    ("chance", "waits"), [(0, (2, 4, 8, 16, 30, 30)), (1, (4, 8, 16, 32, 60, 60))]
)
def test_back_off_grows_to_a_minute_and_stays_there(
    page: Page, room: StubRoom, chance: int, waits: tuple[int, ...]
) -> None:
    page.add_init_script(f"Math.random = () => {chance}")
    open_page(page, room, failure(500))
    for asked, wait in enumerate(waits, start=1):
        page.clock.run_for(wait * 1000 - 100)
        assert page.evaluate("window.asked") == asked
        page.clock.run_for(110)
        settle(page, room, asked + 1)


@pytest.mark.parametrize(
    ("chance", "eta", "first", "wait"),
    [(0, 360, 34, 40), (1, 360, 46, 80), (0, 50, 34, 40), (1, 50, 46, 42)],
    ids=["soonest", "latest", "soonest before the turn", "latest before the turn"],
)
def test_a_failure_makes_no_page_ask_more_often_than_the_room_wants(
    page: Page, room: StubRoom, chance: int, eta: int, first: int, wait: int
) -> None:
    page.add_init_script(f"Math.random = () => {chance}")
    open_page(page, room, turn(retry_after=40, eta_seconds=eta), failure(503))
    page.clock.run_for(first * 1000 + 10)
    settle(page, room, 2)
    page.clock.run_for(wait * 1000 - 100)
    page.wait_for_timeout(50)
    assert room.count("turn") == 2
    page.clock.run_for(110)
    settle(page, room, 3)


def test_a_long_interval_is_shifted_by_ten_seconds_at_most(page: Page, room: StubRoom) -> None:
    page.add_init_script("Math.random = () => 0")
    open_page(page, room, turn(retry_after=240))
    page.clock.run_for(229_900)
    assert page.evaluate("window.asked") == 1
    page.clock.run_for(200)
    settle(page, room, 2)


@pytest.mark.parametrize(("chance", "first", "wait"), [(0, 230, 240), (1, 250, 480)])
def test_an_outage_brings_no_question_before_the_interval_that_was_asked_for(
    page: Page, room: StubRoom, chance: int, first: int, wait: int
) -> None:
    """The first question finds the outage. The page says so when the second one fails."""
    page.add_init_script(f"Math.random = () => {chance}")
    open_page(page, room, turn(retry_after=240, eta_seconds=3600), BROKEN, BROKEN, turn())
    page.clock.run_for(first * 1000 + 100)
    settle(page, room, 2)
    expect(page.locator("#status")).to_have_text("You are in line")
    page.clock.run_for(wait * 1000 - 1000)
    assert page.evaluate("window.asked") == 2
    page.clock.run_for(1100)
    settle(page, room, 3)
    expect(page.locator("#status")).to_have_text(RECONNECTING)
    ask_again(page, room, within_seconds=481)
    expect(page.locator("#polite")).to_contain_text("Connected again.")


def test_in_an_outage_the_page_does_not_wait_beyond_its_turn(page: Page, room: StubRoom) -> None:
    page.add_init_script("Math.random = () => 0.999")
    open_page(page, room, turn(retry_after=100, eta_seconds=200), BROKEN, turn(ahead=9))
    page.clock.run_for(110_100)
    settle(page, room, 2)
    page.clock.run_for(99_000)
    assert page.evaluate("window.asked") == 2
    page.clock.run_for(3_100)
    settle(page, room, 3)


def test_question_without_answer_times_out(page: Page, room: StubRoom) -> None:
    page.route("**/turn", lambda route: None, times=1)
    room.answers = [turn()]
    page.goto(room.url + "room")
    expect_state(page, "connecting")
    page.clock.run_for(15_000)
    page.wait_for_timeout(50)
    ask_again(page, room, within_seconds=5)
    expect_state(page, "waiting")


def test_offline_is_shown_and_asks_at_once_when_back(
    page: Page, room: StubRoom, context: BrowserContext
) -> None:
    open_page(page, room, turn(retry_after=100), turn(ahead=1000))
    context.set_offline(True)
    expect(page.locator("#status")).to_have_text("You are offline; you keep your place")
    expect(page.locator("#position")).to_have_text("1,234")
    page.clock.run_for(2000)
    context.set_offline(False)
    expect(page.locator("html")).to_have_attribute("data-connection", "lost")
    page.clock.run_for(1)
    expect(page.locator("#position")).to_have_text("1,000")
    expect(page.locator("html")).to_have_attribute("data-connection", "ok")


def test_hidden_tab_asks_every_30_seconds_and_at_once_on_return(page: Page, room: StubRoom) -> None:
    open_page(page, room, turn(retry_after=3))
    hide(page, True)
    page.clock.run_for(29_900)
    page.wait_for_timeout(50)
    assert room.count("turn") == 1
    page.clock.run_for(200)
    settle(page, room, 2)
    page.clock.run_for(1500)
    hide(page, False)
    page.clock.run_for(1)
    settle(page, room, 3)


@pytest.mark.parametrize(
    ("answer", "hidden_ms", "shown_ms"),
    [(turn(retry_after=60), 900, 1), (failure(429, Retry_After="50"), 10_000, 39_000)],
    ids=["right after an answer", "during the back-off of a 429"],
)
def test_return_to_the_tab_does_not_ask_too_soon(
    page: Page, room: StubRoom, answer: Answer, hidden_ms: int, shown_ms: int
) -> None:
    open_page(page, room, answer)
    hide(page, True)
    page.clock.run_for(hidden_ms)
    hide(page, False)
    page.clock.run_for(shown_ms)
    page.wait_for_timeout(50)
    assert room.count("turn") == 1
