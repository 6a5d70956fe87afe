"""The sentences that a visitor reads: one JSON file for each language, in ``assets/room/texts``.

    html      sentences that the build writes into the document: {{text:enter_button}}
    script    sentences that the script shows, in groups
    functions sentences of the small pages that the functions answer with (handlers/small_pages.py,
              handlers/http.py), a group for each

A name in braces is a placeholder. In ``script`` the page's script fills it, and in ``html`` the
build fills it. A sentence that depends on a number is a group: it has a form for each plural
category of the language.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from beekeeper.page.sources import SourceError, read_source

SECTIONS = ("html", "script", "functions")
CATEGORIES = ("zero", "one", "two", "few", "many", "other")
# The plural categories of cardinal numbers (Unicode CLDR, "Language Plural Rules"). The Romance
# languages have one for millions.
PLURALS = {
    **dict.fromkeys(("en", "de", "nl", "tr", "hi"), ("one", "other")),
    **dict.fromkeys(("es", "fr", "pt", "it"), ("one", "many", "other")),
    **dict.fromkeys(("ja", "ko", "zh-Hans", "zh-Hant"), ("other",)),
    "pl": ("one", "few", "many", "other"),
    "ar": CATEGORIES,
}
PLACEHOLDER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Texts:
    """All sentences of one language."""

    language: str
    html: Mapping[str, str]
    script: Mapping[str, Any]
    functions: Mapping[str, Mapping[str, str]]

    def sections(self) -> dict[str, Mapping[str, Any]]:
        """Return the sections by their names."""
        return {name: getattr(self, name) for name in SECTIONS}

    def sentences(self) -> dict[str, str]:
        """Return each sentence by its path, such as ``script.wait.hour``."""
        return {k: v for name, group in self.sections().items() for k, v in _flat(name, group)}


def load_texts(language: str) -> Texts:
    """Read the texts of a language, such as ``en``; raise SourceError."""
    path = f"texts/{language}.json"
    return parse_texts(language, read_source(path), path)


def parse_texts(language: str, source: str, path: str) -> Texts:
    """Check the texts of a language; raise SourceError."""
    try:
        sections = json.loads(source, object_pairs_hook=_unique)
    except ValueError as error:
        raise SourceError(f"{path} is not valid: {error}") from error
    if not isinstance(sections, dict) or sorted(sections) != sorted(SECTIONS):
        raise SourceError(f"{path} must have these sections: {', '.join(SECTIONS)}")
    texts = Texts(language, **sections)
    for key, sentence in texts.sentences().items():
        if wrong := misformed(sentence):
            raise SourceError(f"{path}: {key} {wrong}")
    return texts


def placeholders(sentence: str) -> set[str]:
    """Return the names in braces."""
    return set(PLACEHOLDER.findall(sentence))


def misformed(sentence: object) -> str:
    """Return why this can't be a sentence, as the end of a clause about it; empty if it can."""
    if not isinstance(sentence, str):
        return f"must be a sentence, not {sentence!r}"
    if re.search(r"[{}]", PLACEHOLDER.sub("", sentence)):
        return f"has a brace that belongs to no {{placeholder}}: {sentence!r}"
    return ""


def is_plural(group: object) -> bool:
    """Return whether a part of the texts is a sentence in its plural forms."""
    return isinstance(group, Mapping) and "other" in group and group.keys() <= set(CATEGORIES)


def _flat(path: str, group: object) -> Iterator[tuple[str, Any]]:
    if not isinstance(group, Mapping):
        yield path, group
        return
    for key, entry in group.items():
        yield from _flat(f"{path}.{key}", entry)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    keys = [key for key, _ in pairs]
    if twice := sorted({key for key in keys if keys.count(key) > 1}):
        raise ValueError(f"{', '.join(twice)}: written twice")
    return dict(pairs)
