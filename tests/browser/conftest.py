"""A real Chromium, and a room of scripted answers for it to visit."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

from tests.support.page_parts import respond_with_module
from tests.support.stub_room import StubRoom

# Counts the requests of `turn`. Reports each answer of `turn`, `join` and `news` in a separate
# task, after the page has handled it.
REPORT_ANSWERS = """
const fetched = window.fetch;
const report = (route) => {
  const channel = new MessageChannel();
  channel.port1.onmessage = () => window.answerTaken(route);
  channel.port2.postMessage(null);
};
window.asked = 0;
window.fetch = (...request) => {
  const route = new URL(request[0], location.href).pathname.split("/").pop();
  if (!["turn", "join", "news", "enter"].includes(route)) return fetched(...request);
  if (route === "turn") window.asked += 1;
  return fetched(...request).then((response) => {
    const json = response.json.bind(response);
    response.json = () => json().finally(() => report(route));
    return response;
  }, (error) => { report(route); throw error; });
};
"""


@pytest.fixture
def room(request: pytest.FixtureRequest) -> Iterator[StubRoom]:
    """A room whose answers the test scripts. It has an edge if the test says so."""
    stub = StubRoom('The "Spring" <sale>', edge=getattr(request, "param", "") == "edge")
    yield stub
    stub.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A fresh profile."""
    made = browser.new_context(locale="en-US", timezone_id="UTC", reduced_motion="reduce")
    made.set_default_timeout(10_000)
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext, room: StubRoom) -> Iterator[Page]:
    """A tab whose clock only the test moves. An error of the page fails the test."""
    tab = context.new_page()
    errors: list[str] = []
    tab.on("console", _console_recorder(errors))
    tab.on("pageerror", lambda error: errors.append(str(error)))
    tab.expose_function("answerTaken", lambda route: room.taken_by_route.append(route))  # noqa: PLW0108 - playwright looks at the parameters
    tab.add_init_script(REPORT_ANSWERS)
    # Paused, so that a slow machine fires no timer before the test moves the clock.
    tab.clock.install(time=1_790_000_000)
    tab.clock.pause_at(1_790_000_001)
    yield tab
    assert errors == []


@pytest.fixture
def scripts(browser: Browser, room: StubRoom) -> Iterator[Page]:
    """A waiting page that can import the modules of its script."""
    with browser.new_context(bypass_csp=True) as context:
        tab = context.new_page()
        tab.route("**/script/*.js", respond_with_module)
        tab.goto(room.url + "room")
        yield tab


def _console_recorder(errors: list[str]) -> Callable[[ConsoleMessage], None]:
    def record(message: ConsoleMessage) -> None:
        # The browser reports each failed request, and some tests cause them on purpose.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            errors.append(message.text)

    return record
