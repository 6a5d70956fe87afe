"""The pages without a script: who wants to read in peace stops the refresh."""

import base64
import hashlib
import re
from dataclasses import replace

import pytest

from beekeeper.contract.routes import STAY_LINK
from beekeeper.handlers import http, turnstile
from beekeeper.handlers.http import Request, Response
from beekeeper.rules.settings import Mode
from tests.support.in_memory.asking import mine
from tests.support.in_memory.joining import NOBODY
from tests.support.in_memory.recorded import NOW, Place, request, signed

JSON = {"accept": "application/json"}


def enter(place: Place, **fields: object) -> Response:
    """Ask to go in, and to stay on the page otherwise."""
    asks = replace(request("aws_enter", ticket=signed(mine)), query={"stay": "1"}, **fields)  # type: ignore[arg-type]
    return turnstile.answer(asks, place.table, NOBODY, NOW)


def links(answer: Response) -> list[str]:
    return re.findall('<a href="([^"]*)"', answer["body"])


@pytest.mark.parametrize("mode", [Mode.ON, Mode.PAUSED])
def test_who_has_to_wait_gets_a_page_that_does_not_refresh_itself(mode: Mode) -> None:
    answer = enter(Place(mode))
    assert answer["statusCode"] == 200
    assert "You keep your place in line" in answer["body"]
    assert "refresh" not in answer["body"].lower()
    assert links(answer) == [STAY_LINK, "room"]


def test_whose_turn_it_is_goes_in_all_the_same() -> None:
    place = Place()
    place.admit(mine, NOW - 20)
    assert enter(place)["statusCode"] == 302


def test_whose_turn_has_ended_joins_again_all_the_same() -> None:
    place = Place()
    place.admit(mine, NOW - 900)
    assert enter(place)["headers"]["location"] == "join?rejoin=1"


def test_a_script_gets_its_usual_answer() -> None:
    answer = enter(Place(), headers={**request("aws_enter", ticket=signed(mine)).headers, **JSON})
    assert answer["headers"]["content-type"] == "application/json"


def test_the_page_for_503_can_stop_and_go_on_with_the_same_query() -> None:
    query = {"to": "/seats?a=1&b=2", "lang": "en"}
    trying = http.unavailable(Request(query=query))
    assert links(trying) == ["?to=%2Fseats%3Fa%3D1%26b%3D2&amp;lang=en&amp;stay=1"]
    still = http.unavailable(Request(query={**query, "stay": "1"}))
    assert (still["statusCode"], links(still)) == (
        503,
        ["?to=%2Fseats%3Fa%3D1%26b%3D2&amp;lang=en"],
    )
    for sign in ("refresh", "<script"):
        assert sign in trying["body"]
        assert sign not in still["body"]


def test_small_pages_have_a_landmark_both_schemes_and_only_their_own_style() -> None:
    for answer in (enter(Place()), http.unavailable(Request())):
        body, policy = answer["body"], answer["headers"]["content-security-policy"]
        assert (body.count("<main>"), body.count("<h1>")) == (1, 1)
        assert '<meta name="color-scheme" content="light dark">' in body
        (style,) = re.findall("<style>(.*?)</style>", body, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        assert f"style-src 'sha256-{digest}'" in policy
        assert "unsafe-inline" not in policy
