"""Keys from a callable: when the gate asks for them again, and how a change of keys arrives."""

import threading
import time
from collections.abc import Mapping

from beekeeper.gate.answers import LetIn
from beekeeper.gate.request import Request
from beekeeper.rules import tokens
from tests.support.gates import (
    BOTH,
    COOKIE,
    KEY,
    NEW,
    Store,
    a_gate,
    a_session,
    opens,
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


def test_threads_that_waited_for_the_keys_ask_no_more() -> None:
    """Their requests came before the one that asked, and after it."""
    store, now = Store(), time.time()
    gate = a_gate(store)
    for seconds in (0, -0.001, -5, 5, -9):
        gate.decide(Request(), now + seconds)
    assert store.asked == 1


def test_a_health_check_waits_for_no_keys() -> None:
    store = Store()
    gate = a_gate(store, exempt_paths=["/health"])
    assert gate.decide(Request(path=b"/health"), time.time(), may_wait=False) == LetIn()
    assert store.asked == 0


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
