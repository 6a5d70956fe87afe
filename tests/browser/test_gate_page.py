"""The page that the gate shows to a visitor whom it can't send to the room."""

from typing import Literal

import pytest
from playwright.sync_api import Browser

from beekeeper.gate.answers import in_words

pytestmark = pytest.mark.browser
LINK = "https://room.example.com/?to=/seats"


@pytest.mark.parametrize(
    ("theme", "ink"), [("light", "rgb(0, 0, 0)"), ("dark", "rgb(255, 255, 255)")]
)
def test_it_has_the_colours_of_the_visitors_theme(
    browser: Browser, theme: Literal["light", "dark"], ink: str
) -> None:
    page = browser.new_page(color_scheme=theme, viewport={"width": 320, "height": 640})
    answer = in_words(
        503, "This site could not let you in", "The reason.", LINK, "", for_people=True
    )
    page.set_content(answer.body.decode())
    assert page.evaluate("getComputedStyle(document.body).color") == ink
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.close()
