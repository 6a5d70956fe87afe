"""Hostile requests, and what no answer of the gate may be, whatever comes.

The same request is sent by WSGI and by ASGI. Some of them have a good pass or a good session: then
there is something to steal.
"""

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from hypothesis import strategies as st

from beekeeper.gate.asgi import Scope
from beekeeper.rules import tokens
from beekeeper.rules.destination import origin_of
from tests.support.gates import COOKIE, KEY, LINK, ORIGIN, ROOM, Reply, a_pass, a_session

EXEMPT = "/static/"
IN = "ann"
GOOD_SESSION, GOOD_PASS = a_session(IN, seconds=86_400), a_pass(IN, age=-3_600)
BAD = [
    a_pass(age=3_600),
    a_pass(room="other"),
    a_pass(origin="https://b.example"),
    a_pass(key=tokens.new_key()),
    a_session(seconds=-1),
    a_session(origin="https://b.example"),
    a_session(key=tokens.new_key()),
    tokens.sign_session(tokens.Session(IN, 2**40, "x"), [KEY], ROOM, ORIGIN),
    GOOD_SESSION[:-3] + "AAA",
    GOOD_PASS.replace(".", "..", 1),
    "eyJhbGciOiJub25lIn0.e30.",
    "",
]
PIECES = [
    "/", "//", "\\", "/\\", "///", ".", "..", "/../", "/./", "//evil.example", "/\\evil.example",
    "\\\\evil.example", "/%2f/evil.example", "/%5cevil.example", "/%09/evil.example",
    "/\t/evil.example", "/..//evil.example", "/;@evil.example", "@evil.example", ":80",
    "http://evil.example/", "https:evil.example", "javascript:alert(1)", "\r\nSet-Cookie: a=b",
    "%0d%0aLocation:%20//evil.example", "%00", "\x00", "\x7f", "\x85", "%", "%zz", "%25%32%65",
    "%2e%2e", "static", "/static/", "/static/../checkout", "/STATIC/", "checkout", "é", "\u2028",
    "\u3002", "\ud800", "?", "#", "[", "//[::1", " ", "+", "&", "=", ";", "a" * 600,
]  # fmt: skip
METHODS = ["GET", "GET", "GET", "HEAD", "POST", "OPTIONS", "get", "TRACE", "\r\nGET", "", "é"]
ACCEPTS = ["text/html", "application/json", "*/*", "", "text/html\x00", "json" * 50]
MODES = ["", "navigate", "cors", "no-cors", "websocket", "NAVIGATE", "\x00"]
COOKIE_NAMES = [COOKIE, COOKIE, "beekeeper_gate_rounds_sale", "a", "", f"{COOKIE}x", "é"]

text = st.lists(st.sampled_from(PIECES) | st.text(max_size=4), max_size=6).map("".join)
path = text.map(lambda tail: f"/{tail}") | text
credential = st.sampled_from([GOOD_SESSION, GOOD_PASS, *BAD]) | text
pair = st.tuples(
    st.sampled_from(["beekeeper_pass", "%62eekeeper_pass", "to", "utm_source", "link", ""]) | text,
    credential,
).map("=".join)
cookie = st.tuples(st.sampled_from(COOKIE_NAMES) | text, credential | st.just("refused3"))
cookies = st.lists(cookie.map("=".join), max_size=4) | st.just([f"c{n}=v" for n in range(100)])


@dataclass(frozen=True)
class Hostile:
    """A request. Its texts can have characters that no server would pass on."""

    method: str
    path: str
    raw_path: str | None
    query: str
    cookies: str
    accept: str
    mode: str
    address: str

    def environ(self) -> dict[str, Any]:
        return {
            "REQUEST_METHOD": self.method,
            "SCRIPT_NAME": "",
            "PATH_INFO": self.path,
            "QUERY_STRING": self.query,
            "HTTP_COOKIE": self.cookies,
            "HTTP_ACCEPT": self.accept,
            "HTTP_SEC_FETCH_MODE": self.mode,
            "HTTP_HOST": "evil.example",
            "HTTP_X_FORWARDED_HOST": "evil.example",
            "HTTP_X_FORWARDED_FOR": "127.0.0.1",
            "REMOTE_ADDR": self.address,
        }

    def scope(self) -> Scope:
        headers = {"cookie": self.cookies, "accept": self.accept, "sec-fetch-mode": self.mode,
                   "host": "evil.example", "x-forwarded-for": "127.0.0.1"}  # fmt: skip
        return {
            "type": "http",
            "method": self.method,
            "path": self.path,
            "raw_path": None if self.raw_path is None else sent(self.raw_path),
            "query_string": sent(self.query),
            "headers": [(name.encode(), sent(value)) for name, value in headers.items()],
            "client": (self.address, 1),
        }


def sent(value: str) -> bytes:
    return value.encode("utf-8", "replace")


requests = st.builds(
    Hostile,
    method=st.sampled_from(METHODS),
    path=path,
    raw_path=st.none() | path,
    query=st.lists(pair, max_size=4).map("&".join) | text,
    cookies=cookies.map("; ".join),
    accept=st.sampled_from(ACCEPTS),
    mode=st.sampled_from(MODES),
    address=st.sampled_from(["203.0.113.9", "", "127.0.0.1", "::ffff:127.0.0.1", "x"]),
)


def faults(request: Hostile, reply: Reply) -> Iterator[str]:
    """Yield what is wrong with an answer."""
    if reply.status not in (200, 302, 307, 401, 503):
        yield f"status {reply.status}"
    if reply.status == 200:
        if GOOD_SESSION not in request.cookies and not is_static(request.path):
            yield "let in without a session"
        if not is_static(request.path) and has_pass(reply.body.decode("utf-8", "replace")):
            yield "the site sees a pass"
    elif reply.location and not is_ours(reply.location):
        yield f"redirect to {reply.location!r}"
    sent_headers = "".join(f"{name}{value}" for name, value in reply.headers)
    if not re.fullmatch(r"[\x20-\x7e]*", sent_headers):
        yield f"header {sent_headers!r}"
    if GOOD_PASS in sent_headers or has_pass(reply.location):
        yield "the pass is in the answer"


def has_pass(address: str) -> bool:
    return "beekeeper_pass=" in unquote(address.partition("?")[2].partition("&to=")[0])


def is_static(path: str) -> bool:
    """Return whether a path is below the exempt one, also for servers that decode and fold it."""
    folded = path
    for _ in range(3):
        folded = posixpath.normpath(unquote(folded).replace("\\", "/"))
    return path.startswith(EXEMPT) and f"{folded}/".startswith(EXEMPT)


def is_ours(location: str) -> bool:
    """Return whether a browser that follows this goes to one of the two origins.

    As in the URL standard of WHATWG: tabs and line ends are dropped, backslashes are slashes, any
    number of them may follow the scheme, and what is before an @ is no host.
    """
    text = re.sub(r"[\t\r\n]", "", location.strip("".join(map(chr, range(33))))).replace("\\", "/")
    scheme = re.match(r"[a-zA-Z][a-zA-Z0-9+.-]*:", text)
    if not scheme and not text.startswith("//"):
        return text.startswith("/")
    rest = text[scheme.end() :] if scheme else text
    host = re.split(r"[/?#]", rest.lstrip("/"))[0].rpartition("@")[2]
    name = scheme[0].lower() if scheme else "https:"
    return f"{name}//{host}" in (ORIGIN, origin_of(LINK))
