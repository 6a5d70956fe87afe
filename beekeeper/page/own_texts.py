"""The operator's own sentences, and languages of their own: the table ``[page.texts.<language>]``.

It has the form of the files in ``assets/room/texts``, but only the sections ``html`` and
``script``. For a language of ours it has what is different. A new language needs all of it, and its
``name``. The small pages of the functions are not in it: they stay in a language of ours.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from beekeeper.contract.languages import ENGLISH, NAMES, TAG
from beekeeper.page.sources import SourceError
from beekeeper.page.texts import (
    CATEGORIES,
    PLURALS,
    Texts,
    is_plural,
    load_texts,
    misformed,
    placeholders,
)

NAME = "name"
OWN_SECTIONS = ("html", "script")
NAMED = 5  # as many missing sentences as an error names
# In these a language can say the number with a word, or not at all.
_WITHOUT_NUMBER = {"zero", "one", "two"}
Problem = tuple[str, str]  # the path of a sentence, and what is wrong with it


def texts_of(language: str, own: Mapping[str, Any], default: str) -> Texts:
    """Return the texts of a language with the operator's changes; raise SourceError.

    ``own`` has the operator's table of each language.
    """
    changes = own.get(language, {})
    check_texts(language, changes)
    if language in NAMES:
        return merged(load_texts(language), changes)
    functions = load_texts(default if default in NAMES else ENGLISH).functions
    return Texts(language, changes["html"], changes["script"], functions)


def name_of(language: str, own: Mapping[str, Any]) -> str:
    """Return a language's name in that language."""
    return str(own.get(language, {}).get(NAME) or NAMES[language])


def merged(texts: Texts, changes: Mapping[str, Any]) -> Texts:
    """Return the texts with the operator's changes."""
    sections = texts.sections()
    mine = {name: _merge(sections[name], changes.get(name, {})) for name in OWN_SECTIONS}
    return Texts(texts.language, **mine, functions=texts.functions)


def _merge(texts: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    result = dict(texts)
    for key, value in changes.items():
        result[key] = _merge(texts[key], value) if isinstance(value, Mapping) else value
    return result


def check_texts(language: str, changes: object) -> None:
    """Raise SourceError if the operator's table of a language is wrong.

    The error names the language and the sentence, and says what to write instead.
    """
    where = f"page.texts.{language}"
    if not TAG.fullmatch(language):
        raise SourceError(f"{where}: {language!r} is no language. Use a tag such as ca or pt-BR")
    if not isinstance(changes, Mapping):
        raise SourceError(f"{where} must be a table with html and script, not {changes!r}")
    _check_name(where, language, changes)
    sections = load_texts(ENGLISH).sections()
    english = {name: sections[name] for name in OWN_SECTIONS}
    theirs = {key: value for key, value in changes.items() if key != NAME}
    for path, wrong in problems(language, theirs, english):
        raise SourceError(f"{where}: {path} {wrong}")
    if language not in NAMES and (missing := list(missing_in(language, theirs, english))):
        more = f" and {len(missing) - NAMED} more" if len(missing) > NAMED else ""
        raise SourceError(
            f"{where} lacks {', '.join(missing[:NAMED])}{more}. A language that Beekeeper does not"
            " have needs every sentence of html and script: begin with a translation of"
            " assets/room/texts/en.json"
        )


def _check_name(where: str, language: str, changes: Mapping[str, Any]) -> None:
    name = changes.get(NAME, NAMES.get(language))
    if not isinstance(name, str) or not name.strip():
        raise SourceError(
            f'{where}: give the language\'s name as its readers write it, as in name = "Català"'
        )


def problems(
    language: str, texts: Mapping[str, Any], english: Mapping[str, Any], path: str = ""
) -> Iterator[Problem]:
    """Yield what is wrong with texts that have a place in English. They need not be complete."""
    for key, value in texts.items():
        here = f"{path}{key}"
        if key not in english:
            yield here, f"is not in the texts of the page. Use one of: {', '.join(english)}"
        elif is_plural(english[key]):
            yield from _plural_problems(language, value, english[key], here)
        elif isinstance(english[key], Mapping):
            if isinstance(value, Mapping):
                yield from problems(language, value, english[key], f"{here}.")
            else:
                yield here, f"must be a table with {', '.join(english[key])}, not {value!r}"
        elif wrong := _wrong(value, english[key], placeholders(english[key])):
            yield here, wrong


def _plural_problems(
    language: str, forms: object, english: Mapping[str, str], path: str
) -> Iterator[Problem]:
    categories = PLURALS.get(language, CATEGORIES)
    wanted = f"a form for each plural category of the language ({', '.join(categories)})"
    if not isinstance(forms, Mapping):
        yield path, f"must be a table with {wanted}, not {forms!r}"
        return
    model = english["other"]
    for category, form in forms.items():
        needed = set() if category in _WITHOUT_NUMBER else placeholders(model)
        if category not in categories:
            yield f"{path}.{category}", f"is no plural category here. Write {wanted}"
        elif wrong := _wrong(form, model, needed):
            yield f"{path}.{category}", wrong


def _wrong(sentence: object, english: str, needed: set[str]) -> str:
    """Return what is wrong with a sentence, which needs some of the placeholders of English."""
    if wrong := misformed(sentence):
        return wrong
    if english and not str(sentence).strip():
        return "is empty. Write a sentence, or leave it out"
    found, known = placeholders(str(sentence)), placeholders(english)
    if needed <= found <= known:
        return ""
    shown = " and ".join(f"{{{name}}}" for name in sorted(known)) or "no placeholders"
    return f"must have {shown}, as in English: {english!r}"


def missing_in(
    language: str, texts: Mapping[str, Any], english: Mapping[str, Any], path: str = ""
) -> Iterator[str]:
    """Yield the paths of the sentences that a language needs and does not have."""
    for key, model in english.items():
        here, value = f"{path}{key}", texts.get(key, {})
        if is_plural(model):
            needed = PLURALS.get(language, ("other",))
            yield from (f"{here}.{category}" for category in needed if category not in value)
        elif isinstance(model, Mapping):
            yield from missing_in(language, value, model, f"{here}.")
        elif key not in texts:
            yield here
