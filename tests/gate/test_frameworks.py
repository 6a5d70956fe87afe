"""The gate in front of Flask, Django and FastAPI, over HTTP; and WebSockets of Starlette."""

import http.client
from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket

from beekeeper.gate import Gate
from beekeeper.gate.asgi import Message
from beekeeper.local.ministack import free_port
from tests.support.framework_sites import SITES, Log
from tests.support.gates import COOKIE, KEYS, LINK, PAGE, ROOM, a_gate, a_pass, a_session, scope_of
from tests.support.loops import run


@pytest.fixture(params=SITES)
def site(request: pytest.FixtureRequest) -> Iterator[tuple[str, Log]]:
    """The address of a site on this machine, and what it was asked."""
    port, log = free_port(), Log()
    make, serve = SITES[request.param]
    gate = Gate(ROOM, KEYS, f"http://127.0.0.1:{port}/", link=LINK)
    with serve(make(gate, log), port):
        yield f"127.0.0.1:{port}", log


def ask(host: str, target: str, cookie: str = "") -> tuple[http.client.HTTPResponse, str]:
    connection = http.client.HTTPConnection(host, timeout=10)
    connection.request("GET", target, headers={**PAGE, "cookie": cookie})
    reply = connection.getresponse()
    text = reply.read().decode()
    connection.close()
    return reply, text


def test_a_site_in_one_line(site: tuple[str, Log]) -> None:
    host, log = site
    out, _ = ask(host, "/seats/a%2Fb?block=7")
    assert out.status == 302
    assert str(out.headers["location"]).startswith(f"{LINK}&to=/seats/a")

    token = a_pass("ann", origin=f"http://{host}")
    entry, _ = ask(host, f"/seats?block=7&beekeeper_pass={token}&utm=%20a")
    assert (entry.status, entry.headers["location"]) == (302, "/seats?block=7&utm=%20a")
    cookie = entry.headers["set-cookie"].partition(";")[0]
    assert cookie.startswith("beekeeper_gate_sale=")

    page, text = ask(host, "/seats?block=7", cookie)
    assert page.status == 200
    assert "<p id=sub>ann</p>" in text
    assert log == [f"http://{host}/seats?block=7 None"], "the site was asked for something else"


async def live(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.send_text(websocket.state.beekeeper_sub)
    await websocket.close()


@pytest.mark.parametrize(
    ("cookie", "answers"),
    [
        (
            f"{COOKIE}={a_session('ann', seconds=7_200)}",
            ["websocket.accept", "websocket.send", "websocket.close"],
        ),
        ("", ["websocket.close"]),
    ],
    ids=["with a session", "without"],
)
def test_a_websocket_of_starlette(cookie: str, answers: list[str]) -> None:
    site = Starlette(routes=[WebSocketRoute("/live", live)])
    site.add_middleware(a_gate().asgi)
    scope = scope_of("GET", "/live", {"cookie": cookie}, "203.0.113.9")
    scope.update(type="websocket", subprotocols=[])
    seen: list[Message] = []

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        seen.append(message)

    run(site(scope, receive, send))
    assert [message["type"] for message in seen] == answers
    assert not cookie or seen[1]["text"] == "ann"
