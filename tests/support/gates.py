"""A gate, passes to it, and a browser with cookies that visits it by WSGI or by ASGI."""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import unquote_to_bytes

from beekeeper.gate import Answer, Gate
from beekeeper.gate.asgi import Message, Receive, Scope, Send
from beekeeper.gate.request import Request
from beekeeper.rules import tokens
from tests.support.loops import run

ROOM, LINK, ORIGIN = "sale", "https://room.example.com/?from=shop", "https://shop.example.com"
KEY = tokens.new_key()
KEYS = {KEY.kid: KEY.secret}
NEW = tokens.new_key()
BOTH = {NEW.kid: NEW.secret} | KEYS
PAGE = {"accept": "text/html,application/xhtml+xml", "sec-fetch-mode": "navigate"}
SCRIPT = {"accept": "*/*", "sec-fetch-mode": "cors"}
CACHED = {"Cache-Control": "max-age=60", "CDN-Cache-Control": "max-age=60"}
COOKIE = "__Host-beekeeper_gate_sale"


def a_gate(keys: Any = KEYS, **options: Any) -> Gate:
    return Gate(ROOM, keys, f"{ORIGIN}/sale", link=LINK, **options)


def a_pass(
    subject: str = "visitor",
    key: tokens.Key = KEY,
    room: str = ROOM,
    origin: str = ORIGIN,
    age: float = 0,
) -> str:
    """Return a pass that the room gave ``age`` seconds ago."""
    return tokens.sign_pass(subject, [key], room, origin, time.time() - age)


def a_session(
    subject: str = "visitor",
    key: tokens.Key = KEY,
    room: str = ROOM,
    origin: str = ORIGIN,
    seconds: int = 1_800,
) -> str:
    """Return a session that lasts for so long."""
    session = tokens.Session(subject, int(time.time()) + seconds, "a pass")
    return tokens.sign_session(session, [tokens.session_key(key)], room, origin)


class Store:
    """A secret store: what it has, whether it is reached, and how often it was asked."""

    def __init__(self, keys: Mapping[str, str] = KEYS) -> None:
        self.keys: Any = keys
        self.down = False
        self.asked = 0

    def __call__(self) -> Mapping[str, str]:
        self.asked += 1
        if self.down:
            raise OSError("s3cret of the store")
        found: Mapping[str, str] = self.keys
        return found


def with_pass(key: tokens.Key) -> Request:
    """Return a request with a pass that is good for half an hour to come."""
    token = a_pass(key=key, age=-1_800)
    return Request(query=f"beekeeper_pass={token}", accept=PAGE["accept"])


def opens(gate: Gate, key: tokens.Key, now: float) -> bool:
    """Return whether a pass signed by the key opens a session."""
    found = gate.decide(with_pass(key), now)
    assert isinstance(found, Answer)
    return any(value.startswith(COOKIE) for name, value in found.headers if name == "Set-Cookie")


@dataclass(frozen=True)
class Reply:
    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key.lower() == name]

    def get(self, name: str) -> str:
        return next(iter(self.all(name)), "")

    @property
    def location(self) -> str:
        return self.get("location")

    @property
    def reason(self) -> str:
        return self.get("x-beekeeper-gate")


def by_wsgi(app: Any, environ: Mapping[str, Any]) -> Reply:
    started: list[tuple[str, list[tuple[str, str]]]] = []
    body = b"".join(app(dict(environ), lambda *start: started.append(start)))
    return Reply(int(started[0][0].split()[0]), started[0][1], body)


async def over_asgi(app: Any, scope: Scope) -> Reply:
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": f"{scope['type']}.connect"}

    async def send(message: Message) -> None:
        sent.append(message)

    await app(scope, receive, send)
    headers = [(n.decode("latin-1"), v.decode("latin-1")) for n, v in sent[0].get("headers", ())]
    body = b"".join(message.get("body", b"") for message in sent[1:])
    return Reply(sent[0].get("status", sent[0].get("code")), headers, body)


def by_asgi(app: Any, scope: Scope) -> Reply:
    return run(over_asgi(app, scope))


def shop_by_wsgi(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Tell who is in, and what the shop saw."""
    start_response("200 OK", [*CACHED.items()])
    body = f"{environ['beekeeper.sub']}|{environ.get('QUERY_STRING', '')}"
    return [body.encode("utf-8", "replace")]


async def shop_by_asgi(scope: Scope, receive: Receive, send: Send) -> None:
    headers = [(name.lower().encode(), value.encode()) for name, value in CACHED.items()]
    body = f"{scope['state']['beekeeper_sub']}|{scope.get('query_string', b'').decode('latin-1')}"
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body.encode()})


def environ_of(method: str, target: str, headers: Mapping[str, str], address: str) -> Any:
    path, _, query = target.partition("?")
    named = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()}
    decoded = unquote_to_bytes(path).decode("latin-1")
    return named | {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": decoded,
        "QUERY_STRING": query,
        "REMOTE_ADDR": address,
    }


def scope_of(method: str, target: str, headers: Mapping[str, str], address: str) -> Scope:
    path, _, query = target.partition("?")
    return {
        "type": "http",
        "method": method,
        "path": unquote_to_bytes(path).decode("utf-8", "replace"),
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in headers.items()],
        "client": (address, 5000),
    }


def _ask_wsgi(gate: Gate, *request: Any) -> Reply:
    return by_wsgi(gate.wsgi(shop_by_wsgi), environ_of(*request))


def _ask_asgi(gate: Gate, *request: Any) -> Reply:
    return by_asgi(gate.asgi(shop_by_asgi), scope_of(*request))


INTERFACES: dict[str, Callable[..., Reply]] = {"wsgi": _ask_wsgi, "asgi": _ask_asgi}


@dataclass
class Visitor:
    """A browser at a gate. It keeps cookies, also when ``kept`` is changed by hand."""

    gate: Gate
    interface: str = "wsgi"
    keeps_cookies: bool = True
    kept: dict[str, str] = field(default_factory=dict)

    def ask(
        self,
        target: str = "/",
        method: str = "GET",
        headers: Mapping[str, str] = PAGE,
        address: str = "203.0.113.9",
    ) -> Reply:
        cookies = "; ".join(f"{name}={value}" for name, value in self.kept.items())
        sent = {**headers, "cookie": cookies} if cookies else headers
        reply = INTERFACES[self.interface](self.gate, method, target, sent, address)
        for morsel in (m for text in reply.all("set-cookie") for m in SimpleCookie(text).values()):
            if self.keeps_cookies and int(morsel["max-age"]) > 0:
                self.kept[morsel.key] = morsel.value
            else:
                self.kept.pop(morsel.key, None)
        return reply

    def enter(self, target: str = "/", token: str = "") -> Reply:
        mark = "&" if "?" in target else "?"
        return self.ask(f"{target}{mark}beekeeper_pass={token or a_pass()}")
