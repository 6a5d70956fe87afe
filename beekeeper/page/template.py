"""Fills the slots of index.html, of its parts, and of an operator's own template.

    {{title}}                a setting of the room, by its name
    {{#title}} … {{/title}}  a part that is left out when the setting has no value
    {{text:enter_button}}    a sentence from the texts
    {{build:style}}          a part that the build makes

A slot with an unknown name is an error. Settings and sentences are escaped. The template is filled
in one pass, so a slot inside a value stays plain text.
"""

import html
import re
from collections.abc import Mapping

from beekeeper.page.sources import SourceError
from beekeeper.page.texts import PLACEHOLDER

_SLOT = re.compile(r"\{\{(?:(text|build):)?([^{}]*)\}\}")
_OPTIONAL = re.compile(r"\{\{#([^{}]*)\}\}(.*?)\{\{/\1\}\}", re.DOTALL)


def fill(
    template: str,
    settings: Mapping[str, object],
    sentences: Mapping[str, str],
    parts: Mapping[str, str],
) -> str:
    """Return the template with every slot filled; raise SourceError."""

    def optional(found: re.Match[str]) -> str:
        return found[2] if _setting(found[1], settings) else ""

    def slot(found: re.Match[str]) -> str:
        kind, name = found[1], found[2]
        if kind == "build":
            return _known(name, parts, "a part that the build makes")
        if kind == "text":
            sentence = _known(name, sentences, "a sentence in the html section of the texts")
            return html.escape(_sentence(sentence, parts))
        return html.escape(_setting(name, settings))

    return _SLOT.sub(slot, _OPTIONAL.sub(optional, template))


def _setting(name: str, settings: Mapping[str, object]) -> str:
    if name not in settings:
        raise SourceError(f"{{{{{name}}}}} is not a setting. Use one of: {', '.join(settings)}")
    value = settings[name]
    if value is not None and not isinstance(value, str | int | float):
        raise SourceError(f"{{{{{name}}}}} must be text or a number, not {value!r}")
    return "" if value is None or value is False else " ".join(str(value).split())


def _sentence(sentence: str, parts: Mapping[str, str]) -> str:
    what = "a part that the build makes"
    return PLACEHOLDER.sub(lambda found: _known(found[1], parts, what), sentence)


def _known(name: str, known: Mapping[str, str], what: str) -> str:
    if name not in known:
        raise SourceError(f"{name!r} is not {what}. Use one of: {', '.join(known)}")
    return known[name]
