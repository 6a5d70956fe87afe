"""A site that asks its room for fewer visitors."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from beekeeper.errors import BeekeeperError, ConfigError
from beekeeper.gate import Gate, ask_pace
from beekeeper.rules import tokens
from tests.support.gates import KEY, KEYS, ORIGIN, ROOM


class Room(HTTPServer):
    """Notes what it is asked, and answers with ``status``."""

    status = 204

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[tuple[str, Any]] = []
        self.link = f"http://127.0.0.1:{self.server_port}/stage"


class _Handler(BaseHTTPRequestHandler):
    server: Room

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.asked.append((self.path, json.loads(body)))
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def room() -> Iterator[Room]:
    made = Room()
    thread = threading.Thread(target=made.serve_forever, args=(0.01,))
    thread.start()
    yield made
    made.shutdown()
    thread.join()
    made.server_close()


@pytest.mark.parametrize("end", ["", "/", "/?utm=1"])
def test_a_site_asks_with_a_token_that_the_room_can_read(room: Room, end: str) -> None:
    gate = Gate(ROOM, KEYS, ORIGIN, link=room.link + end)
    gate.ask_pace(300, seconds=120)
    [(path, body)] = room.asked
    found = tokens.read_pace_request(body["token"], [KEY], ROOM, time.time())
    assert (path, found.per_minute, found.seconds) == ("/stage/pace", 300, 120)


@pytest.mark.parametrize(
    ("status", "remedy"),
    [
        (401, "the clock of this site"),
        (403, "behind an edge"),
        (404, "Is the governor on"),
        (409, "python -m beekeeper governor automatic"),
        (500, "Try again"),
        (307, "Try"),
    ],
)
def test_a_room_that_refuses(room: Room, status: int, remedy: str) -> None:
    room.status = status
    with pytest.raises(BeekeeperError, match=f"answered {status}.*{remedy}") as told:
        ask_pace(room.link, KEYS, ROOM, 300)
    assert room.asked[0][1]["token"] not in str(told.value)


def test_a_room_that_can_t_be_reached() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and does not listen
        link = f"http://127.0.0.1:{taken.getsockname()[1]}/"
        with pytest.raises(BeekeeperError, match="does this machine reach it") as told:
            ask_pace(link, KEYS, ROOM, 300)
        assert "urlopen" not in str(told.value)


@pytest.mark.parametrize(
    ("per_minute", "seconds"),
    [(-1, 60), (300, 9), (300, 601), (300.5, 60), (300, 60.0), (True, 60)],
)
def test_a_pace_that_makes_no_sense(per_minute: Any, seconds: Any) -> None:
    with pytest.raises(ConfigError, match="10 to 600 seconds, both as whole numbers"):
        ask_pace("https://room.example.com/", KEYS, ROOM, per_minute, seconds)


@pytest.mark.parametrize("link", ["file:///etc/passwd", "room.example.com", ""])
def test_a_link_that_is_none(link: str) -> None:
    with pytest.raises(ConfigError, match="no campaign link"):
        ask_pace(link, KEYS, ROOM, 300)


def test_without_keys_the_gate_can_t_ask() -> None:
    def keys() -> dict[str, str]:
        raise OSError

    with pytest.raises(BeekeeperError, match="the keys can't be read"):
        Gate(ROOM, keys, ORIGIN, link="https://room.example.com/").ask_pace(300)
