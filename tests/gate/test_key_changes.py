"""Keys from a callable: when the gate asks for them again, and how a change of keys arrives."""

import threading
import time
from collections.abc import Mapping

import jwt

from beekeeper.gate import Gate
from beekeeper.gate.answers import Answer, LetIn
from beekeeper.gate.request import Request
from beekeeper.rules import tokens
from tests.support.gates import (
    BOTH,
    COOKIE,
    KEY,
    KEYS,
    NEW,
    Store,
    a_gate,
    a_session,
    opens,
    with_pass,
)


def test_a_callable_is_asked_when_the_first_request_comes_and_not_again() -> None:
    store, now = Store(), time.time()
    gate = a_gate(store)
    assert store.asked == 0
    assert all(opens(gate, KEY, now) for _ in range(3))
    assert store.asked == 1


def test_it_is_asked_again_for_an_unknown_key_at_most_every_ten_seconds() -> None:
    store, now = Store(), time.time()
    gate = a_gate(store)
    assert opens(gate, KEY, now)
    store.keys = BOTH
    assert [opens(gate, NEW, now + after) for after in (1, 9)] == [False, False]
    assert store.asked == 1
    assert opens(gate, NEW, now + 10)
    assert store.asked == 2
    for after in (11, 15, 19):
        assert not opens(gate, tokens.new_key(), now + after)
    assert store.asked == 2
    assert not opens(gate, tokens.new_key(), now + 20)
    assert store.asked == 3


def test_it_is_asked_again_when_the_clock_was_set_back() -> None:
    store, now = Store(), time.time()
    gate = a_gate(store)
    assert opens(gate, KEY, now)
    store.keys = BOTH
    assert opens(gate, NEW, now - 60)


def test_a_clock_that_another_thread_has_read_a_moment_before_is_no_reason() -> None:
    store, now = Store(), time.time()
    gate = a_gate(store)
    assert opens(gate, KEY, now)
    assert not opens(gate, NEW, now - 0.1)
    assert store.asked == 1


def test_a_session_of_an_unknown_key_is_a_reason_too() -> None:
    store, now = Store(), time.time()
    gate = a_gate(store)
    opens(gate, KEY, now)
    store.keys = BOTH
    session = Request(cookies=f"{COOKIE}={a_session(key=NEW)}")
    assert gate.decide(session, now + 11) == LetIn("visitor")


def test_many_threads_ask_once() -> None:
    store, others = Store(), threading.Event()

    def slow() -> Mapping[str, str]:
        others.wait(0.05)  # nobody sets it: the other threads arrive meanwhile
        return store()

    gate, now, start = a_gate(slow), time.time(), threading.Barrier(8)
    found: list[bool] = []

    def ask() -> None:
        start.wait()
        found.append(opens(gate, KEY, now))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [True] * 8
    assert store.asked == 1


def signer(gate: Gate, now: float) -> str:
    """Return the key that signs a new session."""
    found = gate.decide(with_pass(KEY), now)
    assert isinstance(found, Answer)
    (token,) = (v.split("=")[1].split(";")[0] for _, v in found.headers if v.startswith(COOKIE))
    return str(jwt.get_unverified_header(token)["kid"])


def test_another_order_of_the_keys_is_heard_of_and_a_key_that_is_gone_opens_nothing() -> None:
    store, now = Store(KEYS | {NEW.kid: NEW.secret}), time.time()
    gate = a_gate(store)
    assert signer(gate, now) == KEY.kid
    store.keys = BOTH
    assert [signer(gate, now + after) for after in (299, 301)] == [KEY.kid, NEW.kid]
    store.keys = {NEW.kid: NEW.secret}
    assert not opens(gate, KEY, now + 602)
    store.down = True
    assert opens(gate, NEW, now + 903), "a store that fails leaves the keys that are there"


def test_nobody_waits_while_another_visitor_asks_for_newer_keys() -> None:
    now, asking, answer = time.time(), threading.Event(), threading.Event()
    in_time: list[bool] = []

    def slow() -> Mapping[str, str]:
        asking.set()
        in_time.append(answer.wait(10))
        return BOTH

    store = Store()
    gate = a_gate(lambda: slow() if store.asked else store())
    gate.decide(Request(), now)
    another = threading.Thread(target=gate.decide, args=(Request(), now + 301))
    another.start()
    try:
        assert asking.wait(10)
        assert opens(gate, KEY, now + 301)
        assert gate.decide(Request(), now + 301, may_wait=False)
    finally:
        answer.set()
        another.join()
    assert in_time == [True], "the visitor had to wait"
