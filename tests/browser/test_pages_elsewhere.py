"""A page elsewhere that uses the room's links in every way that a page can takes no place.

The room's functions answer, over a table and a queue in memory. At an edge, the campaign link is
the page itself. The page comes from another site: for a browser, `localhost` and `127.0.0.1` are
two.
"""

import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext

from beekeeper.handlers import room as room_function
from beekeeper.handlers import turnstile
from beekeeper.handlers.http import Request, Response
from beekeeper.handlers.room import Pages
from beekeeper.page import build_page
from tests.support.in_memory.fakes import FakeS3
from tests.support.in_memory.joining import NOBODY, Sends, asked
from tests.support.in_memory.recorded import NOW, Place
from tests.support.page_moves import eventually
from tests.support.programs import installed
from tests.support.stub_room import FORMS

pytestmark = pytest.mark.browser

PAGE = """<!doctype html><title>Elsewhere</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="{link}?style">
<link rel="preload" as="image" href="{link}?preload">
<link rel="modulepreload" href="{link}?modulepreload">
<link rel="prefetch" href="{link}?prefetch">
<link rel="prerender" href="{link}?prerender">
<link rel="manifest" href="{link}?manifest">
<script type="speculationrules">
{{"prefetch": [{{"urls": ["{link}?speculated", "{link}room"], "eagerness": "immediate"}}],
 "prerender": [{{"urls": ["{link}?prerendered", "{link}room?prerendered"],
                 "eagerness": "immediate"}}]}}
</script>
<img src="{link}?image"><img src="{link}?again"><img srcset="{link}?set 2x">
<picture><source srcset="{link}?source"><img></picture>
<svg><image href="{link}?svg"/></svg>
<video src="{link}?video" poster="{link}?poster"></video>
<audio src="{link}?audio" preload="auto"></audio>
<iframe src="{link}?frame"></iframe>
<iframe sandbox="allow-scripts" src="{link}?sandbox"></iframe>
<iframe src="{link}room?frame"></iframe>
<object data="{link}?object"></object><embed src="{link}?embed">
<div style="background: url({link}?background)">x</div>
<img src="{link}join?joinimage"><iframe src="{link}join?joinframe"></iframe>
<form target="other" action="{link}" method="get"><input name="form" value="1"></form>
<form id="post" target="hidden" action="{link}?post" method="post"></form>
<iframe name="hidden"></iframe><iframe name="other"></iframe><iframe name="text"></iframe>
<form target="text" action="{link}join?joinform" method="post" enctype="text/plain">
<input name='{{"a":"' value='"}}'></form>
<script src="{link}?script"></script>
<script type="module" src="{link}?module"></script>
<script>
  const json = {{ headers: {{ Accept: "application/json" }} }};
  const html = {{ headers: {{ Accept: "text/html" }} }};
  const place = {{
    method: "POST", body: "{{}}", headers: {{ "Content-Type": "application/json" }},
  }};
  const asks = [
    fetch("{link}?fetch"),
    fetch("{link}?json", json),
    fetch("{link}?credentials", {{ ...json, credentials: "include" }}),
    fetch("{link}?opaque", {{ ...json, mode: "no-cors", credentials: "include" }}),
    fetch("{link}?html", {{ ...html, mode: "no-cors" }}),
    fetch("{link}?head", {{ method: "HEAD", mode: "no-cors" }}),
    fetch("{link}?preflight", {{ headers: {{ ...json.headers, "X-Other": "1" }} }}),
    fetch("{link}join?join", {{ ...place, credentials: "include" }}),
    fetch("{link}join?joinopaque", {{ ...place, mode: "no-cors", credentials: "include" }}),
  ];
  navigator.sendBeacon("{link}?beacon");
  navigator.sendBeacon("{link}join?joinbeacon", new Blob(["{{}}"], {{ type: "application/json" }}));
  new EventSource("{link}?events");
  try {{ new Worker("{link}?worker"); }} catch (error) {{ /* another origin */ }}
  document.forms[0].submit();
  document.forms[1].submit();
  document.forms[2].submit();
  Promise.allSettled(asks).then(() => {{ document.title = "Done"; }});
</script>
"""


JOINS = {"join", "joinopaque", "joinform", "joinbeacon"}  # what that page sends by POST


class VisitedRoom:
    """A room whose functions answer over HTTP. Every other path is a page elsewhere."""

    def __init__(self, *, edge: bool) -> None:
        self.edge = edge
        self.place, self.sends = Place(), Sends()
        self.pages = Pages(FakeS3(build_page({"title": "Sale"})), "bucket", ("en",))
        self.seen: list[tuple[str, str, dict[str, str]]] = []  # method, path and query, headers
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        self.link = f"http://127.0.0.1:{self._server.server_port}/"
        self.elsewhere = f"http://localhost:{self._server.server_port}/elsewhere"
        self.same_origin = f"{self.link}elsewhere"

    def answer(self, method: str, target: str, headers: dict[str, str]) -> Response:
        parts = urlsplit(target)
        if parts.path == "/elsewhere":
            html = {"content-type": "text/html"}
            return {"statusCode": 200, "headers": html, "body": PAGE.format(link=self.link)}
        event = {
            "routeKey": f"ANY {parts.path}",
            "rawQueryString": parts.query,
            "queryStringParameters": dict(parse_qsl(parts.query)),
            "headers": headers,
            "requestContext": {"domainName": "localhost", "http": {"method": method}},
        }
        request = Request.from_event(event)
        with self._lock:
            self.seen.append((method, target, headers))
            if parts.path == "/join" or (parts.path == "/" and not self.edge):
                return asked(self.place, self.sends, request)
            if parts.path in ("/turn", "/enter"):
                return turnstile.answer(request, self.place.table, NOBODY, NOW)
            return room_function.answer(request, self.pages, NOW)

    def joins(self) -> set[str]:
        """Return the queries with which a script asked for a place."""
        asked = [urlsplit(target) for method, target, _ in self.seen if method == "POST"]
        return {parts.query for parts in asked if parts.path == "/join"}

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def _handler(room: VisitedRoom) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            headers.pop("accept-encoding", None)
            response = room.answer(self.command, self.path, headers)
            body = response["body"].encode()
            self.send_response(response["statusCode"])
            for name, value in response["headers"].items():
                self.send_header(name, value)
            for cookie in response.get("cookies", []):
                self.send_header("set-cookie", cookie)
            if response["statusCode"] != 204:
                self.send_header("content-length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            """Log nothing. The requests are in `room.seen`."""

    for method in ("GET", "HEAD", "OPTIONS", "POST"):
        setattr(Handler, f"do_{method}", Handler.answer)
    return Handler


@pytest.fixture(params=FORMS)
def visited(request: pytest.FixtureRequest) -> Iterator[VisitedRoom]:
    made = VisitedRoom(edge=request.param == "edge")
    yield made
    made.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    made = browser.new_context()
    yield made
    made.close()


@pytest.mark.parametrize("where", ["elsewhere", "same_origin"])
def test_a_page_that_is_no_visit_takes_no_place(
    context: BrowserContext, visited: VisitedRoom, where: str
) -> None:
    tab = context.new_page()
    tab.goto(getattr(visited, where), wait_until="load")
    tab.wait_for_function("document.title === 'Done'")
    tab.wait_for_timeout(1_000)  # what the browser loads in advance comes last

    ways = {urlsplit(target).query for _, target, _ in visited.seen}
    assert {"image", "frame", "script", "object", "opaque", "html", "post", "form=1"} <= ways
    assert {"prefetch", "speculated", "prerendered"} <= ways
    assert ways >= JOINS
    assert visited.joins() <= JOINS, "a page that nobody has opened has joined"
    # A page of the room's own origin may ask for JSON, as the room's page does.
    own = {"json", "credentials", "opaque", "preflight", "join", "joinbeacon"}
    places = {"elsewhere": 0, "same_origin": len(own)}
    assert len(visited.sends.bodies) <= places[where], visited.seen
    if where == "elsewhere":
        assert context.cookies(visited.link) == []


def test_nor_does_it_in_firefox(visited: VisitedRoom, tmp_path: Path) -> None:
    """Firefox opens a page and ends by itself, if it is told to take a picture."""
    path = installed("firefox-esr", "firefox")
    options = ["--headless", "--no-remote", "--profile", str(tmp_path), "--screenshot"]
    for address, places in ((visited.elsewhere, 0), (visited.link, 1)):
        command = [path, *options, str(tmp_path / "page.png"), address]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
        assert len(visited.sends.bodies) == places, visited.seen
    ways = {urlsplit(target).query for _, target, _ in visited.seen}
    assert {"image", "frame", "script", "object", "opaque", "html", "post", "form=1"} <= ways


def test_a_click_on_a_link_elsewhere_takes_one_place(
    context: BrowserContext, visited: VisitedRoom
) -> None:
    tab = context.new_page()
    tab.goto(visited.elsewhere)
    tab.evaluate(
        "link => { const a = document.createElement('a'); a.href = link; a.textContent = 'Come';"
        " document.body.append(a); }",
        visited.link + "?utm_source=page",
    )
    tab.get_by_text("Come").click()
    tab.wait_for_url("**/?utm_source=page" if visited.edge else "**/room")
    eventually(lambda: len(visited.sends.bodies) == 1, tab)
    (cookie,) = context.cookies(visited.link)
    assert cookie["name"] == "beekeeper_ticket_sale"
    tab.goto(visited.link)  # again, and by the address
    assert len(visited.sends.bodies) == 1
