"""What the operator makes of the waiting page: the table ``[page]``.

The logo, the template and the texts can be the paths of files. The files are read here, so that the
configuration is complete in itself: the state file has what a deploy has used, and any machine can
build the same page from it. What is a content already, and no path, is taken as it is.

In ``beekeeper.toml``, a path is relative to the folder of this file (``beside``). In Python, it is
relative to the working directory.
"""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Self, TypedDict

from pydantic import AfterValidator, Field, ValidationInfo, field_validator, model_validator

from beekeeper.config.address import ascii_address
from beekeeper.config.essentials import Essentials
from beekeeper.config.section import Section, described
from beekeeper.config.toml_file import shown
from beekeeper.contract.languages import NAMES
from beekeeper.page import SourceError, check_texts
from beekeeper.page.accent import parse_accent
from beekeeper.page.document import taken_ids
from beekeeper.page.logo import logo_bytes, logo_uri
from beekeeper.page.own_template import check_template
from beekeeper.page.weight import check_weight
from beekeeper.rules.destination import has_host
from beekeeper.text_file import read_text

MAX_FOOTER_CHARACTERS = 200
ORIGIN = re.compile(r"https://[a-z0-9.-]+(?::\d{1,5})?", re.ASCII)
MAIL_OR_PHONE = re.compile(r"mailto:[^@\s]+@[^@\s]+|tel:\+?[\d().-]+", re.ASCII)
# What `init` writes below the other settings.
COMMENTED = """
# The waiting page can look like your site. Remove the # of what you want:
# [page]
# logo = "logo.svg"  # a file beside this one
# accent = "#0b5fff"  # the colour of the button and the progress bar
# support_url = "https://shop.example.com/help"
# languages = ["en", "fr"]  # by default, all that Beekeeper has
"""


class PageValues(TypedDict, total=False):
    """The fields of :class:`Page` as a mapping."""

    texts: dict[str, Any]
    languages: list[str]
    logo: str
    accent: str
    support_url: str
    terms_url: str
    privacy_url: str
    footer: str
    sources: list[str]
    template: str


def _link(text: str) -> str:
    value = ascii_address(text)
    if value and not (value.startswith("https://") and has_host(value)):
        raise ValueError("give the whole address, such as https://shop.example.com/terms")
    return value


def _support_link(text: str) -> str:
    if MAIL_OR_PHONE.fullmatch(text):
        return text
    try:
        return _link(text)
    except ValueError as error:
        raise ValueError(f"{error}, or mailto:help@example.com, or tel:+441632960000") from None


def _footer(text: str) -> str:
    if len(text) > MAX_FOOTER_CHARACTERS:
        raise ValueError(f"use at most {MAX_FOOTER_CHARACTERS} characters")
    return " ".join(text.split())


def _accent(text: str) -> str:
    return parse_accent(text) if text else ""


def _logo(text: str) -> str:
    if not text:
        return ""
    if _is_logo(text):
        return logo_uri(logo_bytes(text))
    with _reading(text):
        picture = Path(text).read_bytes()
    return logo_uri(picture)


def _template(text: str, info: ValidationInfo) -> str:
    template = _text_of(text) if text and not _is_template(text) else text
    template = "\n".join(template.splitlines()).strip()
    if template:
        check_template(template, info.data.get("sources", ()), taken_ids())
    return template


def _texts_of(value: Any) -> Any:
    """Return the texts of a language: what is given, or what is in the JSON file of this path."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(_text_of(value))
    except json.JSONDecodeError as error:
        raise ValueError(f"{value} is not valid JSON: {error}. Correct the file") from None


def _text_of(path: str) -> str:
    with _reading(path):
        return read_text(path)


@contextmanager
def _reading(path: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ValueError(
            f"{path:.80} can't be read: {error.strerror}. Give a file's path"
        ) from None


def _origin(text: str) -> str:
    value = text.lower().removesuffix("/")
    if not (ORIGIN.fullmatch(value) and has_host(value)):
        raise ValueError("give an origin without a path, such as https://cdn.example.com")
    return value


def _is_logo(text: str) -> bool:
    return text.startswith("data:")


def _is_template(text: str) -> bool:
    return "<" in text


class Page(Section):
    """How the page looks, in which languages it is, and where its links lead."""

    texts: dict[str, Any] = described(
        "your own sentences, by language: a table such as `[page.texts.fr]`, or the path of a JSON"
        " file",
        default={},
    )
    languages: list[str] = described(
        "the languages of the page; the first is for visitors who read none of the others",
        default=[*NAMES],
    )
    logo: Annotated[str, AfterValidator(_logo)] = described(
        "the path of your logo: SVG, PNG, JPEG, WebP or GIF, at most 10 KB", default=""
    )
    accent: Annotated[str, AfterValidator(_accent)] = described(
        "the colour of the button and the progress bar, such as `#0b5fff`", default=""
    )
    support_url: Annotated[str, AfterValidator(_support_link)] = described(
        "where visitors get help: https, or `mailto:` or `tel:`", default=""
    )
    terms_url: Annotated[str, AfterValidator(_link)] = described(
        "the address of your terms", default=""
    )
    privacy_url: Annotated[str, AfterValidator(_link)] = described(
        "the address of your privacy statement", default=""
    )
    footer: Annotated[str, AfterValidator(_footer)] = described(
        f"a text at the foot of the page, at most {MAX_FOOTER_CHARACTERS} characters", default=""
    )
    sources: list[Annotated[str, AfterValidator(_origin)]] = described(
        "the origins that your own template may load pictures, styles, fonts and media from, such"
        " as `https://cdn.example.com`",
        default=[],
    )
    template: Annotated[str, AfterValidator(_template)] = described(
        "the path of [a template of your own](#the-waiting-page)", default=""
    )

    @model_validator(mode="before")
    @classmethod
    def _offers_what_it_brings(cls, values: Any) -> Any:
        """Add new languages to those that are offered, unless these are given."""
        own = values.get("texts") if isinstance(values, Mapping) else None
        if not isinstance(own, Mapping) or "languages" in values:
            return values
        return {**values, "languages": [*dict.fromkeys((*NAMES, *own))]}

    @field_validator("texts", mode="before")
    @classmethod
    def _reads_texts(cls, value: Any) -> Any:
        if not isinstance(value, Mapping):
            raise ValueError('write a table: a line [page.texts], and below it fr = "fr.json"')
        found = {language: _texts_of(texts) for language, texts in value.items()}
        try:
            for language, texts in found.items():
                check_texts(language, texts)
        except SourceError as error:
            raise ValueError(str(error)) from None
        return found

    @field_validator("languages")
    @classmethod
    def _can_be_offered(cls, value: list[str], info: ValidationInfo) -> list[str]:
        own = info.data.get("texts", {})
        known = tuple(dict.fromkeys((*NAMES, *own)))
        if unknown := [language for language in value if language not in known]:
            raise ValueError(
                f"there are no texts for {unknown[0]}. Use {', '.join(known)}, or give texts for it"
                f" in page.texts.{unknown[0]}"
            )
        if not value or len(set(value)) < len(value):
            raise ValueError('give each language once, and at least one, as in ["en", "fr"]')
        if unused := [language for language in own if language not in value]:
            raise ValueError(f"page.texts has {unused[0]}, which is missing here. Add it")
        return value

    @field_validator("template")
    @classmethod
    def _is_a_page(cls, value: str, info: ValidationInfo) -> str:
        return _template(value, info)

    @model_validator(mode="after")
    def _needs_its_sources(self) -> Self:
        if self.sources and not self.template:
            raise ValueError("page.sources is for a template of your own. Give page.template, too")
        return self


class WithPage(Essentials):
    """How the waiting page looks."""

    page: Page = Field(
        default_factory=Page,
        description="the table of the page's settings",
        json_schema_extra={"unit": "", "example": ""},
    )

    @field_validator("page", mode="before")
    @classmethod
    def _is_a_table_of_the_page(cls, value: Any) -> Any:
        if isinstance(value, Mapping | Page):
            return value
        raise ValueError(
            'write it as a table: a line [page], and below it accent = "#0b5fff" (in Python:'
            ' page={"accent": "#0b5fff"})'
        )

    @model_validator(mode="after")
    def _light_enough(self) -> Self:
        try:
            check_weight(self.model_dump())
        except SourceError as error:
            raise ValueError(f"page: {error}") from None
        return self


def beside(values: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Return the values of a file in this folder, with its paths in ``[page]`` ready to open."""

    def path(value: Any, is_content: bool) -> Any:
        is_path = isinstance(value, str) and value.strip() and not is_content
        return str(shown(folder / value.strip())) if is_path else value

    page = values.get("page")
    if not isinstance(page, Mapping):
        return dict(values)
    found = dict(page)
    for name, is_content in (("logo", _is_logo), ("template", _is_template)):
        if isinstance(value := page.get(name), str):
            found[name] = path(value, is_content(value.strip()))
    if isinstance(texts := page.get("texts"), Mapping):
        found["texts"] = {language: path(value, False) for language, value in texts.items()}
    return {**values, "page": found}
