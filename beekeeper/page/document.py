"""The document of the page: index.html or the operator's own template, with the same parts in it.

    head.html     all that the page needs in its head, and first of all its policy
    logo.svg      the bee; an operator's logo takes its place
    room.html     what the visitor reads, and what the script changes
    links.html    the operator's links
    script.html   the data and the script

A part takes settings, sentences and what the build makes. index.html is a template like that of an
operator, so each of its slots is one that an operator can use. (page/own_template.py)
"""

import re
from collections.abc import Mapping
from html import escape
from typing import Any

from beekeeper.page.accent import accent_style
from beekeeper.page.own_template import OwnTemplate, read_template
from beekeeper.page.policy import content_security_policy
from beekeeper.page.sources import read_source
from beekeeper.page.template import fill

# What the page shows if a test does not set it. A configuration has a value for each.
UNSET: Mapping[str, Any] = {
    "picture": None,
    "logo": "",
    "accent": "",
    "support_url": "",
    "terms_url": "",
    "privacy_url": "",
    "footer": "",
    "template": "",
    "sources": (),
}
LINKS = ("support_url", "terms_url", "privacy_url")
FILES = {name: f"{name}.html" for name in ("head", "room", "links", "script")}
LANGUAGES_ID = "languages"  # page/languages.py
IDS = re.compile(r'\sid="([\w-]+)"')


def build_document(
    settings: Mapping[str, Any],
    sentences: Mapping[str, str],
    parts: Mapping[str, str],
) -> str:
    """Return the whole document; raise SourceError.

    ``parts`` has what the other modules of the build make: ``style``, ``code``, ``given``, ….
    """
    settings = {**UNSET, **settings, **settings.get("page", {})}
    own = read_template(settings["template"])
    style = parts["style"] + accent_style(settings["accent"], parts["style"])
    parts = {**parts, "style": style, "policy": _policy(parts["code"], style, own, settings)}
    made = {
        name: fill(read_source(file), settings, sentences, parts) for name, file in FILES.items()
    }
    if not any(settings[name] for name in LINKS):
        made["links"] = ""
    made["logo"] = _logo(settings["logo"])
    template = settings["template"] or read_source("index.html")
    return fill(template, settings, sentences, {**parts, **made})


def taken_ids() -> frozenset[str]:
    """Return the ids of the elements that the build makes."""
    sources = (read_source(file) for file in FILES.values())
    return frozenset((LANGUAGES_ID, *(found for text in sources for found in IDS.findall(text))))


def _policy(code: str, style: str, own: OwnTemplate, settings: Mapping[str, Any]) -> str:
    return content_security_policy(
        scripts=[code, *own.scripts],
        styles=[style, *own.styles],
        sources=settings["sources"] if settings["template"] else None,
    )


def _logo(logo: str) -> str:
    """Return the element. The title beside it says the same, so it has no text of its own."""
    return f'<img class="logo" src="{escape(logo)}" alt="">' if logo else read_source("logo.svg")
