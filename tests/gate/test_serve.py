"""The gate as a service: what a web server asks it, and what it hands over."""

import json
import socket
import threading
import urllib.request
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from beekeeper.gate.__main__ import main
from beekeeper.gate.serve import server, service
from tests.support.gates import (
    COOKIE,
    KEY,
    LINK,
    PAGE,
    Reply,
    a_gate,
    a_pass,
    a_session,
    by_wsgi,
    environ_of,
)


def ask(target: str, cookie: str = "", original: str = "", **options: Any) -> Reply:
    headers = {**PAGE, "x-original-uri": original, "cookie": cookie}
    environ = environ_of(options.pop("method", "GET"), target, headers, "127.0.0.1")
    return by_wsgi(service(a_gate(**options)), environ)


IN = f"{COOKIE}={a_session('ann', seconds=7_200)}"


def test_a_visitor_who_is_in() -> None:
    reply = ask("/check", IN, "/seats?a=1")
    assert (reply.status, reply.get("x-beekeeper-sub"), reply.body) == (204, "ann", b"")
    assert ask("/check", IN, method="HEAD").status == 204
    assert reply.all("set-cookie") == []


def test_a_session_that_was_renewed_is_given_to_the_web_server() -> None:
    reply = ask("/check", f"{COOKIE}={a_session(seconds=60)}", sliding=True)
    assert reply.get("set-cookie").startswith(COOKIE)


@pytest.mark.parametrize(
    "cookie", ["", f"{COOKIE}=a.b.c", f"{COOKIE}={a_pass()}"], ids=["none", "damaged", "a pass"]
)
def test_a_visitor_who_is_not(cookie: str) -> None:
    reply = ask("/check", cookie, "/seats")
    assert (reply.status, reply.get("content-type")) == (401, "application/json")
    assert json.loads(reply.body)["link"] == LINK


def test_a_pass_never_passes_by_the_gate() -> None:
    """Also with a session: the site would log it."""
    for cookie in ("", IN):
        reply = ask("/check", cookie, f"/seats?beekeeper_pass={a_pass()}")
        assert (reply.status, reply.reason) == (401, "a pass is in the address")


def test_a_pass_in_the_query_of_the_check_itself_opens_nothing() -> None:
    assert ask(f"/check?beekeeper_pass={a_pass()}").status == 401


def test_a_request_that_is_handed_over_gets_what_the_gate_answers() -> None:
    assert ask("/seats?a=1").location == f"{LINK}&to=/seats%3Fa%3D1"
    reply = ask(f"/seats?a=1&beekeeper_pass={a_pass()}")
    assert (reply.status, reply.location) == (302, "/seats?a=1")
    assert reply.get("set-cookie").startswith(COOKIE)
    assert ask("/seats", IN).status == 404


@pytest.fixture
def address() -> Iterator[str]:
    serving = server(service(a_gate()), "127.0.0.1", 0, patience_seconds=0.1)
    thread = threading.Thread(target=serving.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{serving.server_port}"
    serving.shutdown()
    thread.join()
    serving.server_close()


def test_it_answers_over_http_and_logs_no_address(
    address: str, capsys: pytest.CaptureFixture[str]
) -> None:
    headers = {"Cookie": IN}
    asked = urllib.request.Request(f"{address}/check?beekeeper_pass=x", headers=headers)
    with urllib.request.urlopen(asked, timeout=30) as reply:
        assert (reply.status, reply.headers["X-Beekeeper-Sub"]) == (204, "ann")
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("sent", [b"", b"GET /che", b"GET /check HTTP/1.1\r\nHost: shop"])
def test_it_hangs_up_on_who_sends_no_whole_request(
    address: str, sent: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    place = urlsplit(address)
    with socket.create_connection((place.hostname, place.port), timeout=10) as connection:
        connection.sendall(sent)
        assert connection.recv(1) == b""
    assert capsys.readouterr() == ("", "")


def test_a_setting_that_is_missing_is_named(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ROOM", "LINK", "DESTINATION", "KEYS"):
        monkeypatch.delenv(f"BEEKEEPER_{name}", raising=False)
    assert main(["serve"]) == 1
    out, told = capsys.readouterr()
    assert out == ""
    assert "BEEKEEPER_ROOM, BEEKEEPER_LINK, BEEKEEPER_DESTINATION, BEEKEEPER_KEYS not set" in told


def test_a_port_that_is_taken(
    address: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BEEKEEPER_ROOM", "sale")
    monkeypatch.setenv("BEEKEEPER_LINK", LINK)
    monkeypatch.setenv("BEEKEEPER_DESTINATION", "https://shop.example.com/")
    monkeypatch.setenv("BEEKEEPER_KEYS", f"{KEY.kid}:{KEY.secret}")
    assert main(["serve", "--port", address.rpartition(":")[2]]) == 1
    assert "Give another one with --host or --port" in capsys.readouterr().err
    assert main(["serve", "--port", "70000"]) == 1


def test_the_help_names_the_variables(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["serve", "--help"])
    told = capsys.readouterr().out
    assert all(f"BEEKEEPER_{name}" in told for name in ("ROOM", "LINK", "DESTINATION", "KEYS"))
