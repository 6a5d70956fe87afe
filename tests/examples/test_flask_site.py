"""The Flask site of the README: in with a pass, out without."""

import time

import pytest
from flask.testing import FlaskClient

from beekeeper.rules import tokens
from examples.flask_site import create_site

ROOM, ORIGIN, LINK = "sale", "https://shop.example.com", "https://room.example.com/"
KEY = tokens.new_key()


@pytest.fixture
def browser() -> FlaskClient:
    return create_site(ROOM, ORIGIN, LINK, {KEY.kid: KEY.secret}, "a secret").test_client()


def address(path: str = "/", room: str = ROOM) -> str:
    token = tokens.sign_pass("visitor", [KEY], room, ORIGIN, time.time())
    return f"{path}?utm_source=mail&beekeeper_pass={token}"


def test_a_visitor_with_a_pass_gets_a_session_and_the_address_without_the_pass(
    browser: FlaskClient,
) -> None:
    answer = browser.get(address())
    assert (answer.status_code, answer.location) == (302, "/?utm_source=mail")
    answer = browser.get(answer.location)
    assert (answer.status_code, answer.text) == (200, "Welcome. Your turn has come.")


@pytest.mark.parametrize(
    "path",
    ["/", "/?beekeeper_pass=", "/?beekeeper_pass=a.b.c", address(room="other")],
    ids=["none", "empty", "forged", "another room's"],
)
def test_a_visitor_without_a_good_pass_goes_to_the_campaign_link(
    browser: FlaskClient, path: str
) -> None:
    answer = browser.get(path)
    assert (answer.status_code, answer.location) == (302, LINK)
