"""The choice of language on the page: a link to each language, by its own name.

It works without the script. The script adds the rest of the address to the links (languages.js).
"""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from beekeeper.contract.routes import with_language
from beekeeper.page.own_texts import name_of


def language_links(
    language: str, offered: Sequence[str], own: Mapping[str, Any], label: str
) -> str:
    """Return the element with the links, or nothing if there is no choice."""
    if len(offered) == 1:
        return ""
    items = "".join(_item(each, name_of(each, own), is_here=each == language) for each in offered)
    summary = f"<summary>{escape(label)}</summary>"
    return f'<details id="languages">{summary}\n<ul>\n{items}</ul></details>'


def _item(language: str, name: str, *, is_here: bool) -> str:
    here = ' aria-current="true"' if is_here else ""
    link = f'<a href="{with_language("", language)}" lang="{language}" hreflang="{language}"{here}>'
    return f"<li>{link}{escape(name)}</a></li>\n"
