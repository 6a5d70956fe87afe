import base64
import hashlib
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beekeeper.handlers import http
from beekeeper.handlers.http import Request
from tests.support.in_memory.recorded import EVENTS, ROOM, event, request


@pytest.mark.parametrize("name", ["aws_campaign_cookies", "ministack_turn"])
def test_both_forms_of_cookies(name: str) -> None:
    assert request(name, ticket="T").tickets(ROOM) == ["T"]


def test_route_not_path() -> None:
    # Under a stage or a mapping of a custom domain, the path has more in front.
    raw = event("aws_turn", ticket="T") | {"rawPath": "/beta/turn"}
    assert Request.from_event(raw).path == "/turn"


@pytest.mark.parametrize("file", sorted(EVENTS.glob("*.json")), ids=lambda file: file.stem)
def test_events_are_whole(file: object) -> None:
    raw = json.loads(file.read_text())  # type: ignore[attr-defined]
    assert raw["version"] == "2.0"
    assert Request.from_event(raw).path == raw["rawPath"]


@pytest.mark.parametrize(
    "raw", [{}, {"headers": None, "cookies": None, "queryStringParameters": None}, {"cookies": []}]
)
def test_event_that_lacks_everything(raw: dict[str, object]) -> None:
    found = Request.from_event(raw)
    assert (found.path, found.tickets(ROOM), found.bearer()) == ("/", [], "")
    assert not found.wants_json()
    assert found.method == "GET"


@given(st.lists(st.text(max_size=30), max_size=5))
def test_any_cookies_are_read(cookies: list[str]) -> None:
    as_list = Request.from_event({"cookies": [*cookies, "beekeeper_ticket_sale=T"]}).tickets(ROOM)
    assert as_list[-1] == "T"
    header = "; ".join([*(c.replace(";", "") for c in cookies), "beekeeper_ticket_sale=T"])
    assert Request.from_event({"headers": {"Cookie": header}}).tickets(ROOM)[-1] == "T"


@pytest.mark.parametrize(
    ("header", "token"),
    [("Bearer T", "T"), ("bearer  T ", "T"), ("Basic T", ""), ("Bearer", ""), ("T", ""), ("", "")],
)
def test_bearer(header: str, token: str) -> None:
    assert Request(headers={"authorization": header}).bearer() == token


@pytest.mark.parametrize(
    ("accept", "wants"),
    [
        ("application/json", True),
        ("application/json, */*;q=0.1", True),
        ("text/html,application/json", False),
        ("*/*", False),
        ("", False),
    ],
)
def test_apps_ask_for_json(accept: str, wants: bool) -> None:
    assert Request(headers={"accept": accept}).wants_json() is wants


@pytest.mark.parametrize(
    ("domain", "plain"),
    [
        ("0a1b2c3d.execute-api.localhost", True),
        ("localhost", True),
        ("a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com", False),
        ("localhost.example.com", False),
        ("evillocalhost", False),
        ("", False),
    ],
)
def test_only_loopback_has_no_tls(domain: str, plain: bool) -> None:
    assert Request(domain=domain).is_plain_http is plain


def test_ticket_cookie() -> None:
    cookie = http.ticket_cookie(ROOM, "T", 60, secure=True)
    assert cookie == ("beekeeper_ticket_sale=T; Path=/; Max-Age=60; HttpOnly; SameSite=Lax; Secure")
    assert "Secure" not in http.ticket_cookie(ROOM, "T", 60, secure=False)


def test_every_answer_is_private() -> None:
    answers = [
        http.redirect("room"),
        http.json_response(200, {}),
        http.unavailable(Request()),
        http.unavailable(Request(headers={"accept": "application/json"})),
    ]
    for answer in answers:
        assert http.PRIVATE_HEADERS.items() <= answer["headers"].items()
        assert answer["headers"]["cache-control"] == "no-store"


def test_unavailable_tries_again_by_itself() -> None:
    answer = http.unavailable(Request())
    assert answer["statusCode"] == 503
    assert answer["headers"]["retry-after"] == "5"
    assert '<noscript><meta http-equiv="refresh" content="5"></noscript>' in answer["body"]
    (script,) = re.findall("<script>(.*?)</script>", answer["body"], re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = answer["headers"]["content-security-policy"]
    assert f"script-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy
    app = http.unavailable(Request(headers={"accept": "application/json"}))
    assert json.loads(app["body"]) == {"error": "unavailable", "retry_after": 5}
    assert app["headers"]["retry-after"] == "5"
