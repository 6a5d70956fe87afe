"""What the waiting page shows in its states, each called in the page's script."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from beekeeper.page.texts import load_texts
from tests.support.page_parts import NOW, call, mark, open_parts, told

pytestmark = pytest.mark.browser

STATES = load_texts("en").script["states"]
REMARKS = load_texts("en").script["remarks"]


@pytest.fixture(scope="module")
def parts(browser: Browser) -> Iterator[Page]:
    """The page without its behaviour."""
    with open_parts(browser) as tab:
        yield tab


def show(parts: Page, state: str, **fields: Any) -> None:
    """Show an answer of the room, or what the page makes of it."""
    call(parts, "view", "m.showTurn(value)", told(state, **fields))


def expect_texts(parts: Page, name: str) -> None:
    """Expect the status and the detail of one of the texts' states."""
    expect(parts.locator("#status")).to_have_text(STATES[name]["status"])
    expect(parts.locator("#detail")).to_have_text(STATES[name]["detail"])


@pytest.mark.parametrize(
    ("fields", "near"),
    [
        ({"eta_seconds": 59}, True),
        ({"eta_seconds": 60}, False),
        ({"eta_seconds": None}, False),
        ({"eta_seconds": 10, "still": True}, False),
    ],
    ids=["less than a minute", "a minute", "unknown", "standing still"],
)
def test_almost_there_is_a_wait_of_less_than_a_minute(
    parts: Page, fields: dict[str, Any], near: bool
) -> None:
    show(parts, "waiting", **fields)
    expect(parts.locator("html")).to_have_attribute("data-near", "true" if near else "false")
    expect(parts.locator("html")).to_have_attribute("data-state", "waiting")
    status = parts.locator("#status").inner_text()
    assert (status == STATES["near"]["status"]) is near


def test_ready_says_until_when_the_turn_is_kept(parts: Page) -> None:
    show(parts, "ready", expires_in=900)
    expect(parts.locator("#until")).to_have_text("Your turn is kept until 2:28\u202fPM.")
    show(parts, "waiting")
    expect(parts.locator("#until")).to_be_hidden()


PLACE = """() => {
  const box = id => document.querySelector(id).getBoundingClientRect();
  const [count, position] = [box(".count"), box("#position")];
  return [position.top - count.top, count.bottom - position.bottom];
}"""


def test_the_place_does_not_move_when_it_is_known_and_words_stand_in_its_middle(
    parts: Page,
) -> None:
    call(parts, "place", "m.forgetPlace()")
    call(parts, "view", "m.showJoining()")
    asking = parts.evaluate(PLACE)
    show(parts, "waiting", ahead=1234)
    assert parts.evaluate(PLACE) == asking
    show(parts, "waiting", ahead=0)
    above, below = parts.evaluate(PLACE)
    call(parts, "place", "m.forgetPlace()")
    assert above == pytest.approx(below)


def test_the_button_to_go_in_stands_above_the_remarks(parts: Page) -> None:
    mark(parts, cookies=True)
    show(parts, "ready")
    tops = [parts.locator(each).bounding_box() for each in ("#enter", "#remarks")]
    mark(parts, cookies=False)
    button, remarks = (box["y"] for box in tops if box)
    assert button < remarks


def test_who_has_gone_in_can_go_in_again(parts: Page) -> None:
    show(parts, "inside")
    expect_texts(parts, "inside")
    expect(parts.locator("#enter")).to_be_visible()
    expect(parts.locator(".place")).to_be_hidden()


def test_an_ended_turn_of_who_was_inside_is_another_than_one_that_was_missed(parts: Page) -> None:
    show(parts, "expired")
    expect_texts(parts, "expired")
    call(parts, "shown", "m.setGoneIn(true)")
    show(parts, "expired")
    expect_texts(parts, "left")
    expect(parts.locator("#rejoin")).to_be_visible()
    call(parts, "shown", "m.setGoneIn(false)")


def test_a_room_that_does_not_answer_for_long_says_since_when(parts: Page) -> None:
    show(parts, "waiting", still=True)
    call(parts, "view", "m.showClosed(value)", (NOW - 3600) * 1000)
    expect(parts.locator("#status")).to_have_text(STATES["closed"]["status"])
    expect(parts.locator("#detail")).to_contain_text("has not answered since 1:13\u202fPM.")
    expect(parts.locator("html")).to_have_attribute("data-state", "closed")
    expect(parts.locator("#enter, #rejoin, .place >> visible=true")).to_have_count(0)
    show(parts, "waiting")
    expect_texts(parts, "waiting")


def test_remarks_are_listed_until_they_are_taken_back(parts: Page) -> None:
    show(parts, "paused")
    items = parts.locator("#remarks li")
    expect(parts.locator("#remarks")).to_be_hidden()
    mark(parts, in_app=True, cookies=True)
    mark(parts, in_app=True)
    expect(items).to_have_text([REMARKS["cookies"], REMARKS["in_app"]])
    mark(parts, cookies=False)
    expect(items).to_have_text([REMARKS["in_app"]])
    mark(parts, in_app=False)
    expect(parts.locator("#remarks")).to_be_hidden()


VISIBLE_AT = """at => {
  const plain = document.getElementById("plain");
  plain.getAnimations().forEach(animation => { animation.pause(); animation.currentTime = at; });
  return plain.checkVisibility({ visibilityProperty: true });
}"""


def test_the_view_below_the_script_comes_only_after_two_seconds(browser: Browser) -> None:
    """So nobody sees it before the script runs, and all do if it never runs."""
    with open_parts(browser) as tab:
        assert tab.evaluate(VISIBLE_AT, 1_900) is False
        assert tab.evaluate(VISIBLE_AT, 2_100) is True
        show(tab, "waiting")
        expect(tab.locator("#plain")).to_be_hidden()
