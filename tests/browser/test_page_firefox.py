"""A whole visit in Firefox. All other tests of the page are in Chromium."""

from pathlib import Path

import pytest

from beekeeper.page import build_page
from tests.support.firefox import firefox
from tests.support.stub_room import NEWS_SECONDS, StubRoom, turn

pytestmark = pytest.mark.browser

SETTINGS = {
    "title": "Vente",
    "edge": True,
    "news_seconds": NEWS_SECONDS,
    "page": {"languages": ["fr"]},
}
SEEN = """return [document.documentElement.dataset.state,
  document.getElementById("status").textContent, document.getElementById("position").textContent,
  getComputedStyle(document.body).backgroundColor]"""
# It shows the turn for less than a second.
REMEMBER = """const root = document.documentElement;
new MutationObserver(() => { sessionStorage.seen = root.dataset.state; })
  .observe(root, { attributeFilter: ["data-state"] })"""


@pytest.mark.parametrize("room", ["edge"], indirect=True)
def test_a_visit_in_french_and_in_the_dark(room: StubRoom, tmp_path: Path) -> None:
    page = build_page(SETTINGS, "fr")
    room.page = page.replace(b'"counting_seconds":2', b'"counting_seconds":0')
    room.answers = [turn(ahead=12_345, retry_after=1)]
    with firefox(tmp_path) as browser:
        browser.open(room.url)
        waiting = ["waiting", "Vous êtes dans la file", "12\u202f345", "rgb(20, 17, 11)"]
        browser.wait_for(SEEN, waiting)
        browser.run(REMEMBER)
        room.answers = [turn("ready")]
        browser.wait_for("return [location.pathname, sessionStorage.seen]", ["/shop", "ready"])
        assert browser.errors(room.url) == []
    assert (room.count("POST join"), room.count("enter")) == (1, 1)
