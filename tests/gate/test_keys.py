"""The keys of a gate: where they come from, what is refused, and what a store that fails means."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from beekeeper.errors import BeekeeperError, ConfigError
from beekeeper.gate import Gate, InvalidToken, MemoryReplay, keys_from_environment
from beekeeper.gate.answers import Answer, LetIn
from beekeeper.gate.request import Request
from tests.support.gates import (
    BOTH,
    COOKIE,
    KEY,
    KEYS,
    LINK,
    NEW,
    PAGE,
    SCRIPT,
    Store,
    Visitor,
    a_gate,
    a_pass,
    a_session,
    opens,
    with_pass,
)

MakeVisitor = Callable[..., Visitor]


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
    assert "nobody can be let in: the keys can't be read" in caplog.text
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
    assert somebody.ask("/x").status == 200
    for gate in (somebody.gate, a_gate(store, exempt_paths=["/x"])):
        entered = visitor(gate).enter("/x?a=1")
        assert (entered.status, entered.location) == (302, "/x?a=1"), "the site sees the pass"
    assert "let in unchecked: the keys can't be read" in caplog.text


def test_open_by_choice_a_pass_of_an_unknown_key_gives_a_session_without_a_name(
    visitor: MakeVisitor, caplog: pytest.LogCaptureFixture
) -> None:
    now, store = time.time(), Store()
    gate = a_gate(store, fail_open=True)
    gate.decide(Request(), now - 60)
    store.down = True
    somebody = visitor(gate)
    assert somebody.enter(token=a_pass(key=NEW)).status == 302
    assert somebody.ask("/x").body == b"|"
    assert "let in unchecked: a key is unknown, and the keys can't be asked for" in caplog.text


def test_open_by_choice_a_session_of_an_unknown_key_is_let_in_while_the_store_fails() -> None:
    now, store = time.time(), Store()
    gate = a_gate(store, fail_open=True)
    stale = Request(cookies=f"{COOKIE}={a_session(key=NEW)}", accept=PAGE["accept"])
    assert isinstance(gate.decide(stale, now), Answer)
    store.down = True
    assert gate.decide(stale, now + 11) == LetIn()


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
