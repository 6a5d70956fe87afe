"""The waiting page in the room's bucket: deploy writes it, and the ``room`` function reads it.

With an edge, CloudFront reads it instead, for ``/`` and for ``/room``: so its key is ``room``.

The page brings its own ``Content-Security-Policy`` in a ``<meta>`` element, with the hashes of its
style and script (page/policy.py). So a page from a cache never meets the policy of another page.
"""

from collections.abc import Sequence

PAGE_KEY = "room"
ROBOTS_KEY = "robots.txt"
PAGE_TYPE = "text/html; charset=utf-8"
# The header that the function and the edge send with each page. A <meta> can't say who may frame
# the page (W3C, Content Security Policy, "The <meta> element").
PAGE_POLICY = "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
# The sentences that visitors read: a file of the package, and of the functions' zip.
TEXTS = ("assets", "room", "texts", "en.json")
# The script of the page that a function answers with 503: a file of both, too.
UNAVAILABLE_SCRIPT = ("assets", "room", "unavailable.js")


def page_key(language: str, offered: Sequence[str]) -> str:
    """Return the key of a language's page. The first language that is offered has the plain key."""
    return PAGE_KEY if language == offered[0] else f"{PAGE_KEY}.{language}"
