"""What the operator makes of the waiting page: the table ``[page]``.

The logo, the template and the texts can be the paths of files. The files are read here, so that the
configuration is complete in itself: the state file has what a deploy has used, and any machine can
build the same page from it. What is a content already, and no path, is taken as it is.

In ``beekeeper.toml``, a path is relative to the folder of this file (``beside``). In Python, it is
relative to the working directory.
"""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Self, TypedDict

from pydantic import AfterValidator, ValidationInfo, field_validator, model_validator

from beekeeper.config.address import ascii_address
from beekeeper.config.essentials import Essentials
from beekeeper.config.page_files import picture_of, template_of, texts_of
from beekeeper.config.section import Section, described, table, table_of
from beekeeper.contract.languages import NAMES
from beekeeper.page import SourceError, check_texts
from beekeeper.page.accent import parse_accent
from beekeeper.page.document import taken_ids
from beekeeper.page.logo import logo_uri
from beekeeper.page.own_template import check_template
from beekeeper.page.weight import check_weight
from beekeeper.rules.destination import has_host

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

    logo: str
    accent: str
    support_url: str
    terms_url: str
    privacy_url: str
    footer: str
    texts: dict[str, Any]
    languages: list[str]
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
        raise ValueError(
            f"{error}. Or give mailto:help@example.com, or tel:+441632960000"
        ) from None


def _footer(text: str) -> str:
    if len(text) > MAX_FOOTER_CHARACTERS:
        raise ValueError(f"use at most {MAX_FOOTER_CHARACTERS} characters")
    return " ".join(text.split())


def _accent(text: str) -> str:
    return parse_accent(text) if text else ""


def _logo(text: str) -> str:
    return logo_uri(picture_of(text)) if text else ""


def _texts(language: str, value: Any) -> Any:
    try:
        return texts_of(value)
    except ValueError as error:
        raise ValueError(f"page.texts.{language} = {value!r:.80}: {error}") from None


def _template(text: str, info: ValidationInfo) -> str:
    template = template_of(text)
    if text and "sources" in info.data:  # wrong sources have an error of their own
        check_template(template, info.data["sources"], taken_ids())
    return template


def _origin(text: str) -> str:
    value = text.lower().removesuffix("/")
    if not (ORIGIN.fullmatch(value) and has_host(value)):
        raise ValueError("give an origin without a path, such as https://cdn.example.com")
    return value


class Page(Section):
    """How the page looks, in which languages it is, and where its links lead."""

    logo: Annotated[str, AfterValidator(_logo)] = described(
        "the path of your logo: SVG, PNG, JPEG, WebP or GIF, at most 8 KB", default=""
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
    texts: dict[str, Any] = described(
        "your own sentences, by language: a table such as `[page.texts.fr]`, or the path of a JSON"
        " file",
        default={},
    )
    languages: list[str] = described(
        "the languages of the page; the first is for visitors who read none of the others",
        default=[*NAMES],
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
        found = {language: _texts(language, texts) for language, texts in value.items()}
        try:
            for language, texts in found.items():
                check_texts(language, texts)
        except SourceError as error:
            raise ValueError(str(error)) from None
        return found

    @field_validator("languages")
    @classmethod
    def _can_be_offered(cls, value: list[str], info: ValidationInfo) -> list[str]:
        if "texts" not in info.data:  # wrong texts have an error of their own
            return value
        own = info.data["texts"]
        known = tuple(dict.fromkeys((*NAMES, *own)))
        if unknown := [language for language in value if language not in known]:
            raise ValueError(
                f"there are no texts for {unknown[0]}. Use {', '.join(known)}, or give texts for it"
                f" in page.texts.{unknown[0]}"
            )
        if not value or len({language.lower() for language in value}) < len(value):
            raise ValueError('give each language once, and at least one, as in ["en", "fr"]')
        if unused := [language for language in own if language not in value]:
            raise ValueError(f"page.texts has {unused[0]}, which is missing here. Add it")
        return value

    @model_validator(mode="after")
    def _needs_its_sources(self) -> Self:
        if self.sources and not self.template:
            raise ValueError("page.sources is for a template of your own. Give page.template, too")
        return self


class WithPage(Essentials):
    """How the waiting page looks."""

    page: Page = table(Page, "page's")

    @field_validator("page", mode="before")
    @classmethod
    def _is_a_table_of_the_page(cls, value: Any) -> Any:
        return table_of(value, Page, "page", "accent", "#0b5fff")

    @model_validator(mode="after")
    def _light_enough(self) -> Self:
        try:
            check_weight(self.model_dump())
        except SourceError as error:
            raise ValueError(f"page: {error}") from None
        return self
