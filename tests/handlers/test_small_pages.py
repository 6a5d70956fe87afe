"""The pages that the functions make themselves are in the visitor's language."""

import html
import json
import re
from importlib.resources import files

import pytest

from beekeeper.contract.languages import NAMES
from beekeeper.handlers.http import Request, Response, in_language_of, unavailable
from beekeeper.handlers.sentences import offered_languages
from beekeeper.handlers.small_pages import placeless_page, preview_page

VARIABLE = "BEEKEEPER_LANGUAGES"


@pytest.fixture(autouse=True)
def _offered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "fr,en,ar,ca")


def _visitor(accept: str = "", lang: str = "") -> Request:
    return Request("/", {"accept-language": accept}, query={"lang": lang} if lang else {})


def _check(response: Response, language: str, page: str, *shown: str) -> None:
    """Check that a page shows these sentences of a language, and says which language it is."""
    path = files("beekeeper") / "assets" / "room" / "texts" / f"{language}.json"
    texts = json.loads(path.read_text(encoding="utf-8"))["functions"][page]
    body = html.unescape(response["body"])
    assert [texts[name] for name in shown if texts[name] not in body] == []
    assert response["headers"]["content-language"] == language
    direction = "rtl" if language == "ar" else "ltr"
    assert re.search(f'<html lang="{language}" dir="{direction}"', body)


@pytest.mark.parametrize(
    ("visitor", "language"),
    [
        (_visitor("ar"), "ar"),
        (_visitor("ar", "en"), "en"),
        (_visitor("de-DE"), "fr"),  # the room does not offer German
        (_visitor("ca"), "fr"),  # the operator's own language has no small pages
        (_visitor(), "fr"),
    ],
)
def test_language_of_each_page(visitor: Request, language: str) -> None:
    _check(unavailable(visitor), language, "unavailable", "title", "detail")
    _check(placeless_page(visitor), language, "placeless", "title", "detail", "button")
    _check(preview_page(visitor, "Sale", ""), language, "preview", "description", "detail")


@pytest.mark.parametrize(
    ("value", "languages"),
    [("en", ("en",)), ("de,xx,fr", ("de", "fr")), ("ca", ("en",)), ("", ("en",))],
)
def test_languages_that_have_small_pages(
    value: str, languages: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, value)
    assert offered_languages() == languages


def test_room_of_any_language_has_small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, ",".join(NAMES))
    assert offered_languages() == tuple(NAMES)


@pytest.mark.parametrize(
    ("lang", "link", "kept"),
    [
        ("fr", "room", "room?lang=fr"),
        ("zh-Hant", "join?rejoin=1", "join?rejoin=1&lang=zh-Hant"),
        ("", "room", "room"),
        ('fr"><script>', "room", "room"),
        ("fr&to=//evil.example", "room", "room"),
        ("fr\r\nSet-Cookie: a=b", "room", "room"),
    ],
)
def test_links_keep_the_language_of_the_address(lang: str, link: str, kept: str) -> None:
    assert in_language_of(_visitor(lang=lang), link) == kept


def test_way_to_a_place_keeps_the_language() -> None:
    assert 'href="join?lang=ar"' in placeless_page(_visitor("fr", "ar"))["body"]


def test_a_query_that_is_no_text_is_answered() -> None:
    page = unavailable(Request("/", query={"a\ud800": "\udfff", "to": "//x"}))["body"]
    assert 'href="?a%3F=%3F&amp;to=%2F%2Fx&amp;stay=1"' in page
