"""The frame of the small pages that the functions make: one landmark, both colour schemes.

Few visitors see one, and what it needs would slow down every cold start: import this module inside
a function.
"""

from base64 import b64encode
from hashlib import sha256
from html import escape

from beekeeper.contract.languages import direction_of

STYLE = """
:root { color-scheme: light dark; }
body { margin: 0; padding: 1.5rem; font: 1.0625rem/1.5 system-ui, sans-serif; }
main { max-width: 34rem; margin: 10vh auto 0; overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; line-height: 1.25; }
a { display: inline-block; padding: .375rem 0; }
"""


def document(language: str, title: str, body: str, head: str = "", script: str = "") -> str:
    """Return a whole page. ``body`` and ``head`` are HTML, and ``title`` is text."""
    code = f"<script>{script}</script>" if script else ""
    return f"""<!doctype html>
<html lang="{language}" dir="{direction_of(language)}" prefix="og: https://ogp.me/ns#">
<head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{escape(title)}</title>
{head}<style>{STYLE}</style></head>
<body><main><h1>{escape(title)}</h1>
{body}</main>{code}</body></html>
"""


def policy(script: str = "") -> str:
    """Return the ``Content-Security-Policy`` of a page with this script."""
    rules = [
        "default-src 'none'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        f"style-src {_hash(STYLE)}",
    ]
    if script:
        rules += ["connect-src 'self'", f"script-src {_hash(script)}"]
    return "; ".join(rules)


def link(href: str, text: str) -> str:
    """Return a paragraph with a link."""
    return f'<p><a href="{escape(href)}">{escape(text)}</a></p>\n'


def _hash(block: str) -> str:
    return f"'sha256-{b64encode(sha256(block.encode()).digest()).decode()}'"
