"""The keys of a callable are renewed every five minutes, and no visitor waits for that."""

import threading
import time
from collections.abc import Mapping

from beekeeper.gate.answers import Answer, LetIn
from beekeeper.gate.keys import RENEWING
from beekeeper.gate.request import Request
from tests.support.gates import COOKIE, KEYS, NEW, a_gate, a_session

SESSION = Request(cookies=f"{COOKIE}={a_session(seconds=7_200)}")
IN = LetIn("visitor")


class SlowStore:
    """A secret store that answers, after the first time, when it is told to."""

    def __init__(self) -> None:
        self.keys: Mapping[str, str] = KEYS
        self.down = False
        self.asked = 0
        self.told = threading.Event()

    def __call__(self) -> Mapping[str, str]:
        self.asked += 1
        if self.asked > 1:
            assert self.told.wait(10)
        if self.down:
            raise OSError
        return self.keys

    def answer(self) -> None:
        self.told.set()
        for thread in [found for found in threading.enumerate() if found.name == RENEWING]:
            thread.join()
        self.told.clear()


def test_a_key_that_has_to_go_is_forgotten_and_meanwhile_sessions_go_on() -> None:
    store, now = SlowStore(), time.time()
    gate = a_gate(store)
    assert gate.decide(SESSION, now) == IN
    store.keys = {NEW.kid: NEW.secret}
    assert [gate.decide(SESSION, now + after, may_wait=False) for after in (300, 301)] == [IN] * 2
    store.answer()
    assert isinstance(gate.decide(SESSION, now + 302), Answer)
    assert store.asked == 2


def test_a_store_that_is_down_is_asked_again_later() -> None:
    store, now = SlowStore(), time.time()
    gate = a_gate(store)
    assert gate.decide(SESSION, now) == IN
    store.keys, store.down = {NEW.kid: NEW.secret}, True
    for after in (300, 599):
        assert gate.decide(SESSION, now + after, may_wait=False) == IN
        store.answer()
    assert store.asked == 2
    store.down = False
    assert gate.decide(SESSION, now + 600, may_wait=False) == IN
    store.answer()
    assert isinstance(gate.decide(SESSION, now + 601), Answer)


def test_a_ring_that_does_not_change_is_not_renewed() -> None:
    gate = a_gate(KEYS)
    assert gate.decide(SESSION, time.time()) == IN
    assert not [thread for thread in threading.enumerate() if thread.name == RENEWING]
