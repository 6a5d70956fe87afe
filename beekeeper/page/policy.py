"""The ``Content-Security-Policy`` that the waiting page brings in a ``<meta>`` element.

It lists the hashes of the styles and the scripts, so the browser runs nothing else. Even a title
that broke out of its element could not run. Browsers hash the text after parsing, which has LF line
ends even if the file has others. The texts are in a block of data, which needs no hash. So the
policy is the same in every language. What holds for each page alike is in a header (PAGE_POLICY).

A template of the operator's own has more blocks. It may load pictures, fonts, styles and media from
the origins that the operator has allowed (``sources``), but no script.
"""

import base64
import hashlib
from collections.abc import Iterable, Sequence


def content_security_policy(
    *, scripts: Iterable[str], styles: Iterable[str], sources: Sequence[str] | None = None
) -> str:
    """Return the policy for a page with these blocks.

    ``sources`` are the origins that a template may load from. None without a template.
    """
    origins = sources or ()
    directives = [
        "default-src 'none'",
        _directive("script-src", map(_source_hash, scripts)),
        _directive("style-src", map(_source_hash, styles), origins),
        "connect-src 'self'",
        _directive("img-src", ["data:"], origins),
    ]
    if sources is not None:
        of_template = ("font-src", "media-src")
        directives += [_directive(name, ["data:"], origins) for name in of_template]
    return "; ".join(directives)


def _directive(name: str, *values: Iterable[str]) -> str:
    return " ".join((name, *(value for group in values for value in group)))


def _source_hash(block: str) -> str:
    digest = hashlib.sha256(block.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
