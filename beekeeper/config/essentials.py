"""What every room must have, and what visitors and AWS call it."""

import re
from typing import Annotated, Required, TypedDict
from urllib.parse import urlsplit

from pydantic import AfterValidator

from beekeeper.config.section import Section, declared, described

LOOPBACK = ("localhost", "127.0.0.1", "::1")
# So that "beekeeper-<room>-<account>-<region>" fits the 63 characters of a bucket's name.
MAX_NAME_CHARACTERS = 24
MAX_TITLE_CHARACTERS = 120


class EssentialValues(TypedDict, total=False):
    """The fields of :class:`Essentials` as keyword arguments."""

    name: Required[str]
    destination: Required[str]
    rate: Required[int]
    title: str
    region: str | None


def _name(value: str) -> str:
    if not re.fullmatch(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?", value):
        raise ValueError("use lower-case letters, digits and hyphens, such as summer-sale")
    if len(value) > MAX_NAME_CHARACTERS:
        raise ValueError(f"use at most {MAX_NAME_CHARACTERS} characters")
    return value


def _title(value: str) -> str:
    if not value.strip():
        raise ValueError("give the name that visitors read, such as Summer Sale")
    return value.strip()


def _destination(value: str) -> str:
    try:
        parts = urlsplit(value)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host or parts.username or any(ord(c) <= 0x20 or ord(c) >= 0x7F for c in value):
        raise ValueError("give the whole address, such as https://shop.example.com/sale")
    if parts.scheme != "https" and not (parts.scheme == "http" and host in LOOPBACK):
        raise ValueError("use https:// (http:// only for this machine), as in https://example.com")
    if parts.fragment:
        raise ValueError("leave out the part from # on: browsers keep it to themselves")
    return value if parts.path else parts._replace(path="/").geturl()


class Essentials(Section):
    """Name, destination and rate, which have no defaults; title and region, which have."""

    name: Annotated[str, AfterValidator(_name)] = described(
        "a name for the room, which names everything in AWS: lower-case letters, digits and"
        f" hyphens, at most {MAX_NAME_CHARACTERS}",
        example="summer-sale",
    )
    destination: Annotated[str, AfterValidator(_destination)] = declared(
        "destination", example="https://shop.example.com/sale"
    )
    rate: int = declared("rate", example="600")
    title: Annotated[str, AfterValidator(_title)] = described(
        "what visitors read on the waiting page; made from the name when not given",
        default="",
        max_length=MAX_TITLE_CHARACTERS,
    )
    region: str | None = described(
        "the AWS region; that of your AWS profile when not given", default=None
    )
