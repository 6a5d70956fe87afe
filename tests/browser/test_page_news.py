"""How everybody who waits hears: the page asks the edge for news if it hears nothing else."""

import pytest
from playwright.sync_api import Page, expect

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
    FORMS,
    UNKNOWN,
    Answer,
    StubRoom,
    failure,
    news,
    turn,
)

pytestmark = pytest.mark.browser
at_the_edge = pytest.mark.parametrize("room", ["edge"], indirect=True)

FAR = turn(retry_after=800)
SOON = "We are taking you in now. If nothing happens, use the button."


@pytest.fixture(autouse=True)
def _halves(page: Page) -> None:
    """All shares are a half: so the page asks for news after 85 % of a minute."""
    page.add_init_script("Math.random = () => 0.5")


def hear(page: Page, room: StubRoom, within_seconds: float = 51) -> None:
    """Move the clock until the page asks for news."""
    asked = room.count("news")
    page.clock.run_for(round(within_seconds * 1000) - 400)
    page.wait_for_timeout(30)
    assert room.count("news") == asked
    page.clock.run_for(500)
    settle(page, room, asked + 1, "news")
    assert room.count("news") == asked + 1


@at_the_edge
def test_a_message_reaches_who_is_far_from_the_front(page: Page, room: StubRoom) -> None:
    room.news = [news(message="Doors at 10")] * 2 + [news(message="")]
    open_page(page, room, FAR)
    hear(page, room)
    expect(page.locator("#message")).to_have_text("Doors at 10")
    hear(page, room)  # a screen reader has just heard the place
    expect(page.locator("#polite")).to_contain_text("Doors at 10")
    expect_state(page, "waiting")
    expect(page.locator("#position")).to_have_text("1,234")
    expect(page.locator("#wait")).to_have_text("about 5\u20137 minutes")
    hear(page, room)
    expect(page.locator("#notice")).to_be_hidden()
    assert room.count("turn") == 1


@at_the_edge
def test_who_asks_for_the_turn_asks_for_no_news(page: Page, room: StubRoom) -> None:
    open_page(page, room, turn(retry_after=40))
    for _ in range(3):
        ask_again(page, room, within_seconds=41)
    assert room.count("news") == 0


def test_there_are_no_news_without_an_edge(page: Page, room: StubRoom) -> None:
    open_page(page, room, FAR)
    page.clock.run_for(300_000)
    page.wait_for_timeout(50)
    assert room.count("news") == 0


@at_the_edge
def test_a_pause_and_its_end_are_shown_at_once(page: Page, room: StubRoom) -> None:
    room.news = [news("paused"), news("paused"), news("on")]
    open_page(page, room, FAR)
    hear(page, room)
    expect_state(page, "paused")
    expect(page.locator("#position")).to_have_text("1,234")
    hear(page, room)  # a screen reader has just heard the place
    expect(page.locator("#wait")).to_have_text("unknown while paused")
    expect(page.locator("#polite")).to_contain_text("The line is paused; you keep your place")
    hear(page, room)
    expect_state(page, "waiting")
    expect(page.locator("#position")).to_have_text("1,234")
    expect(page.locator("#wait")).to_have_text("not known yet")
    assert room.count("turn") == 1


@at_the_edge
def test_off_takes_everybody_in_at_a_moment_of_their_own(page: Page, room: StubRoom) -> None:
    room.news = [news("off", spread_seconds=240), news("off", "Welcome", spread_seconds=20)]
    open_page(page, room, FAR)
    hear(page, room)
    expect_state(page, "off")
    expect(page.locator("#status")).to_have_text("The line is open: you can come in")
    expect(page.locator("#detail")).to_contain_text("We'll take you in within 4 minutes")
    expect(page.locator("#assertive")).to_contain_text("within 4 minutes")
    expect(page.locator("#enter")).to_be_visible()
    hear(page, room)
    expect(page.locator("#message")).to_have_text("Welcome")
    expect(page.locator("#detail")).to_contain_text("We'll take you in within 4 minutes")
    page.clock.run_for(68_000)
    page.wait_for_timeout(50)
    assert room.count("enter") == 0
    page.clock.run_for(2_000)
    page.wait_for_url(room.destination)
    assert (room.count("enter"), room.count("turn")) == (1, 1)


@pytest.mark.parametrize("room", FORMS, indirect=True)
def test_off_by_turn_is_spread_too_and_not_drawn_again(page: Page, room: StubRoom) -> None:
    open_page(page, room, turn("off", spread_seconds=60), turn("off", spread_seconds=2))
    expect(page.locator("#detail")).to_contain_text("We'll take you in within a minute")
    page.evaluate("Math.random = () => 0")
    page.clock.run_for(27_000)
    page.wait_for_timeout(50)
    assert room.count("enter") == 0
    page.clock.run_for(3_200)
    page.wait_for_url(room.destination)
    assert room.count("enter") == 1


@at_the_edge
def test_on_again_goes_on_waiting_at_the_same_place(page: Page, room: StubRoom) -> None:
    room.news = [news("off", spread_seconds=600), news("on")]
    open_page(page, room, FAR, turn(ahead=1200))
    hear(page, room)
    hear(page, room)
    expect_state(page, "waiting")
    expect(page.locator("#position")).to_have_text("1,234")
    page.clock.run_for(395_000)  # half of 800 s, so that not all ask at once
    page.wait_for_timeout(50)
    assert (room.count("enter"), room.count("turn")) == (0, 1)
    ask_again(page, room, within_seconds=6)
    expect(page.locator("#position")).to_have_text("1,200")


@at_the_edge
def test_who_does_not_want_to_wait_goes_at_once(page: Page, room: StubRoom) -> None:
    room.news = [news("off", spread_seconds=600)]
    open_page(page, room, FAR)
    hear(page, room)
    page.route("**/shop*", lambda route: route.fulfill(status=204), times=1)
    page.locator("#enter").click()
    expect(page.locator("#detail")).to_have_text(SOON)
    page.locator("#enter").click()
    page.wait_for_url(room.destination)


@at_the_edge
def test_a_short_line_goes_in_at_once(page: Page, room: StubRoom) -> None:
    room.news = [news("off", spread_seconds=2)]
    open_page(page, room, FAR)
    hear(page, room)
    expect(page.locator("#detail")).to_have_text(SOON)
    page.clock.run_for(1_100)
    page.wait_for_url(room.destination)


@at_the_edge
def test_failures_are_silent_and_the_page_asks_once_more_and_then_less_often(
    page: Page, room: StubRoom
) -> None:
    portal = failure(200, "<h1>captive portal</h1>")
    other = failure(200, '{"mode": "open"}')
    room.news = [BROKEN, portal, other, failure(503, "", Retry_After="600"), news("paused")]
    open_page(page, room, turn(retry_after=4_000))
    for wait in (51, 2.25, 102, 204, 600):
        expect_state(page, "waiting")
        expect(page.locator("#status")).to_have_text("You are in line")
        hear(page, room, wait)
    expect_state(page, "paused")
    hear(page, room)


@at_the_edge
def test_the_page_of_an_edge_that_has_gone_asks_for_news_once(page: Page, room: StubRoom) -> None:
    room.news = [Answer(news("paused").body, headers={"Retry-After": "3600"}), news("on")]
    open_page(page, room, turn(retry_after=8_000))
    hear(page, room)
    expect_state(page, "paused")
    hear(page, room, 3_600)


@at_the_edge
@pytest.mark.parametrize("answer", [turn("expired"), UNKNOWN], ids=["expired", "blocked"])
def test_who_does_not_wait_asks_for_no_news(page: Page, room: StubRoom, answer: Answer) -> None:
    room.answers = [answer]
    page.goto(room.url + "room")
    move_to_state(page, "expired" if answer is not UNKNOWN else "blocked")
    page.clock.run_for(300_000)
    page.wait_for_timeout(50)
    assert room.count("news") == 0


@at_the_edge
def test_an_answer_of_turn_is_newer_than_news_under_way(page: Page, room: StubRoom) -> None:
    hung = hang(page, "**/news")
    open_page(page, room, turn(retry_after=58), turn("paused"))
    page.clock.run_for(51_100)
    eventually(lambda: bool(hung), page)
    ask_again(page, room, within_seconds=8)
    expect_state(page, "paused")
    hung[0].fulfill(body=news("on").body)
    page.wait_for_timeout(50)
    expect_state(page, "paused")


@at_the_edge
def test_news_come_through_while_the_api_fails(page: Page, room: StubRoom) -> None:
    room.news = [news("paused")]
    open_page(page, room, turn(retry_after=20), BROKEN)
    ask_again(page, room, within_seconds=21)
    settle(page, room, 2)
    page.clock.run_for(31_500)
    expect_state(page, "paused")


@at_the_edge
def test_news_bring_no_earlier_question_to_an_api_in_trouble(page: Page, room: StubRoom) -> None:
    room.news = [news("off", spread_seconds=600), news("on")]
    open_page(page, room, turn(retry_after=20), failure(503, "", Retry_After="500"))
    ask_again(page, room, within_seconds=21)
    for state, wait in (("off", 31), ("waiting", 51)):
        hear(page, room, wait)
        expect_state(page, state)
    page.clock.run_for(390_000)
    page.wait_for_timeout(50)
    assert room.count("turn") == 2
    ask_again(page, room, within_seconds=40)


@pytest.mark.parametrize("spread", [-5, 1e12, "600"])
def test_a_spread_that_is_none_takes_nobody_in_too_late_or_all_at_once(
    page: Page, room: StubRoom, spread: object
) -> None:
    open_page(page, room, turn("off", spread_seconds=spread))
    page.clock.run_for(700)
    page.wait_for_timeout(30)
    assert room.count("enter") == 0
    page.clock.run_for(200)
    if spread == 1e12:  # a day at most, and never at once
        page.wait_for_timeout(50)
        assert room.count("enter") == 0
        expect(page.locator("#detail")).to_contain_text("within 1,440 minutes")
    else:
        page.wait_for_url(room.destination)
