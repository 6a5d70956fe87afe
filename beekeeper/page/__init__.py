"""The waiting page: one HTML document, built from ``assets/room`` with its style, script and texts.

The page is one response. A sale starts with every visitor at once, and further files would multiply
their requests.

    sources    reads the files of assets/room
    bundle     joins the modules of the script
    texts      reads and checks the sentences of a language
    template   fills index.html
    policy     the Content-Security-Policy, which the page brings along

To show another setting, write ``{{its_name}}`` into index.html. To add a sentence, write it into
every file in ``texts``, and use it in index.html (section ``html``) or in the script (section
``script``). To add a module to the script, import it.
"""

import functools
import json
from collections.abc import Mapping
from dataclasses import asdict
from html import escape

from beekeeper.contract.answers import NO_TICKET_STATE
from beekeeper.contract.asking import ASKING, REFRESH_SECONDS
from beekeeper.contract.routes import REJOIN_LINK, Path
from beekeeper.page.bundle import join_modules, without_indentation
from beekeeper.page.policy import content_security_policy
from beekeeper.page.sources import SourceError, read_source
from beekeeper.page.template import fill
from beekeeper.page.texts import Texts, load_texts
from beekeeper.rules.settings import Mode
from beekeeper.rules.turn import State

__all__ = ["SourceError", "build_page"]

LANGUAGE = "en"
# The script has the links of these routes under their names: `links.turn`.
LINKED = (Path.ROOM, Path.JOIN, Path.TURN, Path.ENTER, Path.NEWS)


def build_page(settings: Mapping[str, object], language: str = LANGUAGE) -> bytes:
    """Return the waiting page. The same settings always give the same bytes.

    ``settings`` are the room's settings by name. index.html says which of them the page shows. They
    are plain text: the build escapes them, and replaces each run of white space by one space. The
    page asks for news only with an ``edge``.
    """
    settings = {"picture": None, **settings}
    style, script = _style(), _script()
    texts = load_texts(language)
    parts = {
        "language": texts.language,
        "direction": "rtl" if language == "ar" else "ltr",
        "policy": content_security_policy(script=script, style=style),
        "refresh_seconds": str(REFRESH_SECONDS),
        "join_link": Path.JOIN.link,
        "enter_link": Path.ENTER.link,
        "rejoin_link": REJOIN_LINK,
        "description": escape(texts.functions["preview"]["description"]),
        "card": "summary_large_image" if settings["picture"] else "summary",
        "style": style,
        "given": _given(texts, _news_seconds(settings)),
        "script": script,
    }
    return fill(read_source("index.html"), settings, texts.html, parts).encode()


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
