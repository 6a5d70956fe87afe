"""The settings that every room must have, its title and picture, and its region."""

import re
from typing import Annotated, Required, TypedDict
from urllib.parse import urlsplit

from pydantic import AfterValidator

from beekeeper.config.address import ascii_address
from beekeeper.config.section import Section, declared, described
from beekeeper.rules.destination import has_host, is_address, is_private

# With this length, "beekeeper-<room>-<account>-<region>" fits the 63 characters of a bucket name.
MAX_NAME_CHARACTERS = 24
MAX_TITLE_CHARACTERS = 120
REGION = re.compile(r"[a-z]{2,}(?:-[a-z]+)+-\d{1,2}")
NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?")


class EssentialValues(TypedDict, total=False):
    """The fields of :class:`Essentials` as keyword arguments."""

    name: Required[str]
    destination: Required[str]
    rate: Required[int]
    title: str
    picture: str
    region: str | None


def is_name(value: str) -> bool:
    """Return whether a text can be the name of a room."""
    return len(value) <= MAX_NAME_CHARACTERS and bool(NAME.fullmatch(value))


def _name(value: str) -> str:
    if not NAME.fullmatch(value):
        raise ValueError("use lower-case letters, digits and hyphens, such as summer-sale")
    if len(value) > MAX_NAME_CHARACTERS:
        raise ValueError(f"use at most {MAX_NAME_CHARACTERS} characters")
    return value


def _region(value: str) -> str:
    if not REGION.fullmatch(value):
        raise ValueError("give the code of an AWS region, such as eu-central-1")
    return value


def _title(value: str) -> str:
    if not value.strip():
        raise ValueError("give the name that visitors read, such as Summer Sale")
    if len(value) > MAX_TITLE_CHARACTERS:
        raise ValueError(f"use at most {MAX_TITLE_CHARACTERS} characters")
    return value.strip()


def _destination(text: str) -> str:
    value = ascii_address(text)
    if not has_host(value):
        raise ValueError("give the whole address, such as https://shop.example.com/sale")
    if not is_private(value):
        raise ValueError("use https:// (http:// only for this machine), as in https://example.com")
    parts = urlsplit(value)
    if parts.fragment:
        raise ValueError("leave out # and what follows it: browsers do not send it to a server")
    return value if parts.path else parts._replace(path="/").geturl()


def _picture(text: str) -> str:
    value = ascii_address(text)
    if value and not is_address(value):
        raise ValueError("give the whole address, such as https://shop.example.com/summer.jpg")
    return value


class Essentials(Section):
    """Name, destination and rate, which are required, and title, picture and region."""

    name: Annotated[str, AfterValidator(_name)] = described(
        "the name of the room, also used in the names of its AWS resources: lower-case letters,"
        f" digits and hyphens, at most {MAX_NAME_CHARACTERS} characters",
        example="summer-sale",
    )
    destination: Annotated[str, AfterValidator(_destination)] = declared(
        "destination", example="https://shop.example.com/sale"
    )
    rate: int = declared("rate", example="600")
    title: Annotated[str, AfterValidator(_title)] = declared("title")
    picture: Annotated[str, AfterValidator(_picture)] = declared("picture")
    region: Annotated[str, AfterValidator(_region)] | None = described(
        "the AWS region; by default, the region of your AWS profile", default=None
    )
