"""The ``Content-Security-Policy`` that the waiting page brings in a ``<meta>`` element.

It lists the hashes of the style and the script, so the browser runs nothing else. Even a title that
broke out of its element could not run. Browsers hash the text after parsing, which has LF line ends
even if the file has others. The texts are in a block of data, which needs no hash. So the policy is
the same in every language. What holds for each page alike is in a header (PAGE_POLICY).
"""

import base64
import hashlib


def content_security_policy(*, script: str, style: str) -> str:
    """Return the policy for a page with these two blocks."""
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {_source_hash(script)}",
            f"style-src {_source_hash(style)}",
            "connect-src 'self'",
            "img-src data:",
        )
    )


def _source_hash(block: str) -> str:
    digest = hashlib.sha256(block.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
