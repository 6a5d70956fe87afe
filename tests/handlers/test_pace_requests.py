"""``POST /pace``: the site asks for a slower pace, and nobody else can."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from beekeeper.contract import governor_item, items
from beekeeper.contract.routes import Path
from beekeeper.handlers import pace_requests
from beekeeper.handlers.governor_table import GovernorTable
from beekeeper.handlers.visitor_table import VisitorTable
from beekeeper.rules import tokens
from beekeeper.rules.governed import Governed, pace_in_force
from beekeeper.rules.settings import GovernorMode, Settings
from tests.support.in_memory.dynamo import FakeDynamo
from tests.support.in_memory.fakes import TABLE
from tests.support.in_memory.governed import AUTOMATIC
from tests.support.in_memory.recorded import PASS_KEY, ROOM, TICKET_KEY
from tests.support.in_memory.virtual import START

RATE, FLOOR = AUTOMATIC.rate, AUTOMATIC.governor_floor


def signed(pace: int = 300, seconds: int = 60, at: float = START, **other: Any) -> str:
    values = {"keys": [PASS_KEY], "room": ROOM, **other}
    return tokens.sign_pace_request(pace, seconds, now=at, **values)


def event(body: Any, method: str = "POST", **more: Any) -> dict[str, Any]:
    return {
        "routeKey": Path.PACE.route_key,
        "rawPath": "/prod/pace",  # under a stage
        "requestContext": {"http": {"method": method}, "stage": "prod"},
        "body": body,
        "isBase64Encoded": False,
        **more,
    }


@dataclass
class Room:
    settings: Settings = AUTOMATIC
    dynamo: FakeDynamo = field(default_factory=FakeDynamo)

    def __post_init__(self) -> None:
        self.dynamo.set_room(self.settings)
        self.dynamo.put(items.keys_item([TICKET_KEY], [PASS_KEY]))

    def answer(self, event: Mapping[str, Any], now: float = START) -> tuple[int, dict[str, Any]]:
        copies = VisitorTable(self.dynamo, TABLE, ROOM)
        found = pace_requests.answer(event, copies, GovernorTable(self.dynamo, TABLE), now)
        return found["statusCode"], json.loads(found["body"] or "{}")

    def ask(self, token: str, now: float = START) -> int:
        return self.answer(event(json.dumps({"token": token})), now)[0]

    @property
    def governed(self) -> Governed:
        return governor_item.governed_of(self.dynamo.items.get(items.GOVERNOR))

    def pace(self, now: float = START) -> float:
        return pace_in_force(self.settings, self.governed, now)


def test_what_the_site_asks_for_is_in_force_until_the_end_that_it_named() -> None:
    room = Room()
    assert room.ask(signed(300, 60)) == 204
    assert (room.pace(), room.pace(START + 59), room.pace(START + 60)) == (300, 300, RATE)


def test_it_can_change_its_mind() -> None:
    room = Room()
    room.ask(signed(100, 600))
    assert room.ask(signed(500, 60, at=START + 5), START + 5) == 204
    assert room.pace(START + 6) == 500
    assert room.pace(START + 100) == RATE


def test_it_leaves_what_was_measured() -> None:
    room = Room()
    held = Governed(pace=200.0, held_at=START, reason="slow")
    room.dynamo.put({**items.key(items.GOVERNOR), **governor_item.measured_values(held)})
    room.ask(signed(300))
    assert (room.governed.reason, room.pace()) == ("slow", 200)


@pytest.mark.parametrize(
    ("asked", "held"),
    [(0, FLOOR), (1, FLOOR), (10**9, RATE), pytest.param(10**400, RATE, id="huge"), (599, 599)],
)
def test_never_above_the_rate_and_never_below_the_floor(asked: int, held: float) -> None:
    room = Room()
    assert room.ask(signed(asked)) == 204
    assert room.pace() == held


def test_a_rate_that_is_raised_later_leaves_what_the_site_asked_for() -> None:
    room = Room()
    room.ask(signed(900))
    room.settings = replace(AUTOMATIC, rate=2 * RATE)
    assert room.pace() == 900


def test_an_old_request_that_is_repeated_makes_nothing_longer() -> None:
    room = Room()
    token = signed(300, 30)
    room.ask(token)
    until = room.governed.asked_until
    assert until == START + 30
    assert room.ask(token, START + 20) == 204
    assert room.governed.asked_until == until
    assert room.ask(token, START + 31) == 401  # what it asks for is over
    assert room.pace(START + 31) == RATE


def test_an_old_request_does_not_undo_a_later_one() -> None:
    room = Room()
    old = signed(50, 600)
    room.ask(old)
    room.ask(signed(500, 60, at=START + 10), START + 10)
    assert room.ask(old, START + 20) == 409
    assert room.pace(START + 20) == 500


def test_the_clock_of_the_site_can_be_ahead() -> None:
    room = Room()
    assert room.ask(signed(300, 600, at=START + 30)) == 204
    assert room.pace() == 300
    assert room.pace(START + 600) == RATE


def test_a_request_of_the_far_future_is_refused() -> None:
    assert Room().ask(signed(300, 600, at=START + 3_600)) == 401


def test_a_time_that_somebody_damaged_does_not_keep_the_site_from_asking() -> None:
    for damaged in ({"N": "9e9"}, {"S": "x"}):
        room = Room()
        room.dynamo.put({**items.key(items.GOVERNOR), "asked_at": damaged})
        assert room.ask(signed(300)) == 204
        assert room.pace() == 300


@pytest.mark.parametrize(
    "token",
    [
        signed(at=START - 61),
        signed(room="other"),
        signed(keys=[TICKET_KEY]),
        signed(seconds=9),
        signed(seconds=601),
        signed(pace=-1),
        tokens.sign_pass("v", [PASS_KEY], ROOM, "https://shop.example.com", START),
        tokens.sign_ticket(tokens.new_ticket(START), [PASS_KEY], ROOM),
        signed()[:-2] + "xx",
        "x" * 3_000,
        "",
    ],
    ids=[
        "old", "other room", "other key", "short", "long", "negative", "pass", "ticket", "altered",
        "nonsense", "empty",
    ],
)  # fmt: skip
def test_any_other_token_is_refused(token: str) -> None:
    room = Room()
    status, content = room.answer(event(json.dumps({"token": token})))
    assert status == 401
    assert content["error"]
    assert room.governed == Governed()


@pytest.mark.parametrize(
    "body", [None, "", "{", "[]", "null", "7", '{"token": 7}', '{"token": null}', "[" * 4_000]
)
def test_a_body_without_a_token_is_refused_and_reads_no_table(body: Any) -> None:
    room = Room()
    status, content = room.answer(event(body))
    assert status == 400
    assert "token" in content["error"]
    assert room.dynamo.calls.names == []


def test_a_long_body_is_refused_and_reads_no_table() -> None:
    room = Room()
    assert room.answer(event(json.dumps({"token": "x" * 5_000})))[0] == 413
    assert room.dynamo.calls.names == []


def test_a_body_in_base64() -> None:
    room = Room()
    encoded = base64.b64encode(json.dumps({"token": signed()}).encode()).decode()
    assert room.answer(event(encoded, isBase64Encoded=True))[0] == 204
    assert room.answer(event("***", isBase64Encoded=True))[0] == 400
    assert room.answer(event("/w==", isBase64Encoded=True))[0] == 400  # no UTF-8


def test_while_the_governor_only_advises_it_is_noted_and_not_in_force() -> None:
    room = Room(replace(AUTOMATIC, governor_mode=GovernorMode.ADVISE))
    status, content = room.answer(event(json.dumps({"token": signed(300)})))
    assert (status, content["mode"]) == (202, "advise")
    assert (room.governed.asked_pace, room.pace()) == (300, RATE)


def test_while_the_governor_is_off_it_is_refused() -> None:
    room = Room(replace(AUTOMATIC, governor_mode=GovernorMode.OFF))
    status, content = room.answer(event(json.dumps({"token": signed(300)})))
    assert (status, room.governed) == (409, Governed())
    assert "off" in content["error"]


@pytest.mark.parametrize(("method", "status"), [("GET", 405), ("PUT", 405), ("OPTIONS", 204)])
def test_other_methods(method: str, status: int) -> None:
    found = pace_requests.answer(
        event(None, method),
        VisitorTable(FakeDynamo(), TABLE, ROOM),
        GovernorTable(FakeDynamo(), TABLE),
        START,
    )
    assert (found["statusCode"], found["headers"]["allow"]) == (status, "POST, OPTIONS")
    assert not any(name.startswith("access-control") for name in found["headers"])


@pytest.mark.parametrize("operation", ["BatchGetItem", "UpdateItem"])
@pytest.mark.parametrize("code", ["ThrottlingException", "AccessDeniedException"])
def test_a_table_in_trouble_is_503(operation: str, code: str) -> None:
    room = Room()
    fail = {"BatchGetItem": room.dynamo.refuse_read, "UpdateItem": room.dynamo.refuse_write}
    fail[operation](items.KEYS if operation == "BatchGetItem" else items.GOVERNOR, code)
    status, content = room.answer(event(json.dumps({"token": signed()})))
    assert (status, content) == (503, {"error": "unavailable", "retry_after": 5})
