"""Makes the pages of `beekeeper preview`: the waiting page in one of its states and themes.

The page is the one that a deploy uploads, and its script runs. The preview alters only this:

- A script before the page's (assets/preview/answers.js) gives the room's answers.
- The theme is forced: each media query for ``prefers-color-scheme`` is always or never true.
- The policy in the page's ``<meta>`` element is left out, because it forbids that script.
- A page whose script was blocked shows at once what else comes after two seconds.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from importlib.resources import files
from typing import Any

from beekeeper.contract.languages import ENGLISH, NAMES
from beekeeper.contract.routes import LANGUAGE_PARAMETER
from beekeeper.handlers.http import Request, unavailable
from beekeeper.handlers.small_pages import placeless_page, preview_page, stay_page
from beekeeper.local.preview_states import Shown
from beekeeper.local.replies import UNKNOWN
from beekeeper.page import build_page, languages_of

THEMES = ("light", "dark")
ALWAYS, NEVER = "(min-width: 0px)", "(min-width: 99999999px)"
_SCHEME = re.compile(r"\(prefers-color-scheme:\s*(light|dark)\)")
_BOTH_SCHEMES = re.compile(r'(color-scheme(?::|" content=")\s*)light dark')
_POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>')
_SCRIPT = re.compile(r"<script>.*?</script>", re.DOTALL)
# Without its script, the page waits for two seconds until it shows how to go on. The virtual clock
# of a picture does not always end that.
AT_ONCE = "<style>#plain { animation: none !important; }</style>"
_CHARSET = '<meta charset="utf-8">'
UNANSWERED = Shown("unanswered", "No answer")  # so that a small page does not leave
# The pages of the functions, beside those of the waiting page's states.
SMALL_PAGES = {
    "unavailable": "503: the room does not answer",
    "link": "The preview of the link in a chat",
    "placeless": "Without JavaScript, and no place",
    "stay": "Without JavaScript, and not yet",
}


class _RequestIn(Request):
    """A request in a language, whatever the environment of the function offers."""

    def language(self, offered: Sequence[str]) -> str:
        return self.query[LANGUAGE_PARAMETER]


def waiting_page(settings: Mapping[str, Any], shown: Shown, language: str, theme: str) -> str:
    """Return the waiting page in a state, in a language and a theme."""
    page = _POLICY.sub("", in_theme(build_page(settings, language).decode(), theme))
    if not shown.has_script:
        return _at_the_start(_SCRIPT.sub("", page), AT_ONCE)
    return _scripted(page, shown) if shown.runs_scripts else page


def small_page(settings: Mapping[str, Any], name: str, language: str, theme: str) -> str:
    """Return a page that a function answers with itself, in a language that the functions have."""
    wanted = (language, *languages_of(settings), ENGLISH)
    known = next(each for each in wanted if each in NAMES)
    request = _RequestIn(query={LANGUAGE_PARAMETER: known})
    answers = {
        "unavailable": lambda: unavailable(request),
        "link": lambda: preview_page(request, settings["title"], settings.get("picture") or ""),
        "placeless": lambda: placeless_page(request),
        "stay": lambda: stay_page(request),
    }
    return _scripted(in_theme(str(answers[name]()["body"]), theme), UNANSWERED)


def in_theme(page: str, theme: str) -> str:
    """Return a page that shows this theme, whatever the browser prefers."""
    page = _SCHEME.sub(lambda found: ALWAYS if found[1] == theme else NEVER, page)
    return _BOTH_SCHEMES.sub(rf"\1{theme}", page)


def preview_asset(name: str) -> str:
    """Return the text of a file of the preview itself."""
    return files("beekeeper").joinpath("assets", "preview", name).read_text(encoding="utf-8")


def _scripted(page: str, shown: Shown) -> str:
    """Return the page with the script of the preview before all others."""
    state = asdict(shown) | {"no_ticket": asdict(UNKNOWN)}
    data = json.dumps(state).replace("<", "\\u003c")
    script = preview_asset("answers.js")
    added = f'<script id="preview" type="application/json">{data}</script><script>{script}</script>'
    return _at_the_start(page, added)


def _at_the_start(page: str, added: str) -> str:
    return page.replace(_CHARSET, _CHARSET + added, 1)
