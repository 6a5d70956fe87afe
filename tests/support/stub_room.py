"""A room that gives scripted answers, so that a test sees only what the page does."""

import threading
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from beekeeper.contract.page import PAGE_POLICY, PAGE_TYPE
from beekeeper.contract.robots import robots_txt
from beekeeper.local import replies
from beekeeper.local.replies import BROKEN, THROTTLED, UNKNOWN, entry, news, place
from beekeeper.page import build_page
from beekeeper.rules.turn import State

__all__ = [
    "BASE",
    "BEARER",
    "BROKEN",
    "FORMS",
    "HTML",
    "NEWS_SECONDS",
    "THROTTLED",
    "UNKNOWN",
    "Answer",
    "StubRoom",
    "entry",
    "failure",
    "news",
    "place",
    "turn",
]

# The room has a path, like an API Gateway stage, so that an absolute link does not reach it.
BASE = "/stage/"
NEWS_SECONDS = 60
FORMS = ["plain", "edge"]  # of one room: for the fixture `room`
HTML = {"Content-Type": PAGE_TYPE}
BEARER = "Bearer t"  # the ticket of `place`

Answer = replies.Reply


def turn(state: str = State.WAITING, **fields: object) -> Answer:
    """Return a valid answer in `state`, at the time of the tests' clock."""
    return replies.turn(state, **{"updated_at": 1_790_000_000, **fields})


def failure(status: int, body: str = "<h1>oops</h1>", **headers: str) -> Answer:
    """Return an answer that the page must not accept. `Retry_After=…` sets that header."""
    return Answer(body, status, {name.replace("_", "-"): value for name, value in headers.items()})


class StubRoom:
    """A room on 127.0.0.1, with an edge or without one.

    With an edge, the campaign link is the page itself. Else it redirects there.

    Its `turn` gives `answers` in order, and then repeats the last one, and so does its `news`. Its
    `enter` gives `entries` in order, and then takes visitors in: a script gets the address, and a
    browser a redirect. `failures` come first, whatever a browser opens that is no file at the edge.
    """

    def __init__(self, title: str = "Spring sale", *, edge: bool = False) -> None:
        self.edge = edge
        self.page = build_page(
            {
                "title": title,
                "edge": edge,
                "news_seconds": NEWS_SECONDS,
                "page": {"languages": ["en"]},
            }
        )
        self.news = [news()]
        self.answers: list[Answer] = [turn()]
        self.entries: list[Answer] = []
        self.failures: list[Answer] = []
        self.requests: list[str] = []
        self.opened: list[str] = []  # the requests of those that no script made
        self.loses_cookies = False  # then it knows only who shows the ticket of `join`
        self.shown: list[tuple[str, str]] = []  # routes, and the tickets that the page showed there
        self.taken_by_route: list[str] = []  # answers that the page has read, or rejected
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.02,), daemon=True
        )
        self._thread.start()

    @property
    def url(self) -> str:
        """The campaign link."""
        return f"http://127.0.0.1:{self._server.server_port}{BASE}"

    @property
    def destination(self) -> str:
        """Where admitted visitors go."""
        return self.url.removesuffix(BASE) + "/shop?beekeeper_pass=x"

    def count(self, route: str) -> int:
        """Return how many requests came for `route`, as in ``turn`` or ``POST join?rejoin=1``."""
        return self.requests.count(route)

    @property
    def taken(self) -> int:
        """How many answers of `turn` the page has read, including those that it rejected."""
        return self.taken_by_route.count("turn")

    @property
    def start(self) -> str:
        """Where a visitor sees the page first."""
        return self.url if self.edge else self.url + "room"

    def close(self) -> None:
        """Stop serving and wait for the thread."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def answer(self, method: str, path: str, headers: Message) -> Answer:
        """Note a request, and return what the room answers. `method` is empty or ``POST ``."""
        address = urlsplit(path)
        route = address.path.removeprefix(BASE)
        request = f"{method}{route or '.'}{'?' if address.query else ''}{address.query}"
        self.requests.append(request)
        by_script = headers["Accept"] == "application/json"
        if not by_script:
            self.opened.append(request)
        ticket = headers.get("Authorization", "")
        if ticket:
            self.shown.append((request, ticket))
        is_stranger = self.loses_cookies and route in ("turn", "enter") and ticket != BEARER
        return UNKNOWN if is_stranger else _answer(self, method + route, by_script)


def _handler(room: StubRoom) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.answer("")

        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers["Content-Length"]))
            assert (self.headers["Content-Type"], sent) == ("application/json", b"{}")
            self.answer("POST ")

        def answer(self, method: str) -> None:
            answer = room.answer(method, self.path, self.headers)
            body = answer.body.encode()
            self.send_response(answer.status)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Cache-Control", "no-store")
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            """Log nothing. The requests are in `room.requests`."""

    return Handler


def _answer(room: StubRoom, route: str, by_script: bool) -> Answer:
    if route == "robots.txt":
        return Answer(robots_txt(), 200)
    if route in ("turn", "news"):
        scripted = room.answers if route == "turn" else room.news
        return scripted.pop(0) if len(scripted) > 1 else scripted[0]
    if route == "room" or (route == "" and room.edge):
        return Answer(room.page.decode(), 200, {**HTML, "Content-Security-Policy": PAGE_POLICY})
    return _by_function(room, route, by_script)


def _by_function(room: StubRoom, route: str, by_script: bool) -> Answer:
    if room.failures:
        return room.failures.pop(0)
    if route in ("enter", "side-door"):
        go_in = Answer("", 302, {"Location": room.destination})
        answer = entry(url=room.destination) if by_script else go_in
        return room.entries.pop(0) if room.entries else answer
    if route in ("", "join", "POST join"):
        return place() if by_script else Answer("", 302, {"Location": "room"})
    if route == "/shop":
        return Answer("<link rel=icon href=data:,><title>Inside</title>", 200, HTML)
    return Answer("", 404)
