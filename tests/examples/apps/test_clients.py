"""The example apps, in Python and in JavaScript: both wait in line, against scripted answers."""

import json
import subprocess
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from examples.apps import client
from tests.support.programs import installed

LANGUAGES = ["python", "javascript"]
SITE = "https://shop.example.com/?beekeeper_pass=x"
SCRIPT = Path(client.__file__).with_name("client.js")
# Runs the client without its pauses, and reports them.
HARNESS = """
const [script, link, file] = process.argv.slice(1);
const slept = [];
const sleep = (seconds) => Promise.resolve(slept.push(seconds));
require(script).waitInLine(link, file, sleep)
  .then((address) => console.log(JSON.stringify([address, slept])));
"""
Reply = tuple[int, dict[str, Any], dict[str, str]]


def reply(status: int = 200, after: str = "", **content: Any) -> Reply:
    return status, content, {"Retry-After": after} if after else {}


def turn(state: str, **fields: Any) -> Reply:
    return reply(state=state, **{"retry_after": 20, **fields})


PLACE = reply(state="waiting", ticket="mine", number=1)
READY, GOES_IN = turn("ready", enter="enter", expires_in=300), reply(state="ready", enter=SITE)


class Room:
    """A room on 127.0.0.1 that gives its answers in order."""

    def __init__(self) -> None:
        self.replies: list[Reply] = []
        self.asked: list[str] = []  # the method, the route and the ticket
        room = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                ticket = self.headers.get("Authorization", "").removeprefix("Bearer ")
                room.asked.append(f"{self.command} {self.path} {ticket}".strip())
                status, content, headers = room.replies.pop(0)
                body = json.dumps(content).encode()
                self.send_response(status)
                for name, value in {**headers, "Content-Length": str(len(body))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def do_POST(self) -> None:
                assert self.headers["Content-Type"] == "application/json"
                assert self.rfile.read(int(self.headers["Content-Length"])) == b"{}"
                self.do_GET()

            def log_message(self, *args: object) -> None:
                """Log nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.link = f"http://127.0.0.1:{self.server.server_port}/stage/"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()


@pytest.fixture
def room() -> Iterator[Room]:
    made = Room()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture(params=LANGUAGES)
def wait(
    request: pytest.FixtureRequest, room: Room, tmp_path: Path
) -> Callable[..., tuple[str, list[float]]]:
    """Waits in line with these answers; returns the address, and the pauses in seconds."""
    file = tmp_path / "ticket.txt"

    def in_python(*replies: Reply) -> tuple[str, list[float]]:
        slept: list[float] = []
        room.replies = [*replies]
        return client.wait_in_line(room.link, file, slept.append), slept

    def in_javascript(*replies: Reply) -> tuple[str, list[float]]:
        room.replies = [*replies]
        command = [installed("node"), "-e", HARNESS, str(SCRIPT), room.link, str(file)]
        run = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
        address, slept = json.loads(run.stdout)
        return address, slept

    return {"python": in_python, "javascript": in_javascript}[request.param]


def test_it_joins_waits_and_goes_in(
    wait: Callable[..., tuple[str, list[float]]], room: Room, tmp_path: Path
) -> None:
    address, slept = wait(PLACE, turn("waiting"), turn("paused"), READY, GOES_IN)
    assert address == SITE
    assert room.asked == [
        "POST /stage/join",
        *["GET /stage/turn mine"] * 3,
        "GET /stage/enter mine",
    ]
    assert all(18 <= pause <= 22 for pause in slept)
    assert len(slept) == 2
    assert (tmp_path / "ticket.txt").read_text() == "mine"


def test_it_keeps_its_place_when_it_starts_again(
    wait: Callable[..., tuple[str, list[float]]], room: Room, tmp_path: Path
) -> None:
    (tmp_path / "ticket.txt").write_text("mine")
    assert wait(READY, GOES_IN)[0] == SITE
    assert room.asked[0] == "GET /stage/turn mine"


def test_it_backs_off_and_keeps_its_place_while_the_room_fails(
    wait: Callable[..., tuple[str, list[float]]], room: Room
) -> None:
    crowded = reply(429, message="Too Many Requests")
    told, login = reply(503, "30", error="unavailable"), reply(401, error="log in first")
    portal: Reply = (302, {}, {"Location": "/login"})
    address, slept = wait(
        *(crowded, PLACE, crowded, told, portal, login, crowded, READY, crowded, GOES_IN)
    )
    assert address == SITE
    assert room.asked[2:] == [*["GET /stage/turn mine"] * 6, *["GET /stage/enter mine"] * 2]
    least = [2, 2, 30, 8, 16, 32, 2]
    assert all(low <= pause <= 2 * low for low, pause in zip(least, slept, strict=True))


def test_it_joins_again_when_its_turn_has_ended_or_its_ticket_is_unknown(
    wait: Callable[..., tuple[str, list[float]]], room: Room
) -> None:
    unknown = reply(401, state="unknown")
    assert wait(PLACE, turn("expired"), PLACE, unknown, PLACE, READY, GOES_IN)[0] == SITE
    joined = [request for request in room.asked if request.startswith("POST")]
    assert joined == ["POST /stage/join", "POST /stage/join?rejoin=1 mine", "POST /stage/join"]


def test_it_asks_turn_again_if_it_can_not_go_in_after_all(
    wait: Callable[..., tuple[str, list[float]]], room: Room
) -> None:
    address, slept = wait(PLACE, READY, reply(state="waiting"), READY, GOES_IN)
    assert (address, room.asked.count("GET /stage/turn mine")) == (SITE, 2)
    assert len(slept) == 1
    assert slept[0] >= 1


def test_it_goes_in_at_a_moment_of_its_own_while_there_is_no_line(
    wait: Callable[..., tuple[str, list[float]]], room: Room
) -> None:
    off = turn("off", spread_seconds=19)
    address, slept = wait(PLACE, off, reply(state="off", enter=SITE))
    assert (address, room.asked[-1]) == (SITE, "GET /stage/enter mine")
    assert 0 <= sum(slept) <= 19


def test_it_goes_in_at_once_if_there_is_no_line_when_it_comes(
    wait: Callable[..., tuple[str, list[float]]], room: Room, tmp_path: Path
) -> None:
    assert wait(reply(state="off", ticket=None, number=None, enter=SITE)) == (SITE, [])
    assert not (tmp_path / "ticket.txt").exists()


def test_it_follows_a_room_that_has_moved(
    wait: Callable[..., tuple[str, list[float]]], room: Room
) -> None:
    there = room.link.replace("/stage/", "/")
    moved = reply(state="moved", enter=there)
    assert wait(PLACE, moved, PLACE, READY, GOES_IN)[0] == SITE
    assert room.asked[2:4] == ["POST /join", "GET /turn mine"]
