"""How heavy and how fast the waiting page is: python -m tests.page_figures

Chromium opens each form of the page with a cold cache over a slow mobile network, and stays from
the first answer to the visitor's turn. The figures are beside the goals.
"""

import gzip
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, sync_playwright

from beekeeper.contract.page import PAGE_POLICY, PAGE_TYPE
from beekeeper.contract.routes import Path
from beekeeper.local.replies import Reply, place, turn
from beekeeper.local.screenshots import browser as chromium
from beekeeper.page import build_page
from beekeeper.rules.turn import State
from tests.support.programs import CHROMIUM_FLAGS

FORMS = {"room": ("room", "en"), "edge": ("", "en"), "edge, in Arabic": ("", "ar")}
# "Slow 4G" of Chromium's own tools: 1.6 Mbit/s, and 150 ms there and back.
NETWORK = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 200_000,
    "uploadThroughput": 93_750,
}
GOALS: dict[str, Any] = {
    "compressed_bytes": 30_000,
    "page_requests": 1,
    "first_paint_ms": 1000,
    "layout_shift": 0.0,
    "console": [],
}
OBSERVE = """
window.shift = 0;
new PerformanceObserver((list) => {
  const isTurn = document.documentElement.getAttribute("data-state") === "ready";
  for (const entry of isTurn ? [] : list.getEntries()) window.shift += entry.value;
}).observe({ type: "layout-shift", buffered: true });
"""
# For a test: the line moves on ten times as fast.
HURRY = "const wait = setTimeout; setTimeout = (run, ms, ...rest) => wait(run, ms / 10, ...rest);"
FIRST_PAINT = "performance.getEntriesByName('first-contentful-paint')[0].startTime"


@dataclass(frozen=True)
class Figures:
    """What was measured of one form of the page."""

    page_bytes: int
    compressed_bytes: int
    page_requests: int  # of all that is no question to the room
    first_paint_ms: float
    layout_shift: float  # until the turn, which is a view of its own
    console: Sequence[str]

    def misses(self) -> list[str]:
        """Return which goals were missed."""
        return [name for name, most in GOALS.items() if getattr(self, name) > most]


class _Room:
    """A room whose page travels compressed, and whose line moves on from answer to answer."""

    def __init__(self, language: str) -> None:
        settings = {"title": "Spring sale", "edge": True, "news_seconds": 60}
        self.page = build_page(settings, language)
        self.packed = gzip.compress(self.page, 9)
        self.pages = 0
        waiting = [turn(ahead=ahead, eta_seconds=eta, retry_after=1) for ahead, eta in PLACES]
        self.turns = [*waiting, turn(State.READY, ahead=0, eta_seconds=0)]

    def reply(self, link: str) -> Reply | None:
        """Return the answer to the page's script; None for a page."""
        if link == Path.JOIN.link:
            return place()
        if link == Path.TURN.link:
            return self.turns.pop(0) if len(self.turns) > 1 else self.turns[0]
        return Reply("", 503) if link in (Path.ENTER.link, Path.NEWS.link) else None


PLACES = ((1234, 372), (310, 93), (9, 25))


@contextmanager
def _served(room: _Room) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            reply = room.reply(urlsplit(self.path).path.removeprefix("/"))
            if reply is None:
                room.pages += 1
            page = {"Content-Encoding": "gzip", "Content-Security-Policy": PAGE_POLICY}
            body = room.packed if reply is None else reply.body.encode()
            self.send_response(200 if reply is None else reply.status)
            self.send_header("Content-Type", PAGE_TYPE if reply is None else "application/json")
            for name, value in (page if reply is None else {}).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.do_GET()

        def log_message(self, *args: object) -> None:
            """Log nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


def figures(browser: Browser, link: str, language: str, *, slow: bool = True) -> Figures:
    """Measure one form of the page, from its request to the visitor's turn."""
    room, console = _Room(language), list[str]()
    with _served(room) as url, browser.new_context(locale="en-US") as context:
        tab = context.new_page()
        # The room does not let the visitor in, so that the page stays.
        tab.on("console", lambda m: None if "503" in m.text else console.append(m.text))
        tab.on("pageerror", lambda error: console.append(str(error)))
        tab.add_init_script(OBSERVE)
        if slow:
            context.new_cdp_session(tab).send("Network.emulateNetworkConditions", NETWORK)
        else:
            tab.add_init_script(HURRY)
        tab.goto(url + link)
        _until_ready(tab)
        return Figures(
            len(room.page),
            len(room.packed),
            room.pages,
            round(tab.evaluate(FIRST_PAINT)),
            round(tab.evaluate("window.shift"), 2),
            console,
        )


def _until_ready(tab: Page) -> None:
    tab.wait_for_selector('[data-state="ready"]', timeout=30_000)
    tab.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def main() -> int:
    """Print the figures of all forms, and the goals. Return 1 if one is missed."""
    found: dict[str, Figures] = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=CHROMIUM_FLAGS)
        print(f"{'':18}" + "  ".join(f"{name:>18}" for name in FORMS))
        for name, (link, language) in FORMS.items():
            found[name] = figures(browser, link, language)
        browser.close()
    for column in fields(Figures):
        what = column.name
        values = "  ".join(f"{getattr(measured, what)!s:>18}" for measured in found.values())
        print(f"{what:18}{values}  goal: {GOALS.get(what, '-')}")
    missed = {name: measured.misses() for name, measured in found.items() if measured.misses()}
    print(f"missed: {missed or 'nothing'}")
    return int(bool(missed))


if __name__ == "__main__":
    sys.exit(main())
