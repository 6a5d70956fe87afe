"""The choice of language on the page, in a real browser."""

import pytest
from playwright.sync_api import Browser, Page, expect

from beekeeper.page import build_page
from tests.support.stub_room import NEWS_SECONDS, StubRoom

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("room", ["edge"], indirect=True)]

SETTINGS = {
    "title": "Sale",
    "edge": True,
    "news_seconds": NEWS_SECONDS,
    "page": {"languages": ["en", "fr", "zh-Hant"]},
}


def choose(page: Page, name: str) -> None:
    page.locator("#languages summary").click()
    page.get_by_role("link", name=name, exact=True).click()


def test_a_choice_keeps_where_the_link_leads_and_its_campaign(page: Page, room: StubRoom) -> None:
    room.page = build_page(SETTINGS)
    page.goto(room.url + "?to=/seats%3Fblock%3D7&utm_source=a+b&utm_source=c")
    room.page = build_page(SETTINGS, "zh-Hant")
    choose(page, "繁體中文")
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hant")
    kept = "to=%2Fseats%3Fblock%3D7&utm_source=a+b&utm_source=c"
    assert page.url == f"{room.url}?{kept}&lang=zh-Hant"
    choose(page, "Français")  # in place of the first choice
    assert page.url == f"{room.url}?{kept}&lang=fr"


def test_a_choice_works_without_javascript(browser: Browser, room: StubRoom) -> None:
    room.page = build_page(SETTINGS)
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(room.url)
        room.page = build_page(SETTINGS, "fr")
        choose(page, "Français")
        expect(page.locator("html")).to_have_attribute("lang", "fr")
        assert page.url == f"{room.url}?lang=fr"
