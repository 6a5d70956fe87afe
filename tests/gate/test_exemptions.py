"""What needs no session, and that nothing else passes for it."""

from collections.abc import Callable
from typing import Any

import pytest

from beekeeper.errors import ConfigError
from beekeeper.gate.exemptions import Exemptions
from beekeeper.gate.request import Request
from tests.support.gates import COOKIE, SCRIPT, Visitor, a_gate, a_session

MakeVisitor = Callable[..., Visitor]
PATHS = ["/health", "/static/*", "/pay/hook-*", "/caf\u00e9", "/.well-known/*"]


@pytest.mark.parametrize(
    "target",
    [
        "/health",
        "/health?x=1",
        "/static/a/b.css",
        "/static/",
        "/pay/hook-1",
        "/caf%C3%A9",
        "/.well-known/x",
    ],
)
def test_an_exempt_path_needs_no_session(visitor: MakeVisitor, target: str) -> None:
    for method in ("GET", "POST"):
        reply = visitor(a_gate(exempt_paths=PATHS)).ask(target, method, SCRIPT)
        assert (reply.status, reply.body[:1]) == (200, b"|")


TRICKS = [
    "/healthy",
    "/health/",
    "/HEALTH",
    "/Static/a.css",
    "/static",
    "/checkout",
    "/static/../checkout",
    "/static/%2e%2e/checkout",
    "/static/%2E./checkout",
    "/static/.%2e/checkout",
    "/static%2f..%2fcheckout",
    "/static/..%5ccheckout",
    "/static/..\\checkout",
    "/static/%252e%252e/checkout",
    "/static/..;/checkout",
    "/static/..",
    "/static/./x",
    "/static//x",
    "//static/x",
    "/static/%00/x",
    "/static/x%0a",
    "/./health",
    "/x/../health",
    "/health;x",
    "/health%3f",
    "/health%23",
    "/caf%E9",
    "/checkout?/static/x",
    "/checkout#/static/x",
    "http://shop.example.com/static/x",
]


@pytest.mark.parametrize("target", TRICKS)
def test_no_other_path_passes_for_an_exempt_one(visitor: MakeVisitor, target: str) -> None:
    assert visitor(a_gate(exempt_paths=PATHS)).ask(target).status == 302


def test_an_exempt_path_still_knows_and_takes_in_a_visitor(visitor: MakeVisitor) -> None:
    somebody = visitor(a_gate(exempt_paths=["/"]))
    assert somebody.ask("/").body == b"|"
    assert somebody.enter("/").location == "/"
    assert somebody.ask("/").body == b"visitor|"
    assert somebody.ask("/checkout").status == 200


def test_an_exempt_path_with_a_bad_pass_is_open_all_the_same(visitor: MakeVisitor) -> None:
    assert visitor(a_gate(exempt_paths=["/"])).ask("/?beekeeper_pass=x").status == 200


def test_an_exempt_method(visitor: MakeVisitor) -> None:
    somebody = visitor(a_gate(exempt_methods=["options"]))
    assert somebody.ask("/", "OPTIONS", SCRIPT).status == 200
    assert somebody.ask("/", "GET", SCRIPT).status == 401


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("10.1.2.3", 200),
        ("::ffff:10.1.2.3", 200),
        ("2001:db8::7", 200),
        ("192.0.2.9", 200),
        ("192.0.2.8", 302),
        ("11.1.2.3", 302),
        ("", 302),
        ("unix:", 302),
        ("10.1.2.3, 1.1.1.1", 302),
    ],
)
def test_an_exempt_address(visitor: MakeVisitor, address: str, status: int) -> None:
    networks = ["10.0.0.0/8", "2001:db8::/32", "192.0.2.9"]
    somebody = visitor(a_gate(exempt_addresses=networks))
    assert somebody.ask("/", address=address).status == status


def test_nobody_can_claim_an_address(visitor: MakeVisitor) -> None:
    headers = dict.fromkeys(
        ("x-forwarded-for", "forwarded", "x-real-ip", "remote-addr", "client"), "10.1.2.3"
    )
    somebody = visitor(a_gate(exempt_addresses=["10.0.0.0/8"]))
    assert somebody.ask("/", "GET", headers).status == 302


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"exempt_paths": ["static/"]}, "Begin it with a slash"),
        ({"exempt_paths": ["/*/x"]}, "only at its end"),
        ({"exempt_paths": [""]}, "Begin it with a slash"),
        ({"exempt_paths": ["/caf%C3%A9"]}, "not with a %"),
        ({"exempt_paths": ["/static//*"]}, "leave out"),
        ({"exempt_paths": ["/a/../b"]}, "leave out"),
        ({"exempt_paths": ["/a;b"]}, "leave out"),
        ({"exempt_paths": ["/search?q=shoes"]}, "leave out a query"),
        ({"exempt_paths": "/health"}, "must be a list"),
        ({"exempt_methods": "OPTIONS"}, "must be a list"),
        ({"exempt_paths": [b"/x"]}, "must be a list"),
        ({"exempt_addresses": ["10.0.0.1/8"]}, "has host bits set"),
        ({"exempt_addresses": ["localhost"]}, "no IP address"),
    ],
)
def test_a_setting_that_can_mean_nothing_is_refused(options: dict[str, Any], told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        a_gate(**options)


def test_a_session_on_an_exempt_path_is_read(visitor: MakeVisitor) -> None:
    somebody = visitor(a_gate(exempt_paths=["/health"]), kept={COOKIE: a_session("ann")})
    assert somebody.ask("/health").body == b"ann|"


def test_without_exemptions_nothing_is_exempt() -> None:
    assert not Exemptions.of((), (), ()).cover(Request(address="127.0.0.1"))
