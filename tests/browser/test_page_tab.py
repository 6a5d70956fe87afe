"""The title of the tab and its icon, which visitors see while they look at something else."""

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.page_moves import hide
from tests.support.page_parts import TITLE, call, open_parts

pytestmark = pytest.mark.browser

READY = f"It's your turn! \u2013 {TITLE}"
# How many pixels of the icon have about the colour `value`, if it is as small as in a tab.
PIXELS = """async ([red, green, blue]) => {
  const image = new Image();
  image.src = document.querySelector("link[rel=icon]").href;
  await image.decode();
  const canvas = Object.assign(document.createElement("canvas"), { width: 16, height: 16 });
  const pen = canvas.getContext("2d");
  pen.drawImage(image, 0, 0, 16, 16);
  const data = pen.getImageData(0, 0, 16, 16).data;
  let count = 0;
  for (let at = 0; at < data.length; at += 4) {
    const [r, g, b, alpha] = data.slice(at, at + 4);
    const off = Math.abs(r - red) + Math.abs(g - green) + Math.abs(b - blue);
    if (alpha > 200 && off < 150) count += 1;
  }
  return count;
}"""
WHITE, INK, GREEN, HONEY = [255, 255, 255], [42, 33, 19], [28, 107, 60], [245, 176, 25]


def show(tab: Page, name: str) -> str:
    """Show a state in the tab, and return the title."""
    call(tab, "tab", "m.showTab(value)", name)
    return tab.title()


def pixels(tab: Page, name: str, colour: list[int]) -> Any:
    show(tab, name)
    return tab.evaluate(PIXELS, colour)


def test_each_state_has_its_title(browser: Browser) -> None:
    with open_parts(browser) as tab:
        assert show(tab, "waiting") == TITLE
        call(tab, "place", "m.rememberPlace(1234, 0)")
        assert show(tab, "waiting") == f"(1,234) {TITLE}"
        titles = {
            "near": "Almost there",
            "paused": "Paused",
            "lost": "Reconnecting",
            "offline": "Offline",
            "ready": "It's your turn!",
            "off": "Come in",
            "inside": "You have gone in",
            "expired": "Your turn has ended",
            "left": "Your turn has ended",
            "blocked": "Please allow cookies",
            "closed": "Closed",
        }
        shown = {name: show(tab, name) for name in titles}
        assert shown == {name: f"{own} \u2013 {TITLE}" for name, own in titles.items()}


def test_the_icon_shows_what_the_visitor_waits_for_at_its_smallest(browser: Browser) -> None:
    with open_parts(browser) as tab:
        assert pixels(tab, "waiting", HONEY) > 80
        assert 15 < pixels(tab, "waiting", INK) < 50
        assert pixels(tab, "waiting", WHITE) == 0
        assert pixels(tab, "paused", INK) > 15
        for state in ("ready", "off"):
            assert pixels(tab, state, GREEN) > 60
            assert pixels(tab, state, WHITE) > 12
        assert pixels(tab, "expired", HONEY) == 0


def test_the_title_blinks_for_the_turn_while_the_tab_is_hidden(browser: Browser) -> None:
    with open_parts(browser, motion="no-preference") as tab:
        hide(tab, True)
        show(tab, "waiting")
        tab.clock.run_for(2_000)
        expect(tab).to_have_title(TITLE)
        assert show(tab, "ready") == READY
        for title in (TITLE, READY, TITLE):
            tab.clock.run_for(2_000)
            assert tab.title() == title
        hide(tab, False)
        assert tab.title() == READY
        tab.clock.run_for(2_000)
        assert tab.title() == READY
        hide(tab, True)
        ended = show(tab, "expired")
        tab.clock.run_for(2_000)
        assert tab.title() == ended


def test_no_title_blinks_for_who_wants_less_motion(browser: Browser) -> None:
    with open_parts(browser, motion="reduce") as tab:
        hide(tab, True)
        show(tab, "ready")
        tab.clock.run_for(2_000)
        assert tab.title() == READY
