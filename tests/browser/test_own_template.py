"""A template of the operator's own, in a real browser: the example, from waiting to going in."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from beekeeper import RoomConfig
from beekeeper.page import build_page
from tests.support.page_moves import ask_again, expect_state, open_page
from tests.support.stub_room import StubRoom, turn

pytestmark = pytest.mark.browser

EXAMPLE = RoomConfig.load(Path(__file__).parents[2] / "examples" / "page" / "beekeeper.toml")
OWN = "<p id='own'></p><script>document.getElementById('own').textContent = 'ran';</script>"


@pytest.fixture
def shown(page: Page, room: StubRoom) -> Page:
    """The example, with a script of its own. The fixture `page` fails on every console error."""
    settings = EXAMPLE.model_dump()
    template = settings["page"]["template"].replace("<footer", f"{OWN}\n<footer", 1)
    settings["page"] = {**settings["page"], "template": template}
    room.page = build_page(settings, "en")
    return page


def test_it_goes_from_waiting_to_going_in(shown: Page, room: StubRoom) -> None:
    open_page(shown, room, turn(), turn("ready", ahead=0))
    expect_state(shown, "waiting")
    expect(shown.locator("#position")).to_have_text("1,234")
    expect(shown).to_have_title(f"(1,234) {EXAMPLE.title}")
    ask_again(shown, room)
    expect_state(shown, "ready")
    shown.clock.run_for(1_000)
    shown.wait_for_url(room.destination)


def test_it_has_the_operators_logo_links_footer_and_style(shown: Page, room: StubRoom) -> None:
    open_page(shown, room, turn())
    logo = shown.locator("img.logo")
    assert logo.evaluate("logo => logo.complete && logo.naturalWidth > 0")
    expect(shown.locator(".bar")).to_have_css("display", "flex")
    expect(shown.locator("body")).to_have_css("display", "block")  # its parts are one below another
    expect(shown.locator("#own")).to_have_text("ran")
    expect(shown.get_by_text(EXAMPLE.page.footer)).to_be_visible()
    expect(shown.get_by_role("link", name="Help")).to_have_attribute(
        "href", EXAMPLE.page.support_url
    )


def test_the_accent_colours_the_button(shown: Page, room: StubRoom) -> None:
    open_page(shown, room, turn("expired", ahead=0))
    button = shown.locator("#rejoin")
    expect(button).to_have_css("background-color", "rgb(16, 36, 63)")
    expect(button).to_have_css("color", "rgb(255, 255, 255)")
