"""The keys of a gate: where they come from, when they are asked for again, and what is refused."""

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from beekeeper.errors import BeekeeperError, ConfigError
from beekeeper.gate import Gate, InvalidToken, MemoryReplay, keys_from_environment
from beekeeper.gate.answers import Answer, LetIn
from beekeeper.gate.request import Request
from beekeeper.rules import tokens
from tests.support.gates import (
    COOKIE,
    KEY,
    KEYS,
    LINK,
    PAGE,
    SCRIPT,
    Visitor,
    a_gate,
    a_pass,
    a_session,
)

MakeVisitor = Callable[..., Visitor]
NEW = tokens.new_key()
BOTH = {NEW.kid: NEW.secret} | KEYS


class Store:
    """A secret store: what it has, whether it is reached, and how often it was asked."""

    def __init__(self, keys: Mapping[str, str] = KEYS) -> None:
        self.keys: Any = keys
        self.down = False
        self.asked = 0

    def __call__(self) -> Mapping[str, str]:
        self.asked += 1
        if self.down:
            raise OSError("s3cret of the store")
        found: Mapping[str, str] = self.keys
        return found


def with_pass(key: tokens.Key) -> Request:
    return Request(query=f"beekeeper_pass={a_pass(key=key)}", accept=PAGE["accept"])


def opens(gate: Gate, key: tokens.Key, now: float) -> bool:
    found = gate.decide(with_pass(key), now)
    assert isinstance(found, Answer)
    return any(value.startswith(COOKIE) for name, value in found.headers if name == "Set-Cookie")


def test_threads_that_waited_for_the_keys_ask_no_more() -> None:
    """Their requests came before the one that asked, and after it."""
    store, now = Store(), time.time()
    gate = a_gate(store)
    for seconds in (0, -0.001, -5, 5, -9):
        gate.decide(Request(), now + seconds)
    assert store.asked == 1
    gate.decide(with_pass(NEW), now - 3_600)  # the clock was set back
    assert store.asked == 2


def test_a_health_check_waits_for_no_keys() -> None:
    store = Store()
    gate = a_gate(store, exempt_paths=["/health"])
    assert gate.decide(Request(path=b"/health"), time.time(), may_wait=False) == LetIn()
    assert store.asked == 0


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


DAMAGED: list[Any] = [
    {},
    {"k": "short"},
    {"k": ""},
    {"": "x" * 43},
    {"k": 5},
    {b"k": b"x"},
    None,
    5,
]


@pytest.mark.parametrize("keys", DAMAGED)
def test_while_there_are_no_keys_nobody_gets_in_and_all_are_told(
    visitor: MakeVisitor, keys: Any, caplog: pytest.LogCaptureFixture
) -> None:
    store = Store(keys)
    somebody = visitor(a_gate(store))
    reply = somebody.enter()
    assert (reply.status, reply.get("retry-after")) == (503, "10")
    assert somebody.ask("/", "GET", SCRIPT).get("content-type") == "application/json"
    assert "asking for the keys failed: gate: " in caplog.text
    store.keys = KEYS
    assert somebody.enter().status == 503, "it was asked twice in ten seconds"


def test_a_store_that_fails_leaves_the_keys_that_are_there(
    caplog: pytest.LogCaptureFixture,
) -> None:
    store, now = Store(), time.time()
    gate = a_gate(store)
    assert opens(gate, KEY, now)
    store.down = True
    unknown = gate.decide(with_pass(NEW), now + 20)
    assert isinstance(unknown, Answer)
    assert unknown.status == 503
    assert opens(gate, KEY, now + 21)
    assert gate.decide(Request(cookies=f"{COOKIE}={a_session()}"), now + 40) == LetIn("visitor")
    stale = Request(cookies=f"{COOKIE}={a_session(key=NEW)}", accept=PAGE["accept"])
    found = gate.decide(stale, now + 41)
    assert isinstance(found, Answer)
    assert found.status == 302, "an old cookie keeps nobody from the room"
    assert "OSError" in caplog.text
    assert "s3cret" not in caplog.text


def test_open_by_choice_everybody_gets_in_while_there_are_no_keys(
    visitor: MakeVisitor, caplog: pytest.LogCaptureFixture
) -> None:
    store = Store()
    store.down = True
    somebody = visitor(a_gate(store, fail_open=True))
    assert [somebody.enter().status, somebody.ask("/x").status] == [200, 200]
    assert "let in unchecked: the keys can't be read" in caplog.text


def test_open_by_choice_a_pass_of_an_unknown_key_gives_a_session_without_a_name(
    visitor: MakeVisitor,
) -> None:
    now, store = time.time(), Store()
    gate = a_gate(store, fail_open=True)
    gate.decide(Request(), now - 60)
    store.down = True
    somebody = visitor(gate)
    assert somebody.enter(token=a_pass(key=NEW)).status == 302
    assert somebody.ask("/x").body == b"|"


def test_an_exempt_path_needs_no_keys(visitor: MakeVisitor) -> None:
    store = Store()
    store.down = True
    assert visitor(a_gate(store, exempt_paths=["/health"])).ask("/health").status == 200


@pytest.mark.parametrize("keys", DAMAGED)
def test_damaged_keys_are_refused_at_once_and_not_shown(keys: Any) -> None:
    with pytest.raises(ConfigError, match="keys show --format env") as told:
        a_gate(keys)
    assert "short" not in str(told.value)


def test_keys_of_an_environment_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUR_KEYS", f" {NEW.kid}:{NEW.secret},{KEY.kid}:{KEY.secret}\n")
    assert list(keys_from_environment("OUR_KEYS").items()) == list(BOTH.items())


@pytest.mark.parametrize("text", ["", "  ", "abc", "a:b", "kid:", ":secret", ",", "a:" + "x" * 300])
def test_a_variable_that_is_damaged(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BEEKEEPER_KEYS", text)
    with pytest.raises(ConfigError, match="BEEKEEPER_KEYS"):
        keys_from_environment()
    monkeypatch.delenv("BEEKEEPER_KEYS")
    with pytest.raises(ConfigError, match="missing or empty"):
        keys_from_environment()


ENVIRONMENT = {
    "BEEKEEPER_ROOM": "sale",
    "BEEKEEPER_LINK": LINK,
    "BEEKEEPER_DESTINATION": "https://shop.example.com/sale",
    "BEEKEEPER_KEYS": f"{KEY.kid}:{KEY.secret}",
}


def test_a_gate_of_the_environment(visitor: MakeVisitor, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    somebody = visitor(Gate.from_environment(exempt_paths=["/health"]))
    assert somebody.enter().status == 302
    assert somebody.ask().status == 200
    for name in ENVIRONMENT:
        with monkeypatch.context() as without:
            without.delenv(name)
            with pytest.raises(ConfigError, match=f"gate: {name} not set"):
                Gate.from_environment()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"room": "The Sale"}, "no name of a room"),
        ({"room": "sale; Path=/x"}, "no name of a room"),
        ({"room": ""}, "no name of a room"),
        ({"destination": "http://shop.example.com/"}, "no https address"),
        ({"destination": "shop.example.com"}, "no https address"),
        ({"link": "javascript:alert(1)"}, "no campaign link"),
        ({"link": "https://a\\b.example/"}, "no campaign link"),
        ({"link": ""}, "no campaign link"),
        ({"session_minutes": 0}, "session_minutes"),
        ({"session_minutes": 1e9}, "session_minutes"),
        ({"session_minutes": "30"}, "session_minutes must be a number"),
        ({"replay": MemoryReplay}, r"is no replay store.*MemoryReplay\(\)"),
        ({"replay": True}, "is no replay store"),
    ],
)
def test_settings_that_can_t_work(change: dict[str, Any], told: str) -> None:
    settings: Any = {"room": "sale", "destination": "https://shop.example.com/", "link": LINK}
    with pytest.raises(ConfigError, match=told):
        Gate(**(settings | {"keys": KEYS} | change))


def test_what_the_gate_raises_is_an_error_of_beekeeper() -> None:
    assert issubclass(ConfigError, BeekeeperError)
    assert issubclass(InvalidToken, BeekeeperError)


def test_no_secret_is_in_the_representation_of_a_gate() -> None:
    gate = a_gate()
    assert KEY.secret not in repr(gate) + repr(gate._decisions) + repr(vars(gate))
