"""The page in each language that a room offers, and the operator's own sentences in it."""

import html
import json
import re
from typing import Any

import pytest

from beekeeper.contract.languages import NAMES
from beekeeper.page import SourceError, build_page, build_pages, check_texts, languages_of
from beekeeper.page.texts import load_texts

EN = load_texts("en")
# A whole language of an operator's own.
CATALAN: dict[str, Any] = {"name": "Català", "html": dict(EN.html), "script": dict(EN.script)}


def _settings(*languages: str, **texts: object) -> dict[str, Any]:
    return {"title": "Sale", "page": {"languages": list(languages), "texts": texts}}


def _links(page: bytes) -> list[tuple[str, str, str]]:
    """Return the href, the language and the name of each link to a language."""
    found = re.search('<details id="languages">.*?</details>', page.decode(), re.DOTALL)
    link = re.compile(r'<a href="([^"]*)" lang="([^"]*)" hreflang="\2"(?: aria-\S+)?>(.*?)</a>')
    return link.findall(html.unescape(found[0])) if found else []


def _given(page: bytes) -> dict[str, Any]:
    found = re.search(r'<script id="given"[^>]*>(.*?)</script>', page.decode())
    assert found
    return dict(json.loads(found[1])["texts"])


def test_a_room_offers_all_languages_unless_it_names_some() -> None:
    assert languages_of({}) == languages_of({"page": {}}) == tuple(NAMES)
    assert languages_of(_settings("ar", "en")) == ("ar", "en")
    assert list(build_pages(_settings("ar", "en"))) == ["ar", "en"]


@pytest.mark.parametrize(("language", "direction"), [("fr", "ltr"), ("ar", "rtl")])
def test_page_is_all_in_its_language(language: str, direction: str) -> None:
    page = build_page(_settings("en", "fr", "ar"), language)
    document, texts = page.decode(), load_texts(language)
    assert f'<html lang="{language}" dir="{direction}"' in document
    assert _given(page) == texts.script
    shown = html.unescape(document)
    assert texts.html["enter_button"] in shown
    assert f'"og:description" content="{texts.functions["preview"]["description"]}"' in shown
    assert EN.html["plain_title"] not in shown.replace(texts.html["plain_title"], "")


def test_page_links_to_each_language_by_its_own_name_and_marks_its_own() -> None:
    page = build_page(_settings("en", "fr", "zh-Hant"), "fr")
    assert _links(page) == [
        ("?lang=en", "en", "English"),
        ("?lang=fr", "fr", "Français"),
        ("?lang=zh-Hant", "zh-Hant", "繁體中文"),
    ]
    assert page.count(b"aria-current") == 1
    assert b'hreflang="fr" aria-current="true"' in page
    label = html.escape(load_texts("fr").html["language_label"])
    assert f"<summary>{label}</summary>".encode() in page


def test_without_a_script_the_page_comes_back_in_its_language() -> None:
    page = build_page(_settings("en", "fr"), "fr").decode()
    for link in ("enter?lang=fr", "join?lang=fr", "join?rejoin=1&amp;lang=fr"):
        assert f'href="{link}"' in page
    assert "url=enter?lang=fr" in page


def test_page_of_one_language_has_no_choice_and_plain_links() -> None:
    page = build_page(_settings("fr"), "fr")
    assert _links(page) == []
    assert b"lang=fr" not in page.replace(b'<html lang="fr"', b"")


def test_operators_change_a_sentence() -> None:
    changes = {
        "html": {"enter_button": "Enter <now> & here"},
        "script": {"place": {"ahead": {"one": "bee ahead"}}, "wait": {"hour": "an hour or so"}},
    }
    page = build_page(_settings("en", "fr", en=changes), "en")
    given = _given(page)
    assert b"Enter &lt;now&gt; &amp; here" in page
    assert given["place"]["ahead"] == {**EN.script["place"]["ahead"], "one": "bee ahead"}
    assert given["wait"] == {**EN.script["wait"], "hour": "an hour or so"}
    assert given["states"] == EN.script["states"]
    other = build_page(_settings("en", "fr", en=changes), "fr")
    assert other == build_page(_settings("en", "fr"), "fr")


def test_operators_add_a_language() -> None:
    settings = _settings("fr", "ca", ca=CATALAN)
    pages = build_pages(settings)
    assert _links(pages["fr"])[1] == ("?lang=ca", "ca", "Català")
    document = html.unescape(pages["ca"].decode())
    assert '<html lang="ca" dir="ltr"' in document
    assert _given(pages["ca"]) == EN.script
    # The sentences of the functions are in the room's first language.
    assert load_texts("fr").functions["preview"]["description"] in document


def test_languages_that_are_written_from_right_to_left() -> None:
    hebrew = {**CATALAN, "name": "עברית"}
    assert b'<html lang="he" dir="rtl"' in build_page(_settings("en", "he", he=hebrew), "he")


def _own(section: str, **changes: object) -> dict[str, Any]:
    return {section: changes}


@pytest.mark.parametrize(
    ("language", "changes", "problem"),
    [
        ("en", {"functions": {}}, "page.texts.en: functions is not in the texts of the page"),
        (
            "en",
            _own("html", enter="x"),
            "html.enter is not in the texts .* Use one of: plain_title",
        ),
        ("en", _own("script", wait={"x": "y"}), "script.wait.x is not in the texts of the page"),
        ("en", _own("html", enter_button=1), "html.enter_button must be a sentence, not 1"),
        ("en", _own("html", enter_button=" "), "html.enter_button is empty. Write a sentence"),
        ("en", _own("html", enter_button="{"), "html.enter_button has a brace"),
        ("en", _own("html", enter_button="{x}"), "html.enter_button must have no placeholders"),
        ("en", _own("html", plain_refresh="now"), r"plain_refresh must have \{refresh_seconds\}"),
        ("en", _own("script", wait="x"), "script.wait must be a table with unknown, paused"),
        ("en", {"html": "x"}, "page.texts.en: html must be a table with plain_title"),
        ("en", _own("script", place={"ahead": "x"}), "script.place.ahead must be a table with a f"),
        (
            "en",
            _own("script", place={"ahead": {"few": "x"}}),
            r"script.place.ahead.few is no plural category here. .* \(one, other\)",
        ),
        (
            "pl",
            _own("script", wait={"minutes": {"few": "{low} minuty"}}),
            r"script.wait.minutes.few must have \{high\} and \{low\}, as in English",
        ),
        ("en", "x", "page.texts.en must be a table with html and script, not 'x'"),
        ("en", {"name": ""}, "page.texts.en: give the language's name"),
        ("../en", {}, r"page.texts.../en: '../en' is no language. Use a tag such as ca or pt-BR"),
        ("ca", {}, 'page.texts.ca: give the language\'s name .* as in name = "Català"'),
        (
            "ca",
            {"name": "Català"},
            r"page.texts.ca lacks html.plain_title, html.plain_join, .* and \d+ more\. A language",
        ),
        (
            "ca",
            {**CATALAN, "script": {**EN.script, "place": {"ahead": {"one": "x"}}}},
            "ca lacks script.place.ahead.other, script.place.next, script.place.unknown. A lang",
        ),
    ],
)
def test_texts_that_do_not_fit(language: str, changes: object, problem: str) -> None:
    with pytest.raises(SourceError, match=problem):
        check_texts(language, changes)


@pytest.mark.parametrize(
    ("language", "changes"),
    [
        ("en", {}),
        ("en", {"name": "British English"}),
        ("en", _own("script", states={"connecting": {"detail": ""}})),
        ("ar", _own("script", wait={"minutes": {"two": "دقيقتان"}})),
        ("ca", CATALAN),
    ],
)
def test_texts_that_fit(language: str, changes: object) -> None:
    check_texts(language, changes)


def test_page_with_texts_that_do_not_fit_is_not_built() -> None:
    with pytest.raises(SourceError, match=r"page\.texts\.en: html\.enter"):
        build_page(_settings("en", en=_own("html", enter="x")), "en")
    with pytest.raises(SourceError, match=r"page\.texts\.ca: give the language's name"):
        build_page(_settings("en", "ca"), "ca")
