"""How many bytes the pages of a room have on their way, and how many are the operator's own.

A server sends ten packets before it waits for the browser (RFC 6928). A page of MAX_BYTES takes one
more round trip than that, and is still there at once on a phone.
"""

import json
import zlib
from collections.abc import Mapping
from typing import Any

from beekeeper.page import build_pages

MAX_BYTES = 30_000
# The settings of [page] that can make a page heavy.
HEAVY = ("logo", "template", "texts")


def check_weight(settings: Mapping[str, Any]) -> None:
    """Raise ValueError, with a text for people, if a page of the room is too heavy.

    Raises SourceError if a page can't be built. Without settings of its own, no page is too heavy.
    """
    own = {name: settings["page"][name] for name in HEAVY if settings["page"][name]}
    if not own:
        return
    weights = {language: packed(page) for language, page in build_pages(settings).items()}
    language = max(weights, key=lambda name: weights[name])
    if weights[language] > MAX_BYTES:
        parts = ", ".join(f"{name}: {_kilobytes(_of(part))}" for name, part in own.items())
        raise ValueError(
            f"the page in {language} has {_kilobytes(weights[language])} compressed, and may have"
            f" {_kilobytes(MAX_BYTES)}. Of these are yours: {parts}. Make them smaller"
        )


def packed(content: bytes) -> int:
    """Return how many bytes a content has compressed."""
    return len(zlib.compress(content, 9))


def _of(part: Any) -> int:
    text = part if isinstance(part, str) else json.dumps(part, ensure_ascii=False)
    return packed(text.encode())


def _kilobytes(count: int) -> str:
    return f"{count / 1_000:.1f} KB"
