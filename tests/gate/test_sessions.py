"""The session's cookie: what it withstands, how long it lasts, and what renews it."""

import time
from collections.abc import Callable
from dataclasses import replace

import jwt
import pytest

from beekeeper.gate import Gate
from beekeeper.gate.answers import LetIn
from beekeeper.gate.request import Request
from beekeeper.rules import tokens
from tests.support.gates import (
    COOKIE,
    KEY,
    KEYS,
    LINK,
    ORIGIN,
    ROOM,
    Visitor,
    a_gate,
    a_pass,
    a_session,
)

MakeVisitor = Callable[..., Visitor]
OTHER_KEY = tokens.new_key()


def altered(token: str) -> str:
    middle = token.split(".")[1]
    return token.replace(middle, ("A" if middle[5] != "A" else "B").join((middle[:5], middle[6:])))


def unsigned(token: str) -> str:
    claims = jwt.decode(token, options={"verify_signature": False})
    return jwt.encode(claims, "", algorithm="none", headers={"kid": KEY.kid})


BAD = {
    "altered": altered(a_session()),
    "unsigned": unsigned(a_session()),
    "without a signature": a_session().rpartition(".")[0] + ".",
    "signed with the pass key itself": tokens.sign_session(
        tokens.Session("visitor", int(time.time()) + 99, "a"), [KEY], ROOM, ORIGIN
    ),
    "of an unknown key": a_session(key=OTHER_KEY),
    "of an unknown key with a known id": a_session(key=replace(OTHER_KEY, kid=KEY.kid)),
    "of another site": a_session(origin="https://www.example.com"),
    "of another room": a_session(room="other"),
    "over": a_session(seconds=0),
    "a pass": a_pass(),
    "empty": "",
    "nonsense": "\x00\xff=;,\r\n",
    "8 KB": "a" * 8_192,
    "nested": "e30." * 2_000,
}


@pytest.mark.parametrize("value", BAD.values(), ids=BAD)
def test_a_cookie_that_is_no_session_lets_nobody_in(visitor: MakeVisitor, value: str) -> None:
    somebody = visitor(a_gate(), kept={COOKIE: value})
    assert somebody.ask().status == 302
    assert somebody.enter().status == 302
    assert somebody.ask().status == 200


def test_a_session_is_no_pass(visitor: MakeVisitor) -> None:
    derived = tokens.session_key(KEY)
    assert derived.secret != KEY.secret
    reply = visitor(a_gate()).enter(token=a_session())
    assert reply.reason.startswith("forged")
    as_if_a_pass_key = visitor(a_gate({KEY.kid: derived.secret})).enter(token=a_session())
    assert as_if_a_pass_key.reason == "not a pass of this room"


def test_a_session_of_a_former_key_lasts_while_the_key_is_there(visitor: MakeVisitor) -> None:
    kept = {COOKIE: a_session("ann")}
    new = {OTHER_KEY.kid: OTHER_KEY.secret}
    assert visitor(a_gate(new | KEYS), kept=dict(kept)).ask().body == b"ann|"
    assert visitor(a_gate(new), kept=dict(kept)).ask().status == 302


def test_the_first_key_signs(visitor: MakeVisitor) -> None:
    somebody = visitor(a_gate({OTHER_KEY.kid: OTHER_KEY.secret} | KEYS))
    somebody.enter()
    header = jwt.get_unverified_header(somebody.kept[COOKIE])
    assert header["kid"] == OTHER_KEY.kid


def test_the_good_one_of_several_cookies_with_one_name_counts(visitor: MakeVisitor) -> None:
    others = "; ".join(f"{COOKIE}={value}" for value in ("", "a.b.c", altered(a_session())))
    somebody = visitor(a_gate(), kept={"x": f"1; {others}; {COOKIE}={a_session('ann')}"})
    assert somebody.ask().body == b"ann|"


def test_of_many_cookies_with_one_name_only_the_first_ones_are_looked_at(
    visitor: MakeVisitor,
) -> None:
    """Each costs a verification."""
    for bad, status in ((31, 200), (32, 302)):
        others = "; ".join([f"{COOKIE}=a.b.c"] * bad)
        somebody = visitor(a_gate(), kept={"x": f"1; {others}; {COOKIE}={a_session('ann')}"})
        assert somebody.ask().status == status


def test_a_hundred_cookies(visitor: MakeVisitor) -> None:
    many = {f"c{number}": "v" * 40 for number in range(100)}
    assert visitor(a_gate(), kept=many | {COOKIE: a_session()}).ask().status == 200
    assert visitor(a_gate(), kept=many).ask().status == 302


def test_a_cookie_whose_name_only_contains_ours_is_another(visitor: MakeVisitor) -> None:
    for name in (f"{COOKIE}2", f"x{COOKIE}", COOKIE.removeprefix("__Host-"), COOKIE.upper()):
        assert visitor(a_gate(), kept={name: a_session()}).ask().status == 302


def test_by_http_on_this_machine_the_cookie_is_one_that_browsers_keep(visitor: MakeVisitor) -> None:
    gate = Gate(ROOM, KEYS, "http://127.0.0.1:8000/", link=LINK)
    reply = visitor(gate).enter(token=a_pass(origin="http://127.0.0.1:8000"))
    cookie = reply.get("set-cookie")
    assert cookie.startswith("beekeeper_gate_sale=")
    assert "Secure" not in cookie


def with_session(seconds: int) -> Request:
    return Request(cookies=f"{COOKIE}={a_session('ann', seconds=seconds)}")


def test_a_fixed_session_ends_when_it_must(now: float) -> None:
    gate = a_gate(session_minutes=10)
    assert gate.decide(with_session(1), now) == LetIn("ann")
    assert gate.decide(with_session(590), now + 580) == LetIn("ann")
    assert not isinstance(gate.decide(with_session(590), now + 591), LetIn)


def test_a_sliding_session_is_renewed_when_half_of_it_is_over(now: float) -> None:
    gate = a_gate(session_minutes=10, sliding=True)
    assert gate.decide(with_session(310), now) == LetIn("ann")
    found = gate.decide(with_session(290), now)
    assert isinstance(found, LetIn)
    renewed = Request(cookies=found.cookie.partition(";")[0])
    assert gate.decide(renewed, now + 280) == LetIn("ann")
    assert isinstance(gate.decide(renewed, now + 590), LetIn)
    assert not isinstance(gate.decide(renewed, now + 602), LetIn)


@pytest.fixture
def now() -> float:
    return time.time()


def test_no_cache_keeps_an_answer_that_renews_a_session(visitor: MakeVisitor) -> None:
    somebody = visitor(a_gate(sliding=True), kept={COOKIE: a_session(seconds=60)})
    reply = somebody.ask()
    assert reply.status == 200
    assert reply.all("cache-control") == ["no-store"]
    assert reply.all("cdn-cache-control") == []
    assert reply.get("set-cookie").startswith(f"{COOKIE}=")
    again = somebody.ask()
    assert (again.all("cache-control"), again.all("set-cookie")) == (["max-age=60"], [])


def test_the_pass_of_a_session_opens_no_second_one(visitor: MakeVisitor) -> None:
    """A refresh of the address with the pass does not make the session longer."""
    somebody, token = visitor(a_gate()), a_pass()
    assert somebody.enter(token=token).all("set-cookie")
    again = somebody.enter("/x", token=token)
    assert (again.location, again.all("set-cookie")) == ("/x", [])


def test_another_pass_begins_anew(visitor: MakeVisitor) -> None:
    somebody = visitor(a_gate())
    for name in ("ann", "bob", "cy", "di", "ed"):
        somebody.enter(token=a_pass(name))
        assert somebody.ask().body == f"{name}|".encode()
