"""openapi.json is valid, complete, and true: the functions' answers follow it, in every state."""

import json
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path as File
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from beekeeper.contract.answers import ENTRY_STATES, NO_TICKET_STATE, moved_answer
from beekeeper.contract.routes import Path
from beekeeper.handlers import turnstile
from beekeeper.handlers.http import Request, Response
from beekeeper.rules import tokens
from beekeeper.rules.settings import Mode
from beekeeper.rules.turn import State, Turn
from tests.support.in_memory.asking import mine
from tests.support.in_memory.fakes import client_error
from tests.support.in_memory.joining import NOBODY, Sends, asked
from tests.support.in_memory.recorded import DESTINATION, NOW, PASS_KEY, ROOM, Place, signed

DOCUMENT: dict[str, Any] = json.loads(
    (File(__file__).parents[3] / "examples" / "apps" / "openapi.json").read_text(encoding="utf-8")
)
# What only browsers open, and what the site's own programs ask.
OTHER_ROUTES = {Path.ROOM, Path.ROBOTS, Path.PACE}
APP = {"accept": "application/json", "user-agent": "okhttp/4.12.0"}
JSON = {**APP, "content-type": "application/json"}


def app(path: Path, ticket: str = "", method: str = "GET", **query: str) -> Request:
    bearer = {"authorization": f"Bearer {ticket}"} if ticket else {}
    return Request(path, {**JSON, **bearer}, query=query, method=method)


def join(place: Place, ticket: str = "", method: str = "POST", **query: str) -> Response:
    return asked(place, Sends(), app(Path.JOIN, ticket, method, **query))


def tells(place: Place, path: Path, ticket: str = signed(mine)) -> Response:
    return turnstile.answer(app(path, ticket), place.table, NOBODY, NOW)


def admitted(seconds_ago: float, mode: Mode = Mode.ON) -> Place:
    place = Place(mode)
    place.admit(mine, NOW - seconds_ago)
    return place


def long_line(mode: Mode = Mode.ON) -> Place:
    place = Place(mode)
    place.a_long_line()
    return place


def broken() -> Place:
    place = Place()
    place.failing = True
    return place


def a_pass() -> str:
    return tokens.sign_pass(mine.id, [PASS_KEY], ROOM, DESTINATION.partition("/sale")[0], NOW)


# The route, the method, and what is answered there.
ANSWERS: dict[str, tuple[Path, str, Response]] = {
    "a place": (Path.JOIN, "post", join(Place())),
    "the same place": (Path.JOIN, "post", join(Place(), signed(mine))),
    "a place by GET": (Path.JOIN, "get", join(Place(), method="GET")),
    "a place at the link": (Path.CAMPAIGN, "get", asked(Place(), Sends(), app(Path.CAMPAIGN))),
    "rejoin": (Path.JOIN, "post", join(admitted(9000), signed(mine), rejoin="1")),
    "no line": (Path.JOIN, "post", join(Place(Mode.OFF))),
    "a form": (Path.JOIN, "post", asked(Place(), Sends(), Request(Path.JOIN, APP, method="POST"))),
    "another method": (Path.JOIN, "post", join(Place(), method="PUT")),
    "a page elsewhere": (
        Path.JOIN,
        "post",
        asked(
            Place(),
            Sends(),
            Request(Path.JOIN, {**JSON, "sec-fetch-site": "cross-site"}, method="POST"),
        ),
    ),
    "no queue": (
        Path.JOIN,
        "post",
        asked(Place(), Sends(client_error("X")), app(Path.JOIN, method="POST")),
    ),
    "waiting": (Path.TURN, "get", tells(long_line(), Path.TURN)),
    "being counted": (Path.TURN, "get", tells(Place(), Path.TURN)),
    "paused": (Path.TURN, "get", tells(long_line(Mode.PAUSED), Path.TURN)),
    "ready": (Path.TURN, "get", tells(admitted(20), Path.TURN)),
    "late": (Path.TURN, "get", tells(admitted(100), Path.TURN)),
    "expired": (Path.TURN, "get", tells(admitted(9000), Path.TURN)),
    "off": (Path.TURN, "get", tells(Place(Mode.OFF), Path.TURN)),
    "a stranger": (Path.TURN, "get", tells(Place(), Path.TURN, "x")),
    "out of order": (Path.TURN, "get", tells(broken(), Path.TURN)),
    "goes in": (Path.ENTER, "get", tells(admitted(20), Path.ENTER)),
    "too early": (Path.ENTER, "get", tells(Place(), Path.ENTER)),
    "too late": (Path.ENTER, "get", tells(admitted(9000), Path.ENTER)),
    "goes in without a line": (Path.ENTER, "get", tells(Place(Mode.OFF), Path.ENTER)),
    "news": (Path.NEWS, "get", tells(Place(), Path.NEWS)),
    "news of an open room": (Path.NEWS, "get", tells(Place(Mode.OFF), Path.NEWS)),
    "a good pass": (Path.CHECK, "get", tells(Place(), Path.CHECK, a_pass())),
    "no pass": (Path.CHECK, "get", tells(Place(), Path.CHECK, "x")),
}


def resolved(part: Any) -> Any:
    """Return a part of the document without references."""
    if isinstance(part, list):
        return [resolved(item) for item in part]
    if not isinstance(part, dict):
        return part
    if "$ref" in part:
        found: Any = DOCUMENT
        for name in part["$ref"].removeprefix("#/").split("/"):
            found = found[name]
        return resolved(found)
    return {name: resolved(value) for name, value in part.items()}


def schema_of(path: str, method: str, status: int) -> dict[str, Any] | None:
    """Return the schema of an answer, which allows no other fields; None for no content."""
    answer = resolved(DOCUMENT["paths"][path][method]["responses"][str(status)])
    if "content" not in answer:
        return None
    schema: dict[str, Any] = answer["content"]["application/json"]["schema"]
    variants = schema.get("oneOf", [schema])
    return {"oneOf": [{**variant, "unevaluatedProperties": False} for variant in variants]}


def test_the_document_is_valid() -> None:
    validate(DOCUMENT)


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_follows_the_document(name: str) -> None:
    path, method, response = ANSWERS[name]
    schema = schema_of(path, method, response["statusCode"])
    if schema is None:
        assert response["body"] == ""
        return
    Draft202012Validator(schema).validate(json.loads(response["body"]))


def test_an_answer_with_another_field_or_without_one_does_not_follow_it() -> None:
    path, method, response = ANSWERS["ready"]
    validator = Draft202012Validator(schema_of(path, method, 200))
    told = json.loads(response["body"])
    assert not validator.is_valid({**told, "new": 1})
    for name in told:
        assert not validator.is_valid({n: told[n] for n in told if n != name}), name


def test_the_answers_of_the_test_have_every_state() -> None:
    told = {_state(path, response) for path, _, response in ANSWERS.values()}
    assert told >= {(Path.TURN, state) for state in State}
    assert told >= {(Path.ENTER, state) for state in ENTRY_STATES.values()}
    assert (Path.TURN, NO_TICKET_STATE) in told


def _state(path: Path, response: Response) -> tuple[Path, object]:
    content: Mapping[str, object] = json.loads(response["body"] or "{}")
    return path, content.get("state")


def test_no_route_of_the_room_is_missing() -> None:
    assert set(DOCUMENT["paths"]) == {str(path) for path in set(Path) - OTHER_ROUTES}
    for path, methods in DOCUMENT["paths"].items():
        for method, asked_for in methods.items():
            statuses = {"200", "405", "429", "503"}
            assert set(asked_for["responses"]) >= statuses, (path, method)


def test_no_field_of_a_turn_is_missing() -> None:
    variants = resolved(schema_of(Path.TURN, "get", 200))["oneOf"]
    parts = [part for variant in variants for part in variant.get("allOf", [variant])]
    described = {name for part in parts for name in part["properties"]}
    assert described >= {field.name for field in fields(Turn)} | {"enter"}


@pytest.mark.parametrize(
    ("path", "method"), [("/join", "post"), ("/turn", "get"), ("/enter", "get")]
)
def test_a_room_that_has_moved_is_in_it(path: str, method: str) -> None:
    told = moved_answer("https://d1.cloudfront.net/")
    Draft202012Validator(schema_of(path, method, 200)).validate(told)


def test_what_api_gateway_answers_is_in_it() -> None:
    for status, text in ((429, "Too Many Requests"), (503, "Service Unavailable")):
        for path, methods in DOCUMENT["paths"].items():
            for method in methods:
                schema = schema_of(path, method, status)
                Draft202012Validator(schema).validate({"message": text})
