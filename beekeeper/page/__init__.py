"""The waiting page: one HTML document with its style and script inlined.

One response, no second request: a sale starts with every visitor fetching every asset at once.
The policy names the two inlined blocks by their hash, so nothing else runs, not even a title that
escaped its element. Browsers hash what they parsed, which has LF line ends whatever the file had.
"""

import base64
import hashlib
import html
import re
from dataclasses import dataclass
from importlib.resources import files

_MARK = re.compile(r"\{\{(title|css|js)\}\}")


@dataclass(frozen=True)
class Page:
    """A waiting page, and the ``Content-Security-Policy`` header to send with it."""

    html: bytes
    content_security_policy: str


def build_page(title: str) -> Page:
    """Return the waiting page that shows `title`, the same bytes every time.

    `title` is plain text: it is escaped here, and runs of white space become one space.
    """
    parts = {
        "title": html.escape(" ".join(title.split())),
        "css": _asset("room.css"),
        "js": _asset("room.js"),
    }
    # One pass over the template: a mark inside the title is text, not a place to fill.
    document = _MARK.sub(lambda mark: parts[mark[1]], _asset("index.html"))
    return Page(document.encode(), _policy(parts["js"], parts["css"]))


def _asset(name: str) -> str:
    return (files("beekeeper") / "assets" / "room" / name).read_text(encoding="utf-8")


def _policy(script: str, style: str) -> str:
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {_source_hash(script)}",
            f"style-src {_source_hash(style)}",
            "connect-src 'self'",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        )
    )


def _source_hash(block: str) -> str:
    digest = hashlib.sha256(block.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
