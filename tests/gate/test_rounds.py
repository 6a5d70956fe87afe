"""No visitor goes round and round between a room that gives passes and a gate that refuses them."""

import logging
from collections.abc import Callable

import pytest

from beekeeper.gate import Gate, MemoryReplay
from beekeeper.rules import tokens
from tests.support.gates import KEY, LINK, SCRIPT, Reply, Visitor, a_gate, a_pass

MakeVisitor = Callable[..., Visitor]
OTHER = tokens.new_key()
MOST = 10


def rounds(somebody: Visitor, make_pass: Callable[[], str], most: int = MOST) -> list[Reply]:
    """Follow the redirects of a gate, and of a room that is off. It gives a new pass at once."""
    replies = [somebody.ask("/page")]
    while replies[-1].status == 302 and len(replies) < most:
        to_room = replies[-1].location.startswith(LINK)
        target = f"/page?beekeeper_pass={make_pass()}" if to_room else replies[-1].location
        replies.append(somebody.ask(target))
    return replies


WRONG: list[tuple[str, Callable[[], str], str]] = [
    ("the clock is ahead", lambda: a_pass(age=3_600), "The clock of this site may be wrong"),
    ("the keys are old", lambda: a_pass(key=OTHER), "This site may lack the room&#x27;s new key"),
    ("another origin", lambda: a_pass(origin="https://b.example"), "set up for another room"),
    ("another room", lambda: a_pass(room="other"), "set up for another room"),
]


@pytest.mark.parametrize(("make_pass", "cause"), [w[1:] for w in WRONG], ids=[w[0] for w in WRONG])
def test_a_gate_that_refuses_each_pass_says_why_after_three_rounds(
    visitor: MakeVisitor,
    make_pass: Callable[[], str],
    cause: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    replies = rounds(visitor(a_gate()), make_pass)
    assert [reply.status for reply in replies] == [302, 302, 302, 302, 503]
    assert cause in replies[-1].body.decode()
    assert replies[-1].get("retry-after")
    assert replies[-1].get("cache-control") == "no-store"
    told = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert len(told) == 1
    assert "went round" in told[0].getMessage()


def test_the_link_on_that_page_starts_afresh(visitor: MakeVisitor) -> None:
    somebody = visitor(a_gate())
    rounds(somebody, lambda: a_pass(key=OTHER))
    assert somebody.kept == {}, "the count has to begin anew"
    replies = rounds(somebody, a_pass)
    assert [reply.status for reply in replies] == [302, 302, 200]


def test_who_was_refused_three_times_gets_in_with_a_good_pass(visitor: MakeVisitor) -> None:
    """The keys of the site have come meanwhile."""
    somebody = visitor(a_gate())
    for _ in range(3):
        somebody.enter(token=a_pass(key=OTHER))
    somebody.enter()
    assert somebody.ask().status == 200


def test_a_browser_that_keeps_no_session_is_told_after_three_rounds(visitor: MakeVisitor) -> None:
    """The destination is https, and the site is visited by http: Secure cookies are dropped."""
    somebody = visitor(a_gate())
    replies = [somebody.ask("/page")]
    for _ in range(4):
        replies.append(somebody.enter("/page"))
        somebody.kept = {n: v for n, v in somebody.kept.items() if not n.startswith("__Host-")}
    assert [reply.status for reply in replies] == [302, 302, 302, 302, 503]
    assert "refuses cookies" in replies[-1].body.decode()


def test_a_count_that_another_host_of_the_domain_has_set_keeps_nobody_out(
    visitor: MakeVisitor,
) -> None:
    """Such a cookie stays, whatever the gate answers."""
    somebody, token = visitor(a_gate(replay=MemoryReplay())), a_pass()
    tossed = {"beekeeper_gate_rounds_sale": "good3"}
    somebody.kept |= tossed
    assert somebody.enter("/page", token=token).status == 503
    somebody.kept |= tossed
    assert somebody.enter("/page", token=token).location == "/page", "the page is loaded again"
    assert somebody.ask("/page").status == 200


def test_a_script_with_a_bad_pass_is_refused_at_once(visitor: MakeVisitor) -> None:
    reply = visitor(a_gate()).ask(f"/api?beekeeper_pass={a_pass(age=900)}", "GET", SCRIPT)
    assert (reply.status, reply.reason, reply.all("set-cookie")) == (401, "expired", [])


@pytest.mark.parametrize("value", ["refused99", "good", "refused-1", "9" * 5_000, "\xff"])
def test_a_count_that_is_nonsense_is_none(visitor: MakeVisitor, value: str) -> None:
    somebody = visitor(a_gate(), kept={"beekeeper_gate_rounds_sale": value})
    assert somebody.enter(token=a_pass(age=900)).status == 302


def test_a_clock_that_is_off_by_the_leeway_makes_no_rounds(visitor: MakeVisitor) -> None:
    gate: Gate = a_gate()
    for age in (-3_600, -30, 30, 590):
        somebody = visitor(gate)
        somebody.enter(token=a_pass(age=age, key=KEY))
        assert somebody.ask().status == 200
