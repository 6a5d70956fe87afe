"""Real browsers that follow the campaign link: what people would see there."""

import random
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from playwright.sync_api import BrowserContext, Error, Page, Response, sync_playwright

from beekeeper.contract.routes import TICKET_COOKIE
from beekeeper.local.visitor import RELOAD_SECONDS
from tests.support.programs import CHROMIUM, CHROMIUM_FLAGS

ARRIVING = "Many people are arriving"
OPEN_MILLISECONDS = 30_000


@dataclass
class Tab:
    """A tab of a browser of its own. The person in front of it reloads what is no page."""

    page: Page
    context: BrowserContext
    errors: int = 0
    is_calmed: bool = False  # it said that many people are arriving
    placed_at: float = 0.0  # monotonic
    reload_at: float = 0.0

    def open(self, url: str) -> None:
        """Follow the link."""
        self.page.on("response", self._note)
        self._go(lambda: self.page.goto(url, wait_until="commit", timeout=OPEN_MILLISECONDS))

    def _note(self, response: Response) -> None:
        is_page = "text/html" in response.headers.get("content-type", "")
        is_error = response.status >= 400 or (response.status == 200 and not is_page)
        if response.request.is_navigation_request() and is_error:
            self._see_error()

    def _see_error(self) -> None:
        self.errors += 1
        self.reload_at = time.monotonic() + random.uniform(*RELOAD_SECONDS)

    def _go(self, navigate: object) -> None:
        assert callable(navigate)
        self.reload_at = 0.0
        try:
            navigate()
        except Error:
            self._see_error()

    def look(self) -> None:
        """See what the tab shows now, and reload it if it shows an error."""
        names = [str(cookie.get("name")) for cookie in self.context.cookies()]
        if any(name.startswith(TICKET_COOKIE) for name in names):
            self.placed_at = self.placed_at or time.monotonic()
        if 0 < self.reload_at <= time.monotonic():
            self._go(lambda: self.page.reload(wait_until="commit", timeout=OPEN_MILLISECONDS))
        elif not self.placed_at:
            self.is_calmed |= self.page.get_by_text(ARRIVING).first.is_visible()


@dataclass
class Tabs:
    """Some tabs. Without Chromium there are none."""

    tabs: list[Tab] = field(default_factory=list)

    def open(self, url: str) -> None:
        """Follow the link in all of them."""
        for tab in self.tabs:
            tab.open(url)

    def look(self, seconds: float) -> None:
        """See what they show, and give them this much time to go on."""
        if not self.tabs:
            time.sleep(seconds)
        for tab in self.tabs:
            tab.look()
            tab.page.wait_for_timeout(seconds * 1_000 / len(self.tabs))

    @property
    def are_placed(self) -> bool:
        """Whether all have a place."""
        return all(tab.placed_at for tab in self.tabs)


@contextmanager
def chromium_tabs(count: int) -> Iterator[Tabs]:
    """Open tabs of Chromium, each with its own cookies."""
    path = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if path is None:
        yield Tabs()
        return
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
        contexts = [browser.new_context() for _ in range(count)]
        yield Tabs([Tab(context.new_page(), context) for context in contexts])
        browser.close()
