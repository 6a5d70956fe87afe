"""The names that deployed rooms depend on. Changing one breaks running rooms."""

import json
from importlib import import_module
from pathlib import Path as File

import pytest

from beekeeper.contract.functions import CALL, Function, Variable, functions_of, is_call
from beekeeper.contract.routes import REJOIN_LINK, TICKET_COOKIE, Path, ticket_cookie_name

FUNCTIONS = functions_of(governed=True)
EVENTS = sorted((File(__file__).parents[1] / "support/in_memory/events").glob("*.json"))


def test_routes() -> None:
    assert {path.route_key: f.name for f in FUNCTIONS for path in f.paths} == {
        "ANY /": "producer",
        "ANY /join": "producer",
        "ANY /room": "room",
        "ANY /robots.txt": "room",
        "ANY /turn": "turnstile",
        "ANY /enter": "turnstile",
        "ANY /check": "turnstile",
        "ANY /news": "turnstile",
        "ANY /pace": "governor",
    }


def test_each_path_has_one_function() -> None:
    assert sorted(path for f in FUNCTIONS for path in f.paths) == sorted(Path)


def test_only_a_governed_room_has_a_governor() -> None:
    assert [f.name for f in functions_of(governed=False)] == [
        "producer",
        "room",
        "turnstile",
        "consumer",
    ]


def test_links_are_relative() -> None:
    links = {path: path.link for path in Path}
    assert links == {
        "/": ".",
        "/join": "join",
        "/room": "room",
        "/turn": "turn",
        "/enter": "enter",
        "/check": "check",
        "/news": "news",
        "/robots.txt": "robots.txt",
        "/pace": "pace",
    }
    assert REJOIN_LINK == "join?rejoin=1"


def test_cookie() -> None:
    assert ticket_cookie_name("sale") == "beekeeper_ticket_sale"
    assert TICKET_COOKIE == "beekeeper_ticket"


def test_variables() -> None:
    assert {f.name: {v.value for v in f.variables} for f in FUNCTIONS} == {
        "producer": {
            "BEEKEEPER_TABLE",
            "BEEKEEPER_ROOM",
            "BEEKEEPER_QUEUE_URL",
            "BEEKEEPER_CONSUMER",
            "BEEKEEPER_LANGUAGES",
        },
        "room": {"BEEKEEPER_BUCKET", "BEEKEEPER_LANGUAGES"},
        "turnstile": {
            "BEEKEEPER_TABLE",
            "BEEKEEPER_ROOM",
            "BEEKEEPER_CONSUMER",
            "BEEKEEPER_LANGUAGES",
        },
        "consumer": {
            "BEEKEEPER_TABLE",
            "BEEKEEPER_ROOM",
            "BEEKEEPER_QUEUE_URL",
            "BEEKEEPER_DEAD_LETTER_URL",
        },
        "governor": {"BEEKEEPER_TABLE", "BEEKEEPER_ROOM"},
    }
    assert {v for f in FUNCTIONS for v in f.variables} == set(Variable)


def test_variables_are_not_aws_own() -> None:
    assert all(variable.value.startswith("BEEKEEPER_") for variable in Variable)


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.name)
def test_a_deployers_call_does_nothing(function: Function, monkeypatch: pytest.MonkeyPatch) -> None:
    """It uses no client and no variable, so there is no error either."""
    for variable in Variable:
        monkeypatch.delenv(variable.value, raising=False)
    handler = import_module(f"beekeeper.handlers.{function.name}").handler
    assert not handler(CALL, None)


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.stem)
def test_no_visitor_is_a_deployers_call(event: File) -> None:
    assert not is_call(json.loads(event.read_text(encoding="utf-8")))
    assert not is_call({"source": "aws.events", "detail": {}})
