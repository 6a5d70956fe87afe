"""The waiting page: one HTML document, built from ``assets/room`` with its style, script and texts.

The page is one response. A sale starts with every visitor at once, and further files would multiply
their requests. There is one document for each language, so only the visitor's language travels.

    sources    reads the files of assets/room
    bundle     joins the modules of the script
    texts      reads the sentences of a language
    own_texts  the operator's own sentences and languages
    languages  the links from each page to the other languages
    document   puts the parts together, in index.html or in the operator's own template
    template   fills the slots
    policy     the Content-Security-Policy, which the page brings along
    accent     the colours that follow from the operator's
    logo       the operator's logo, as a part of the page
    own_template  checks the operator's own template
    requests   what such a template would run or load
    weight     how many bytes the pages have

To show another setting, write ``{{its_name}}`` into room.html. To add a sentence, write it into
every file in ``texts``, and use it in room.html (section ``html``) or in the script (section
``script``). To add a module to the script, import it.
"""

import functools
import json
from collections.abc import Mapping
from dataclasses import asdict
from html import escape
from typing import Any

from beekeeper.contract.answers import NO_TICKET_STATE
from beekeeper.contract.asking import ASKING, REFRESH_SECONDS
from beekeeper.contract.languages import ENGLISH, NAMES, direction_of
from beekeeper.contract.routes import REJOIN_LINK, STAY_LINK, Path, with_language
from beekeeper.page.bundle import join_modules, without_indentation
from beekeeper.page.document import build_document
from beekeeper.page.languages import language_links
from beekeeper.page.own_texts import check_texts, texts_of
from beekeeper.page.sources import SourceError, read_source
from beekeeper.page.texts import Texts
from beekeeper.rules.settings import Mode
from beekeeper.rules.turn import State

__all__ = ["SourceError", "build_page", "build_pages", "check_texts", "languages_of"]

# The script has the links of these routes under their names: `links.turn`.
LINKED = (Path.ROOM, Path.JOIN, Path.TURN, Path.ENTER, Path.NEWS)


def build_pages(settings: Mapping[str, Any]) -> dict[str, bytes]:
    """Return the page in each language that the room offers, the default first."""
    return {language: build_page(settings, language) for language in languages_of(settings)}


def languages_of(settings: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the languages that a room offers. The first is for visitors who read none of them."""
    return tuple(_page_settings(settings).get("languages") or NAMES)


def build_page(settings: Mapping[str, Any], language: str = ENGLISH) -> bytes:
    """Return the waiting page in a language. The same settings always give the same bytes.

    ``settings`` are the room's settings by name. The parts of the document (document.py) say which
    of them the page shows. They are plain text: the build escapes them, and replaces each run of
    white space by one space. The page asks for news only with an ``edge``. Raises SourceError.
    """
    style, script = _style(), _script()
    offered, own = languages_of(settings), _page_settings(settings).get("texts") or {}
    texts = texts_of(language, own, default=offered[0])
    parts = {
        "languages": language_links(language, offered, own, texts.html["language_label"]),
        "refresh_seconds": str(REFRESH_SECONDS),
        **_links(language, offered),
        "description": escape(texts.functions["preview"]["description"]),
        "card": "summary_large_image" if settings.get("picture") else "summary",
        "style": style,
        "given": _given(texts, _news_seconds(settings)),
        "code": script,
        "html": _root(language),
    }
    return build_document(settings, texts.html, parts).encode()


def _page_settings(settings: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the table ``[page]``, which only a test can lack."""
    return settings.get("page") or {}


def _root(language: str) -> str:
    """Return the attributes of the root. The script changes the last two."""
    lang = f'lang="{language}" dir="{direction_of(language)}"'
    return f'{lang} data-state="none" data-connection="ok"'


def _links(language: str, offered: tuple[str, ...]) -> dict[str, str]:
    """Return the links for a browser without the script, which come back to the same language."""
    links = {
        "join_link": Path.JOIN.link,
        "enter_link": Path.ENTER.link,
        "rejoin_link": REJOIN_LINK,
        "stay_link": STAY_LINK,
    }
    if len(offered) == 1:
        return links
    return {name: escape(with_language(link, language)) for name, link in links.items()}


@functools.cache
def _style() -> str:
    return without_indentation(read_source("style.css"))


@functools.cache
def _script() -> str:
    return join_modules("main.js", lambda name: read_source(f"script/{name}"))


def _news_seconds(settings: Mapping[str, object]) -> object:
    """Return how often everybody asks for news: never (0) without an edge."""
    return settings["news_seconds"] if settings.get("edge") else 0


def _given(texts: Texts, news_seconds: object) -> str:
    """Return the script's data as JSON that is safe inside HTML."""
    given = {
        "polling": asdict(ASKING),
        "news_seconds": news_seconds,
        "modes": [mode.value for mode in Mode],
        "turn_states": [state.value for state in State],
        "no_ticket_state": NO_TICKET_STATE,
        "links": {path.name.lower(): path.link for path in LINKED},
        "texts": texts.script,
    }
    written = json.dumps(given, ensure_ascii=False, separators=(",", ":"))
    return written.replace("<", "\\u003c")
