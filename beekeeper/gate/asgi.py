"""The gate in front of an ASGI 3 application: HTTP and WebSocket. Lifespan passes through."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any, Protocol

from beekeeper.gate.answers import Answer, Decision, without_body
from beekeeper.gate.request import Request
from beekeeper.gate.waiting import WouldWait

SUBJECT_KEY = "beekeeper_sub"
FOR_CACHES = (b"cache-control", b"surrogate-control")  # also CDN-Cache-Control and the like
POLICY_VIOLATION = 1008  # RFC 6455, section 7.4.1
DENIAL = "websocket.http.response"
LOOKED_AT = frozenset((b"cookie", b"accept", b"sec-fetch-mode", b"x-requested-with"))
Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
AsgiApp = Callable[[Scope, Receive, Send], Awaitable[None]]


class Decide(Protocol):
    """How a request is decided on. Raises WouldWait if it may not wait and must."""

    def __call__(self, request: Request, now: float, may_wait: bool = True) -> Decision:
        """Decide on a request at ``now``."""


def request_of(scope: Scope) -> Request:
    """Return what the gate looks at in a request. The address is that of who is connected."""
    is_websocket = scope["type"] == "websocket"
    headers = _headers(scope.get("headers") or ())
    client = scope.get("client") or ("",)
    return Request(
        method=scope.get("method", "GET"),
        path=scope.get("path", "/").encode("utf-8", "replace"),
        raw_path=(scope.get("raw_path") or b"").partition(b"?")[0],
        # A WebSocket can't be redirected. Its pass would be used up, and open no session.
        query="" if is_websocket else (scope.get("query_string") or b"").decode("latin-1"),
        cookies=headers.get(b"cookie", ""),
        accept=headers.get(b"accept", ""),
        fetch_mode="websocket" if is_websocket else headers.get(b"sec-fetch-mode", ""),
        requested_with=headers.get(b"x-requested-with", ""),
        address=str(client[0]),
    )


def _headers(pairs: Iterable[tuple[bytes, bytes]]) -> dict[bytes, str]:
    found: dict[bytes, str] = {}
    for name, value in pairs:
        if name in LOOKED_AT:
            text = value.decode("latin-1")
            # HTTP/2 may send each cookie in a header of its own.
            found[name] = f"{found[name]}; {text}" if name in found else text
    return found


class AsgiGate:
    """The application behind the gate. ``request.state.beekeeper_sub`` says which visitor it is."""

    def __init__(
        self, app: AsgiApp, decide: Decide, clock: Callable[[], float] = time.time
    ) -> None:
        self._app = app
        self._decide = decide
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in, or answer it."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        found = await self._found(request_of(scope))
        if isinstance(found, Answer):
            await _answer(found, scope, receive, send)
            return
        scope.setdefault("state", {})[SUBJECT_KEY] = found.subject
        await self._app(scope, receive, _renewing(send, found.cookie) if found.cookie else send)

    async def _found(self, request: Request) -> Decision:
        now = self._clock()
        try:
            return self._decide(request, now, may_wait=False)
        except WouldWait:
            # Nobody else has to wait for a secret store or a database.
            return await asyncio.to_thread(self._decide, request, now)


async def _answer(answer: Answer, scope: Scope, receive: Receive, send: Send) -> None:
    kind = "http.response"
    if scope["type"] == "websocket":
        await receive()  # websocket.connect
        if DENIAL not in (scope.get("extensions") or {}):
            reason = "no session at the gate"
            await send({"type": "websocket.close", "code": POLICY_VIOLATION, "reason": reason})
            return
        kind = DENIAL
    elif scope.get("method") == "HEAD":
        answer = without_body(answer)
    headers = [(name.lower().encode(), value.encode("latin-1")) for name, value in answer.headers]
    await send({"type": f"{kind}.start", "status": answer.status, "headers": headers})
    await send({"type": f"{kind}.body", "body": answer.body})


def _renewing(send: Send, cookie: str) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] in ("http.response.start", "websocket.accept"):
            sent = message.get("headers", ())
            headers = [h for h in sent if not h[0].lower().endswith(FOR_CACHES)]
            headers += [(b"cache-control", b"no-store"), (b"set-cookie", cookie.encode())]
            message = {**message, "headers": headers}
        await send(message)

    return sending
