"""Where probes go: nothing that DNS or the site says leads them to another place."""

import socket
import time
from typing import Any
from urllib.parse import urlsplit

import pytest

from beekeeper.handlers.probe import LED_ELSEWHERE, Prober, _onward
from beekeeper.rules.probes import is_public
from tests.support.site import ROOM, answering, probe, site, talking


def test_a_redirect_on_the_same_host_is_followed() -> None:
    moved = answering(302, Location="/page")
    with site(index=moved, page=answering(503)) as shop:
        answer = probe(shop.url())
    assert (answer.outcome, answer.failed) == ("503", True)
    assert shop.paths() == ["/", "/page"]


@pytest.mark.parametrize(
    ("location", "path"),
    [
        (b"/a b", "/a%20b"),
        (b"/a%20b", "/a%20b"),
        ("/s\u00f8k".encode("latin-1"), "/s%F8k"),
        ("/s\u00f8k".encode(), "/s%C3%B8k"),
        ("/\u202e".encode(), "/%E2%80%AE"),
    ],
)
def test_a_redirect_with_letters_that_browsers_encode_is_followed(
    location: bytes, path: str
) -> None:
    with site(index=talking(b"HTTP/1.1 302 x\r\nLocation: " + location + b"\r\n\r\n")) as shop:
        shop.behaviours[path] = answering(200)
        answer = probe(shop.url())
    assert (answer.outcome, answer.failed, shop.paths()) == ("200", False, ["/", path])


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
def test_a_redirect_to_elsewhere_is_a_refusal_and_not_followed(location: str) -> None:
    with site(index=answering()) as other, site(index=answering()) as shop:
        where = location.format(other=other.port, port=shop.port)
        shop.behaviours["/"] = answering(302, Location=where)
        answer = probe(shop.url())
    assert (answer.outcome, answer.failed, answer.refused) == (LED_ELSEWHERE, False, True)
    assert other.requests == []
    assert shop.paths() == ["/"]


def test_a_redirect_to_https_on_the_same_host_is_followed() -> None:
    plain, secure = urlsplit("http://shop.example.com:8080/"), "https://shop.example.com/x"
    assert _onward(plain, secure) == urlsplit(secure)
    assert _onward(urlsplit(secure), "http://shop.example.com/x") is None


def test_the_host_header_names_no_default_port() -> None:
    prober = Prober("https://shop.example.com/", ROOM)
    assert prober._headers(urlsplit(prober.url))["Host"] == "shop.example.com"


def test_a_circle_of_redirects_ends() -> None:
    with site(index=answering(302, Location="/")) as shop:
        answer = probe(shop.url())
    assert (answer.outcome, answer.refused) == (LED_ELSEWHERE, True)
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
        "::127.0.0.1", "::ffff:0:169.254.169.254", "fec0::1", "2001:db8::1",
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
