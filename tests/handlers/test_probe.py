"""Probes of a server that does what it should not: each ends in time, and is an answer."""

import datetime
import socket
import ssl
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beekeeper.handlers.probe import MOST_BODY, PARAMETER
from tests.support.certificates import certificate, server_context
from tests.support.site import Behaviour, answering, dripping, hanging, probe, site, talking

SHORT_SECONDS = 0.15
LEEWAY_SECONDS = 0.5  # of a busy machine; much less than the server would take


def test_an_answer_has_its_status_and_its_time() -> None:
    with site(index=answering(200)) as shop:
        answer = probe(shop.url())
    assert (answer.outcome, answer.failed, answer.refused) == ("200", False, False)
    assert 0 < answer.seconds < 2


@pytest.mark.parametrize(
    ("status", "failed", "refused"),
    [(200, 0, 0), (404, 0, 0), (401, 0, 1), (403, 0, 1), (429, 0, 1), (500, 1, 0), (503, 1, 0)],
)
def test_what_each_status_means(status: int, failed: int, refused: int) -> None:
    with site(index=answering(status)) as shop:
        answer = probe(shop.url())
    assert (answer.failed, answer.refused) == (failed, refused)


def test_it_says_who_it_is_and_is_not_cached() -> None:
    with site(index=answering()) as shop:
        for _ in range(2):
            probe(shop.url("/?product=1"))
    first, second = shop.requests
    lines = first.splitlines()
    assert "User-Agent: Beekeeper-Governor (room sale)" in lines
    assert "X-Beekeeper-Probe: sale" in lines
    assert "Cache-Control: no-cache" in lines
    assert f"Host: 127.0.0.1:{shop.port}" in lines
    assert lines[0].startswith(f"GET /?product=1&{PARAMETER}=")
    assert lines[0] != second.splitlines()[0]


@pytest.mark.parametrize(
    "behaviour",
    [
        hanging,
        dripping(b""),
        dripping(b"HTTP/1.1 200 OK\r\n"),
        dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"),
        dripping(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
    ],
    ids=["no answer", "status", "headers", "body", "chunks"],
)
def test_who_is_too_slow_has_failed_in_time(behaviour: Behaviour) -> None:
    with site(index=behaviour) as shop:
        answer = probe(shop.url(), timeout_seconds=SHORT_SECONDS)
    assert answer.failed
    assert answer.seconds < SHORT_SECONDS + LEEWAY_SECONDS


def test_a_connection_that_is_not_answered_has_failed_in_time(tmp_path: Path) -> None:
    listener = socket.create_server(("127.0.0.1", 0))  # nobody ever speaks TLS here
    with listener:
        url = f"https://127.0.0.1:{listener.getsockname()[1]}/"
        answer = probe(url, timeout_seconds=SHORT_SECONDS)
    assert (answer.outcome, answer.failed) == ("time-out", True)
    assert answer.seconds < SHORT_SECONDS + LEEWAY_SECONDS


def test_dns_that_hangs_has_failed_in_time() -> None:
    over = threading.Event()

    def resolve(*_: Any, **__: Any) -> Any:
        over.wait()
        return []

    answer = probe("https://shop.example.com/", timeout_seconds=SHORT_SECONDS, resolve=resolve)
    over.set()
    assert (answer.outcome, answer.failed) == ("time-out", True)
    assert answer.seconds < SHORT_SECONDS + LEEWAY_SECONDS


def test_dns_that_fails_has_failed() -> None:
    def resolve(*_: Any, **__: Any) -> Any:
        raise socket.gaierror(-2, "Name or service not known")

    answer = probe("https://shop.example.com/", resolve=resolve)
    assert (answer.outcome, answer.failed) == ("no address in DNS", True)


def test_nobody_there_has_failed() -> None:
    with site(index=answering()) as shop:
        url = shop.url()
    answer = probe(url)
    assert (answer.outcome, answer.failed) == ("connection refused", True)


@pytest.mark.parametrize(
    "text",
    [b"", b"nonsense\r\n\r\n", b"\xff" * 100_000, b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 200],
)
def test_nonsense_has_failed(text: bytes) -> None:
    with site(index=talking(text)) as shop:
        answer = probe(shop.url())
    assert answer.failed


STARTS = [b"", b"HTTP/1.1 ", b"HTTP/1.1 302 x\r\nLocation: ", b"HTTP/1.1 200 x\r\n"]
LENGTHS = [b"Content-Length: -1\r\n\r\n", b"Transfer-Encoding: chunked\r\n\r\n"]


@settings(max_examples=40)
@given(st.sampled_from(STARTS + [STARTS[-1] + length for length in LENGTHS]), st.binary())
def test_whatever_a_site_says_is_an_answer(start: bytes, rest: bytes) -> None:
    with site(index=talking(start + rest + b"\r\n\r\n")) as shop:
        assert probe(shop.url()).outcome


def test_of_a_large_page_only_the_start_is_read() -> None:
    endless = b"HTTP/1.1 200 OK\r\nContent-Length: 10000000\r\n\r\n" + b"x" * MOST_BODY
    with site(index=dripping(endless)) as shop:
        answer = probe(shop.url())
    assert (answer.outcome, answer.failed) == ("200", False)
    assert answer.seconds < 1


# --- TLS ------------------------------------------------------------------------------------------


def trusting(file: Path) -> Any:
    return lambda: ssl.create_default_context(cafile=str(file))


def test_a_certificate_that_is_valid(tmp_path: Path) -> None:
    file = certificate(tmp_path, datetime.timedelta(days=1))
    with site(server_context(file), index=answering()) as shop:
        assert probe(shop.url(), context=trusting(file)).outcome == "200"


def test_a_certificate_of_a_name(tmp_path: Path) -> None:
    file = certificate(tmp_path, datetime.timedelta(days=1), "localhost")
    with site(server_context(file), index=answering()) as shop:
        assert probe(shop.url(host="localhost"), context=trusting(file)).outcome == "200"


def test_a_certificate_that_has_expired_has_failed(tmp_path: Path) -> None:
    file = certificate(tmp_path, datetime.timedelta(days=-1))
    with site(server_context(file), index=answering()) as shop:
        answer = probe(shop.url(), context=trusting(file))
    assert (answer.outcome, answer.failed) == ("certificate: certificate has expired", True)
    assert shop.requests == []


def test_a_certificate_of_another_host_has_failed(tmp_path: Path) -> None:
    file = certificate(tmp_path, datetime.timedelta(days=1), "shop.example.com")
    with site(server_context(file), index=answering()) as shop:
        answer = probe(shop.url(), context=trusting(file))
    assert answer.failed
    assert answer.outcome.startswith("certificate: IP address mismatch")


def test_a_certificate_that_nobody_trusts_has_failed(tmp_path: Path) -> None:
    file = certificate(tmp_path, datetime.timedelta(days=1))
    with site(server_context(file), index=answering()) as shop:
        assert probe(shop.url()).outcome == "certificate: self-signed certificate"


def test_an_encrypted_answer_that_drips_has_failed_in_time(tmp_path: Path) -> None:
    file = certificate(tmp_path, datetime.timedelta(days=1))
    with site(server_context(file), index=dripping(b"HTTP/1.1 200 OK\r\n")) as shop:
        began = time.monotonic()
        answer = probe(shop.url(), context=trusting(file), timeout_seconds=SHORT_SECONDS)
    assert answer.failed
    assert time.monotonic() - began < SHORT_SECONDS + LEEWAY_SECONDS
