"""The way of a visitor at the gate: without a pass, with one, and with a session."""

import json
import logging
from collections.abc import Callable, Mapping
from typing import Any, cast
from urllib.parse import quote

import pytest

from beekeeper.gate import Answer, Refusal
from beekeeper.gate.answers import LetIn
from beekeeper.gate.request import Request
from tests.support.gates import COOKIE, LINK, ORIGIN, PAGE, SCRIPT, Reply, Visitor, a_gate, a_pass

MakeVisitor = Callable[..., Visitor]
TO_ROOM = f"{LINK}&to="


def test_a_visitor_without_a_pass_goes_to_the_room_and_will_come_back_to_the_page(
    visitor: MakeVisitor,
) -> None:
    reply = visitor(a_gate()).ask("/seats/b%20c?block=7&utm_source=mail")
    wanted = "/seats/b%2520c%3Fblock%3D7%26utm_source%3Dmail"
    assert (reply.status, reply.location) == (302, TO_ROOM + wanted)
    assert (reply.get("cache-control"), reply.reason) == ("no-store", "no pass")


@pytest.mark.parametrize(
    "target", ["//evil.example/", "/\\evil.example", "/" + "a" * 512, "/?" + "%20" * 200]
)
def test_what_the_room_would_not_take_is_left_out(visitor: MakeVisitor, target: str) -> None:
    reply = visitor(a_gate()).ask(target)
    assert reply.status == 302
    assert reply.location.startswith(LINK)
    assert not reply.location.startswith((TO_ROOM + "//", TO_ROOM + "/%5C"))
    assert len(reply.location) < 700


def test_bytes_in_a_query_that_the_browser_did_not_encode_stay_the_same_bytes() -> None:
    for sent in ("caf\u00e9\u20ac".encode(), b"caf\xe9"):
        request = Request(query=f"q={sent.decode('latin-1')}&a=%20")
        assert request.wanted == f"/?q={quote(sent)}&a=%20"


WITHIN_AN_APP = {"x-requested-with": "com.instagram.android"}  # Android's WebView sends it
PROGRAMS: list[tuple[str, Mapping[str, str]]] = [
    ("GET", SCRIPT),
    ("GET", {"accept": "*/*", "x-requested-with": "XMLHttpRequest"}),
    ("GET", SCRIPT | WITHIN_AN_APP),
    ("GET", {"accept": "application/json"}),
    ("POST", {"accept": "application/json"}),
    ("POST", SCRIPT),
    ("DELETE", {}),
]


@pytest.mark.parametrize(("method", "headers"), PROGRAMS)
def test_a_program_without_a_session_is_told_where_the_room_is(
    visitor: MakeVisitor, method: str, headers: Mapping[str, str]
) -> None:
    reply = visitor(a_gate()).ask("/api/cart", method, headers)
    assert (reply.status, reply.get("content-type")) == (401, "application/json")
    assert reply.get("cache-control") == "no-store"
    told = json.loads(reply.body)
    assert told["link"] == LINK
    assert "no pass" in told["error"]


@pytest.mark.parametrize(
    "headers",
    [
        PAGE,
        {"accept": "*/*"},
        {},
        {"accept": "text/html, x/json"},
        PAGE | WITHIN_AN_APP,
        {"accept": "text/html"} | WITHIN_AN_APP,
    ],
)
def test_whoever_may_be_a_person_is_redirected(
    visitor: MakeVisitor, headers: Mapping[str, str]
) -> None:
    assert visitor(a_gate()).ask("/", "GET", headers).status == 302
    assert visitor(a_gate()).ask("/", "HEAD", headers).status == 302


def test_a_form_that_is_sent_without_a_session_is_answered_with_a_page(
    visitor: MakeVisitor,
) -> None:
    reply = visitor(a_gate()).ask("/order", "POST")
    assert (reply.status, reply.get("content-type")) == (401, "text/html; charset=utf-8")
    assert f'href="{LINK}"'.encode() in reply.body


def test_a_pass_is_exchanged_for_a_session_and_taken_out_of_the_address(
    visitor: MakeVisitor,
) -> None:
    somebody = visitor(a_gate())
    reply = somebody.ask(f"/s%2Fx?b=%20&utm_a=1&beekeeper_pass={a_pass('ann')}&a=+&b=2")
    assert reply.status == 302
    assert reply.location in ("/s%2Fx?b=%20&utm_a=1&a=+&b=2", "/s/x?b=%20&utm_a=1&a=+&b=2")
    assert reply.get("referrer-policy") == "no-referrer"
    assert reply.get("cache-control") == "no-store"
    cookie = reply.get("set-cookie")
    assert cookie.startswith(f"{COOKIE}=")
    assert cookie.endswith("; Max-Age=1800; Path=/; HttpOnly; SameSite=Lax; Secure")
    assert somebody.ask("/x?a=1").body == b"ann|a=1"


@pytest.mark.parametrize("path", ["//evil.example/x", "///evil.example", "//"])
def test_a_path_that_browsers_read_as_a_host_stays_on_the_site(
    visitor: MakeVisitor, path: str
) -> None:
    assert visitor(a_gate()).enter(path).location == ORIGIN + path


def test_what_no_header_may_contain_is_encoded(visitor: MakeVisitor) -> None:
    reply = visitor(a_gate()).enter("/x?a=\r\nSet-Cookie: b=1&c=\x7f\t")
    assert reply.location == "/x?a=%0D%0ASet-Cookie:%20b=1&c=%7F%09"


def test_a_session_outlives_its_pass_and_the_room(visitor: MakeVisitor) -> None:
    somebody = visitor(a_gate())
    somebody.enter()
    for method, headers in [("GET", PAGE), ("POST", SCRIPT), ("PUT", {})]:
        reply = somebody.ask("/x", method, headers)
        assert (reply.status, reply.all("set-cookie")) == (200, [])
        assert reply.get("cache-control") == "max-age=60", "the site's own header was changed"


def test_a_pass_with_a_post_keeps_the_method_and_the_body(visitor: MakeVisitor) -> None:
    reply = visitor(a_gate()).ask(f"/api?beekeeper_pass={a_pass()}&x=1", "POST", SCRIPT)
    assert (reply.status, reply.location) == (307, "/api?x=1")


def test_of_many_passes_only_the_first_three_are_looked_at(visitor: MakeVisitor) -> None:
    """Each costs a verification."""
    bad = "&".join(["beekeeper_pass=x"] * 2)
    assert visitor(a_gate()).ask(f"/?{bad}&beekeeper_pass={a_pass()}").location == "/"
    reply = visitor(a_gate()).ask(f"/?{bad}&beekeeper_pass=x&beekeeper_pass={a_pass()}")
    assert reply.reason == "missing or malformed"


# Made when a test needs it: a pass that is made at the start would have expired after ten minutes.
OTHERS: list[tuple[str, Callable[[], str]]] = [
    ("missing or malformed", lambda: ""),
    ("missing or malformed", lambda: "a.b.c"),
    ("expired", lambda: a_pass(age=601)),
    ("forged, malformed or for somebody else", lambda: a_pass()[:-8] + "AAAAAAAA"),
    ("forged, malformed or for somebody else", lambda: a_pass(origin="https://other.example.com")),
    ("not a pass of this room", lambda: a_pass(room="other")),
]


@pytest.mark.parametrize(("reason", "make"), OTHERS, ids=range(len(OTHERS)))
def test_a_pass_that_is_no_good_leads_to_the_room_and_is_in_no_log(
    visitor: MakeVisitor, reason: str, make: Callable[[], str], caplog: pytest.LogCaptureFixture
) -> None:
    token = make()
    caplog.set_level(logging.DEBUG)
    reply = visitor(a_gate()).ask(f"/x?a=1&beekeeper_pass={token}")
    assert (reply.status, reply.location) == (302, TO_ROOM + "/x%3Fa%3D1")
    assert reply.reason == reason
    assert reason in caplog.text
    assert "beekeeper_pass" not in caplog.text
    assert not token or token not in caplog.text
    assert not any(value.startswith(COOKIE) for value in reply.all("set-cookie"))


@pytest.mark.parametrize(("reason", "make"), OTHERS, ids=range(len(OTHERS)))
def test_whoever_has_a_session_goes_on_with_any_pass(
    visitor: MakeVisitor, reason: str, make: Callable[[], str], caplog: pytest.LogCaptureFixture
) -> None:
    token = make()
    caplog.set_level(logging.INFO)
    somebody = visitor(a_gate())
    somebody.enter()
    reply = somebody.ask(f"/x?beekeeper_pass={token}&a=1")
    assert (reply.status, reply.location, reply.reason) == (302, "/x?a=1", reason)
    assert f"a visitor with a session brought a pass that is no good: {reason}" in caplog.text
    assert somebody.ask(reply.location).status == 200


def test_the_hook_hears_of_each_refusal_and_may_answer_otherwise(visitor: MakeVisitor) -> None:
    heard: list[Refusal] = []

    def hook(refusal: Refusal) -> Answer | None:
        heard.append(refusal)
        return Answer(403, (("X-Own", "1"),), b"own") if "own" in refusal.request.target else None

    somebody = visitor(a_gate(on_refused=hook))
    assert somebody.ask("/").status == 302
    own = somebody.ask("/own")
    assert (own.status, own.get("x-own"), own.body) == (403, "1", b"own")
    assert [refusal.reason for refusal in heard] == ["no pass", "no pass"]
    somebody.enter()
    assert somebody.ask("/").status == 200
    assert len(heard) == 2


def test_a_hook_that_fails_changes_nothing(
    visitor: MakeVisitor, caplog: pytest.LogCaptureFixture
) -> None:
    def hook(refusal: Refusal) -> None:
        raise RuntimeError("the metrics are down")

    assert visitor(a_gate(on_refused=hook)).ask("/").status == 302
    assert "on_refused failed" in caplog.text


@pytest.mark.parametrize(
    "found",
    [
        "403 Forbidden",
        403,
        LetIn("eve"),
        Answer(999),
        Answer(100),
        Answer(403, (("X-Own", "a\r\nSet-Cookie: b=c"),)),
        Answer(403, (("X Own", "1"),)),
        Answer(403, (), cast("Any", "a text")),
        Answer(403, cast("Any", {"X-Own": "1"})),
    ],
)
def test_a_hook_that_returns_what_can_t_be_sent_changes_nothing(
    visitor: MakeVisitor, caplog: pytest.LogCaptureFixture, found: Any
) -> None:
    assert visitor(a_gate(on_refused=lambda _: found)).ask("/").status == 302
    assert "on_refused" in caplog.text


def test_a_hook_may_answer_with_a_status_of_its_own(visitor: MakeVisitor) -> None:
    assert visitor(a_gate(on_refused=lambda _: Answer(499))).ask("/").status == 499


def test_a_refusal_shows_no_cookie_and_no_pass(visitor: MakeVisitor) -> None:
    shown: list[str] = []
    somebody = visitor(a_gate(on_refused=lambda refusal: shown.append(repr(refusal.request))))
    somebody.kept["a"] = "private"
    somebody.ask(f"/?beekeeper_pass={a_pass(age=700)}")
    assert "private" not in shown[0]
    assert "beekeeper_pass" not in shown[0]


def test_a_head_has_no_body(visitor: MakeVisitor) -> None:
    replies: list[Reply] = [
        visitor(a_gate()).ask("/", "HEAD", headers) for headers in (PAGE, SCRIPT)
    ]
    assert [(reply.status, reply.body) for reply in replies] == [(302, b""), (401, b"")]
