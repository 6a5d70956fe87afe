"""The waiting page in the room's bucket: deploy writes it, and the ``room`` function reads it.

There is one page for each language that the room offers, so only the visitor's language travels.
With an edge, CloudFront reads them instead, for ``/`` and for ``/room``: so the key of the default
language's page is ``room``.

The page brings its own ``Content-Security-Policy`` in a ``<meta>`` element, with the hashes of its
style and script (page/policy.py). So a page from a cache never meets the policy of another page.
"""

from collections.abc import Sequence

from beekeeper.contract.languages import TAG

PAGE_KEY = "room"
ROBOTS_KEY = "robots.txt"
PAGE_TYPE = "text/html; charset=utf-8"
# The header that the function and the edge send with each page. A <meta> can't say who may frame
# the page (W3C, Content Security Policy, "The <meta> element").
PAGE_POLICY = "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
# The sentences that visitors read, a file for each language (en.json): in the package, and in
# the functions' zip.
TEXTS = ("assets", "room", "texts")
# The script of the page that a function answers with 503: a file of both, too.
UNAVAILABLE_SCRIPT = ("assets", "room", "unavailable.js")


def page_key(language: str, offered: Sequence[str]) -> str:
    """Return the key of the page in a language. The first language offered is the default."""
    return PAGE_KEY if language == offered[0] else f"{PAGE_KEY}.{language}"


def is_page_key(key: str) -> bool:
    """Return whether a page of ours can have this key, in whatever language."""
    room, _, language = key.partition(".")
    return key == PAGE_KEY or (room == PAGE_KEY and bool(TAG.fullmatch(language)))
