"""Reads the attributes of an item, whatever somebody has made of them by hand.

An attribute on the wire is a type and a value: ``{"N": "12"}``. The type can be any, a number can
be out of its bounds, and a JSON text can be broken or nested too deeply to parse. A reader gives a
value that can be right, or raises Damaged and nothing else. No error's text has the value, which
can be a secret.
"""

import json
import logging
import math
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

T = TypeVar("T")
Item = Mapping[str, Any]
ID = "id"  # the attribute that is the table's primary key
logger = logging.getLogger(__name__)


class Damaged(ValueError):
    """An attribute is missing, or has a value that can't be right."""

    def __init__(self, item: Item, name: str) -> None:
        found = item.get(ID)
        which = found.get("S") if isinstance(found, Mapping) else found
        super().__init__(f"attribute {name} of the table's item {which} is missing or damaged")


def read_text(item: Item, name: str) -> str:
    """Return a text."""
    value = _value(item, name, "S")
    if not isinstance(value, str):
        raise Damaged(item, name)
    return value


def read_number(item: Item, name: str, low: float = 0.0, high: float = math.inf) -> float:
    """Return a finite number. One that is out of its bounds is logged, and becomes the bound."""
    try:
        value = float(_value(item, name, "N"))
    except (ValueError, TypeError):
        raise Damaged(item, name) from None
    if not math.isfinite(value):
        raise Damaged(item, name)
    within = min(max(value, low), high)
    if within != value:
        logger.error("%s: out of its bounds, %r is used", Damaged(item, name), within)
    return within


def read_json(item: Item, name: str) -> Any:
    """Return the content of a JSON text."""
    try:
        return json.loads(read_text(item, name))
    except (ValueError, RecursionError):  # Damaged is a ValueError
        raise Damaged(item, name) from None


def or_default(item: Item, name: str, default: T, read: Callable[[], T]) -> T:
    """Return what ``read`` gives. If the attribute is absent or damaged, return the default.

    Only damage is logged: attributes are absent from the items of an earlier version.
    """
    if name not in item:
        return default
    try:
        return read()
    except Damaged as error:
        logger.error("%s: %r is used", error, default)
        return default


def _value(item: Item, name: str, kind: str) -> Any:
    attribute = item.get(name)
    if not isinstance(attribute, Mapping) or kind not in attribute:
        raise Damaged(item, name)
    return attribute[kind]
