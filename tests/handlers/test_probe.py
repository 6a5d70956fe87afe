"""Probes of a server that does what it should not: each ends in time, and leads nowhere else."""

import datetime
import socket
import ssl
import threading
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beekeeper.handlers.probe import MOST_BODY, PARAMETER, Prober, is_public
from beekeeper.rules.probes import Answer
from tests.support.certificates import certificate, server_context
from tests.support.site import Behaviour, answering, dripping, hanging, site, talking

ROOM = "sale"
SHORT_SECONDS = 0.15
LEEWAY_SECONDS = 0.5  # of a busy machine; much less than the server would take


def probe(url: str, **more: Any) -> Answer:
    return Prober(url, ROOM, **{"timeout_seconds": 2.0, **more}).ask()


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


def test_the_redirect_of_the_site_s_gate_is_a_refusal() -> None:
    told = answering(302, X_Beekeeper_Gate="no pass", Location="https://room.example.com/")
    with site(index=told) as shop:
        assert probe(shop.url()).refused, "it is as fast on a site that suffers"


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


# --- Redirects and addresses ----------------------------------------------------------------------


def test_a_redirect_on_the_same_host_is_followed() -> None:
    moved = answering(302, Location="/page")
    with site(index=moved, page=answering(503)) as shop:
        answer = probe(shop.url())
    assert (answer.outcome, answer.failed) == ("503", True)
    assert shop.paths() == ["/", "/page"]


@pytest.mark.parametrize(
    "location",
    [
        "http://localhost:{other}/",
        "http://127.0.0.1:{other}/",
        "http://169.254.169.254/latest/meta-data/",
        "//localhost:{other}/",
        "http://user@127.0.0.1:{port}/",
        "https://127.0.0.1:{port}/",
        "ftp://127.0.0.1:{port}/",
        "file:///etc/passwd",
        "http://127.0.0.1:bad/",
        "http://[::1",
        "",
    ],
)
def test_a_redirect_to_elsewhere_is_an_answer_and_not_followed(location: str) -> None:
    with site(index=answering()) as other, site(index=answering()) as shop:
        where = location.format(other=other.port, port=shop.port)
        shop.behaviours["/"] = answering(302, Location=where)
        answer = probe(shop.url())
    assert (answer.outcome, answer.failed, answer.refused) == ("302", False, False)
    assert other.requests == []
    assert shop.paths() == ["/"]


def test_a_circle_of_redirects_ends() -> None:
    with site(index=answering(302, Location="/")) as shop:
        answer = probe(shop.url())
    assert answer.outcome == "302"
    assert len(shop.requests) == 4


def leading_to(*addresses: str) -> Any:
    """Return a DNS that has these addresses for every name."""

    def resolve(host: str, port: int, **_: Any) -> Any:
        return [
            (socket.AF_INET6 if ":" in a else socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, port))
            for a in addresses
        ]

    return resolve


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.0.0.1", "192.168.1.1", "172.16.0.1", "169.254.169.254", "100.64.0.1",
        "0.0.0.0", "224.0.0.1", "240.0.0.1", "::1", "::", "fe80::1", "fe80::1%eth0", "fd00::1",
        "::ffff:127.0.0.1", "::ffff:169.254.169.254", "64:ff9b::7f00:1", "2002:7f00:1::", "ff02::1",
        "::127.0.0.1", "::ffff:0:127.0.0.1", "fec0::1",
    ],
)  # fmt: skip
def test_an_address_inside_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.215.14", "8.8.8.8", "2606:4700:4700::1111"])
def test_an_address_of_the_internet_is_public(address: str) -> None:
    assert is_public(address)


def test_a_name_that_means_an_address_inside_is_not_connected_to() -> None:
    with site(index=answering()) as inside:
        url = f"http://shop.example.com:{inside.port}/"
        answer = probe(url, resolve=leading_to("127.0.0.1", "::1"))
    assert (answer.outcome, answer.failed, answer.refused) == ("not a public address", False, True)
    assert inside.requests == []


def test_of_the_addresses_of_a_name_only_public_ones_are_left_and_ipv4_comes_first() -> None:
    resolve = leading_to("127.0.0.1", "2606:4700:4700::1111", "10.0.0.1", "8.8.8.8")
    prober = Prober("https://shop.example.com/", ROOM, resolve=resolve)
    found = prober._addresses(urlsplit(prober.url), time.monotonic() + 2)
    assert [where[0] for _, where in found] == ["8.8.8.8", "2606:4700:4700::1111"]


def test_dns_is_asked_once_so_it_cannot_answer_the_check_and_the_connection_differently() -> None:
    asked = list[str]()

    def rebinding(host: str, port: int, **_: Any) -> Any:
        asked.append(host)
        return leading_to(f"127.0.0.{len(asked)}")(host, port)

    with site(index=answering(302, Location="/page"), page=answering()) as shop:
        assert probe(shop.url(host="localhost"), resolve=rebinding).outcome == "200"
    assert asked == ["localhost"]
    assert shop.paths() == ["/", "/page"]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_an_address_in_the_configuration_is_the_operators_choice(host: str) -> None:
    with site(index=answering()) as shop:
        assert probe(shop.url(host=host)).outcome == "200"


# --- TLS ------------------------------------------------------------------------------------------


def trusting(file: Path) -> Any:
    return lambda: ssl.create_default_context(cafile=str(file))


def test_a_certificate_that_is_valid(tmp_path: Path) -> None:
    file = certificate(tmp_path, datetime.timedelta(days=1))
    with site(server_context(file), index=answering()) as shop:
        assert probe(shop.url(), context=trusting(file)).outcome == "200"


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
