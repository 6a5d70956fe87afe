"""The preview shows the states that it names, with the real script of the page."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from beekeeper.local.preview import Preview
from beekeeper.local.preview_states import states

pytestmark = pytest.mark.browser
SHOWN = {
    "connecting": "connecting",
    "arriving": "connecting",
    "waiting": "waiting",
    "paused": "paused",
    "ready": "ready",
    "off": "off",
    "expired": "expired",
    "blocked": "blocked",
    "reconnecting": "waiting",
    "offline": "waiting",
    "plain": "none",
    "no-javascript": "none",
}
CONNECTIONS = {"reconnecting": "lost", "offline": "offline"}


@pytest.fixture(scope="module")
def preview() -> Iterator[Preview]:
    with Preview({"title": "Sale", "edge": True, "news_seconds": 60}) as served:
        yield served


@pytest.fixture
def tab(browser: Browser) -> Iterator[Page]:
    with browser.new_context() as context:
        yield context.new_page()


def test_the_states_are_shown(preview: Preview, tab: Page) -> None:
    assert set(SHOWN) <= {shown.name for shown in states()}
    for name, state in SHOWN.items():
        tab.goto(preview.url + preview.address(name, "light", "en"))
        page = tab.locator("html")
        expect(page).to_have_attribute("data-state", state)
        expect(page).to_have_attribute("data-connection", CONNECTIONS.get(name, "ok"))
