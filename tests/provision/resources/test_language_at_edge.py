"""The CloudFront Function that chooses the visitor's page, run as CloudFront does, in Node.js."""

import json
import random
import subprocess
from collections.abc import Sequence
from typing import Any

import pytest

from beekeeper.contract.page import page_key
from beekeeper.contract.routes import LANGUAGE_PARAMETER
from beekeeper.provision.resources.page_function import language_code
from tests.support.languages_cases import ALL, CASES, FRENCH_FIRST
from tests.support.programs import installed

Event = dict[str, Any]
QUOTA_BYTES = 10 * 1_024  # of a function
RUN = """
const events = JSON.parse(require("fs").readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify(events.map((event) => handler(event))));
"""


def event(uri: str = "/", header: str | None = None, **query: str) -> Event:
    """Return what CloudFront gives to a function."""
    headers = {"host": {"value": "d1.cloudfront.net"}}
    if header is not None:
        headers["accept-language"] = {"value": header}
    asked = {name: {"value": value} for name, value in query.items()}
    return {"request": {"method": "GET", "uri": uri, "querystring": asked, "headers": headers}}


def returned(events: Sequence[Event], offered: Sequence[str] = ALL) -> list[Any]:
    """Return the requests that the function returns."""
    command = [installed("node", "nodejs"), "-e", '"use strict";' + language_code(offered) + RUN]
    found = subprocess.run(
        command, input=json.dumps(events), capture_output=True, text=True, check=True, timeout=30
    )
    requests: list[Any] = json.loads(found.stdout)
    return requests


def pages(events: Sequence[Event], offered: Sequence[str] = ALL) -> list[str]:
    return [request["uri"] for request in returned(events, offered)]


@pytest.mark.parametrize("offered", dict.fromkeys(offered for _, offered, _ in CASES), ids=len)
def test_it_has_the_rule_of_the_room_function(offered: tuple[str, ...]) -> None:
    cases = [(header, language) for header, of, language in CASES if of == offered]
    found = pages([event("/room", header) for header, _ in cases], offered)
    keys = {language: f"/{page_key(language, offered)}" for language in offered}
    assert {header: uri for (header, _), uri in zip(cases, found, strict=True)} == {
        header: keys[language] for header, language in cases
    }


def test_the_campaign_link_and_the_room_lead_to_the_visitors_page_and_nothing_else_does() -> None:
    others = ["/robots.txt", "/room.de", "/room/", "/favicon.ico", "//", "/ROOM", ""]
    assert pages([event(uri, "fr") for uri in ("/", "/room", *others)]) == [
        "/room.fr",
        "/room.fr",
        *others,
    ]


def test_who_gets_the_default_asks_for_what_they_asked_for() -> None:
    asked = [event(uri, header) for uri in ("/", "/room") for header in ("en", None, "sv")]
    assert returned(asked) == [each["request"] for each in asked]


def test_the_choice_on_the_page_comes_before_the_browsers() -> None:
    chosen = {"ar": "ar", "zh-hant": "zh-Hant", "pt-BR": "pt", "": "fr", "x": "fr", "ar,de": "fr"}
    found = pages([event("/", "fr", **{LANGUAGE_PARAMETER: value}) for value in chosen])
    assert found == [f"/room.{language}" for language in chosen.values()]
    (default,) = pages([event("/", "ar", lang="fr")], FRENCH_FIRST)
    assert default == "/"


def test_the_rest_of_the_request_stays() -> None:
    asked = event("/", "it", to="/seats", utm_source="mail")
    (found,) = returned([asked])
    assert found == {**asked["request"], "uri": "/room.it"}


def test_it_never_throws_and_reads_only_the_beginning_of_a_long_header() -> None:
    """CloudFront answers 503 when it throws, or takes longer than a millisecond."""
    dice = random.Random(14)
    signs = ["en", "zh", "-", ";", ",", "q=", "0.5", "*", " ", "\x00", "\ud83d", "é", "x" * 99]
    texts = ["".join(dice.choices(signs, k=200)) for _ in range(300)]
    found = pages([event("/", text, lang=text[::-1]) for text in texts])
    assert set(found) <= {"/", *(f"/room.{language}" for language in ALL)}

    fields: list[Event] = [
        {},
        {"headers": {}, "querystring": {}},
        {"headers": {"accept-language": {}}, "querystring": {"lang": {}}},
        {"headers": {"accept-language": {"value": 7}}, "querystring": {"lang": None}},
    ]
    bare = [{"request": {"uri": "/", **more}} for more in fields]
    assert pages(bare) == ["/"] * len(bare)
    assert pages([event("/", ";," * 500 + "fr"), event("/", lang="-" * 1_000 + "fr")]) == ["/", "/"]


def test_it_is_as_small_as_cloudfront_requires() -> None:
    code = language_code(ALL).encode()
    assert len(code) < QUOTA_BYTES / 2
    assert b'"en es fr ' in code
    assert b"{{" not in code
