"""The policies of the page: the one that it brings in a <meta> element, and the header."""

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.support.page_moves import expect_state
from tests.support.stub_room import StubRoom

pytestmark = pytest.mark.browser

# What somebody could get into the page, if we ever forgot to escape a text.
INJECTED = b"""
<script>window.ran = "inline"</script>
<script src="shop?script"></script>
<script id="later"></script>
<img src="shop?picture" alt="" onerror="window.ran = 'handler'" onload="window.ran = 'handler'">
<iframe src="shop?frame"></iframe>
<p id="styled" style="position: fixed"></p>
"""
ADD = """() => {
  const added = document.createElement("script");
  added.textContent = "window.ran = 'added'";
  document.body.append(added);
  return [window.ran, getComputedStyle(document.getElementById("styled")).position];
}"""
FRAME = """link => new Promise(done => {
  const frame = document.createElement("iframe");
  frame.addEventListener("load", done, { once: true });
  frame.src = link;
  document.body.append(frame);
})"""


@pytest.fixture
def tab(context: BrowserContext) -> Page:
    """A tab in which the console may show an error, such as what a policy has blocked."""
    return context.new_page()


def test_what_was_injected_does_not_run_and_the_page_does(tab: Page, room: StubRoom) -> None:
    room.page = room.page.replace(b"<main>", INJECTED + b"<main>")
    tab.goto(f"{room.url}room")
    expect_state(tab, "waiting")
    assert tab.evaluate(ADD) == [None, "static"]
    assert not [request for request in room.requests if "shop" in request]


def test_without_its_policy_the_page_would_run_it(tab: Page, room: StubRoom) -> None:
    """So the test above can fail, and the header alone is not enough."""
    before, meta, after = room.page.partition(b'<meta http-equiv="Content-Security-Policy"')
    assert meta
    without = before + after.partition(b">")[2]
    room.page = without.replace(b"<main>", INJECTED + b"<main>")
    tab.goto(f"{room.url}room")
    assert tab.evaluate(ADD) == ["added", "fixed"]


def test_no_page_shows_the_room_in_a_frame(tab: Page, room: StubRoom) -> None:
    tab.goto(room.destination)
    tab.evaluate(FRAME, f"{room.url}room")
    assert room.count("room") == 1
    assert room.count("turn") == 0
