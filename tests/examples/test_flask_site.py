"""The Flask site of the README: in with a pass, out without."""

import pytest
from flask.testing import FlaskClient

from examples.flask_site import create_app
from tests.support.gates import KEY, LINK, ORIGIN, ROOM, a_pass


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    monkeypatch.setenv("BEEKEEPER_ROOM", ROOM)
    monkeypatch.setenv("BEEKEEPER_LINK", LINK)
    monkeypatch.setenv("BEEKEEPER_DESTINATION", f"{ORIGIN}/sale")
    monkeypatch.setenv("BEEKEEPER_KEYS", f"{KEY.kid}:{KEY.secret}")
    return create_app().test_client()


def test_a_visitor_with_a_pass_gets_a_session_and_the_address_without_the_pass(
    browser: FlaskClient,
) -> None:
    address = f"/?utm_source=mail&beekeeper_pass={a_pass('ann')}"
    answer = browser.get(address, base_url=ORIGIN)
    assert (answer.status_code, answer.location) == (302, "/?utm_source=mail")
    answer = browser.get(answer.location, base_url=ORIGIN)
    assert answer.text == "Welcome. Your turn has come, visitor ann."


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/?beekeeper_pass=",
        "/?beekeeper_pass=a.b.c",
        f"/?beekeeper_pass={a_pass(room='other')}",
    ],
    ids=["none", "empty", "forged", "another room's"],
)
def test_a_visitor_without_a_good_pass_goes_to_the_campaign_link(
    browser: FlaskClient, path: str
) -> None:
    answer = browser.get(path)
    assert (answer.status_code, answer.location) == (302, f"{LINK}&to=/")
