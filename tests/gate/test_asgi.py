"""What only ASGI has: WebSockets, lifespan, an event loop that nobody may block."""

import threading
from typing import Any

import pytest

from beekeeper.gate import MemoryReplay
from beekeeper.gate.asgi import Message, Receive, Scope, Send
from tests.support.gates import (
    COOKIE,
    KEYS,
    PAGE,
    a_gate,
    a_pass,
    a_session,
    by_asgi,
    over_asgi,
    scope_of,
    shop_by_asgi,
)
from tests.support.loops import run


def websocket(cookie: str = "", **more: Any) -> Scope:
    scope = scope_of("GET", "/live", {"cookie": cookie} if cookie else {}, "203.0.113.9")
    del scope["method"]
    return {**scope, "type": "websocket", **more}


async def accepting(scope: Scope, receive: Receive, send: Send) -> None:
    assert (await receive())["type"] == "websocket.connect"
    await send({"type": "websocket.accept"})


def test_a_websocket_without_a_session_is_closed() -> None:
    seen: list[Any] = []

    async def receive() -> Message:
        seen.append("received")
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        seen.append((message["type"], message["code"]))

    run(a_gate().asgi(accepting)(websocket(), receive, send))
    assert seen == ["received", ("websocket.close", 1008)]


def test_or_denied_with_the_reason_where_the_server_can() -> None:
    extensions: dict[str, Any] = {"websocket.http.response": {}}
    denied = by_asgi(a_gate().asgi(accepting), websocket(extensions=extensions))
    assert (denied.status, denied.get("content-type")) == (401, "application/json")


def test_a_websocket_with_a_session_is_let_in() -> None:
    scope = websocket(f"{COOKIE}={a_session('ann')}")
    seen: list[Message] = []

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        seen.append(message)

    run(a_gate().asgi(accepting)(scope, receive, send))
    assert seen == [{"type": "websocket.accept"}]
    assert scope["state"]["beekeeper_sub"] == "ann"


def test_a_pass_opens_no_websocket_and_is_not_used_up() -> None:
    store = MemoryReplay()
    scope = websocket(query_string=f"beekeeper_pass={a_pass()}".encode())
    assert by_asgi(a_gate(replay=store).asgi(accepting), scope).status == 1008
    assert store._until == {}


@pytest.mark.parametrize("kind", ["lifespan", "something.new"])
def test_what_is_no_request_passes_through(kind: str) -> None:
    seen: list[Any] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(scope)

    async def nothing(*_: Any) -> Any:
        raise AssertionError

    scope = {"type": kind, "state": {"pool": 1}}
    run(a_gate().asgi(app)(scope, nothing, nothing))
    assert seen == [scope]


@pytest.mark.parametrize("what", ["keys", "store"])
def test_neither_a_secret_store_nor_a_replay_store_blocks_the_loop(what: str) -> None:
    asked_in: list[int] = []

    def keys() -> dict[str, str]:
        asked_in.append(threading.get_ident())
        return KEYS

    class Store:
        def first_use(self, pass_id: str, until: int, now: float) -> bool:
            asked_in.append(threading.get_ident())
            return True

    gate = a_gate(keys) if what == "keys" else a_gate(replay=Store())
    scope = scope_of("GET", f"/?beekeeper_pass={a_pass()}", PAGE, "203.0.113.9")
    assert by_asgi(gate.asgi(shop_by_asgi), scope).status == 302
    assert len(asked_in) == 1
    assert threading.get_ident() not in asked_in


def test_cookies_in_several_headers_are_read() -> None:
    """HTTP/2 may split them."""
    scope = scope_of("GET", "/", PAGE, "203.0.113.9")
    scope["headers"] += [(b"cookie", b"a=1"), (b"cookie", f"{COOKIE}={a_session('ann')}".encode())]
    assert by_asgi(a_gate().asgi(shop_by_asgi), scope).body == b"ann|"


def test_a_scope_with_the_bare_minimum() -> None:
    for missing in ("client", "raw_path", "headers", "query_string"):
        scope = scope_of("GET", "/", PAGE, "203.0.113.9")
        del scope[missing]
        assert run(over_asgi(a_gate().asgi(shop_by_asgi), scope)).status == 302
        empty = run(over_asgi(a_gate().asgi(shop_by_asgi), {**scope, missing: None}))
        assert empty.status == 302


def test_the_path_is_that_of_the_address_below_a_root_path() -> None:
    scope = scope_of("GET", "/shop/a%2Fb", PAGE, "203.0.113.9")
    reply = by_asgi(a_gate().asgi(shop_by_asgi), {**scope, "root_path": "/shop"})
    assert reply.location.endswith("&to=/shop/a%252Fb")
