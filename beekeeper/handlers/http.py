"""HTTP requests and answers in the format of API Gateway (payload format 2.0).

AWS sends cookies as the list ``cookies``, without the header. MiniStack sends only the header. This
module reads both. Header names arrive in lower case.
"""

import functools
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from beekeeper.contract.page import TEXTS, UNAVAILABLE_SCRIPT
from beekeeper.contract.routes import TICKET_COOKIE, Path

RETRY_SECONDS = 5

PRIVATE_HEADERS = {
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-robots-tag": "noindex, nofollow",
    "x-content-type-options": "nosniff",
}

UNAVAILABLE_POLICY = "; ".join(
    ("default-src 'none'", "connect-src 'self'", "base-uri 'none'", "frame-ancestors 'none'")
)

Response = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Request:
    """The parts of a request that the functions use."""

    path: str = Path.CAMPAIGN
    headers: Mapping[str, str] = field(default_factory=dict)
    cookies: Sequence[str] = ()
    query: Mapping[str, str] = field(default_factory=dict)
    domain: str = ""

    @classmethod
    def from_event(cls, event: Mapping[str, Any]) -> "Request":
        """Read an API Gateway event. Any part of it can be missing."""
        context = event.get("requestContext") or {}
        headers = {k.lower(): v for k, v in (event.get("headers") or {}).items()}
        cookies = event.get("cookies") or headers.get("cookie", "").split(";")
        return cls(
            # The path can start with a stage or with a custom domain's mapping. The route can't.
            path=str(event.get("routeKey", "")).partition(" ")[2] or Path.CAMPAIGN,
            headers=headers,
            cookies=[c.strip() for c in cookies],
            query=event.get("queryStringParameters") or {},
            domain=context.get("domainName", ""),
        )

    @property
    def is_plain_http(self) -> bool:
        """Whether the room runs on a local emulator. API Gateway itself only has https."""
        return self.domain == "localhost" or self.domain.endswith(".localhost")

    def tickets(self) -> list[str]:
        """Return every ticket in the request: the bearer token, and those in cookies."""
        prefix = f"{TICKET_COOKIE}="
        cookies = [c.removeprefix(prefix) for c in self.cookies if c.startswith(prefix)]
        return [t for t in (self.bearer(), *cookies) if t]

    def bearer(self) -> str:
        """Return the bearer token, or the empty string."""
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        return token.strip() if scheme.lower() == "bearer" else ""

    def wants_json(self) -> bool:
        """Return whether an app or a page's script asks, and not a browser that opens a page."""
        accept = self.headers.get("accept", "")
        return "application/json" in accept and "text/html" not in accept

    def is_prefetch(self) -> bool:
        """Return whether a browser loads the page in advance, before the visitor opens it."""
        names = ("sec-purpose", "purpose", "x-purpose", "x-moz")
        purpose = (self.headers.get(name, "").lower() for name in names)
        return any(word in p for p in purpose for word in ("prefetch", "prerender", "preview"))


def redirect(location: str, cookies: Sequence[str] = ()) -> Response:
    """Answer 302. Links inside the room are relative, because the room may be under a path."""
    headers = {**PRIVATE_HEADERS, "location": location}
    return {"statusCode": 302, "headers": headers, "cookies": list(cookies), "body": ""}


def json_response(status: int, content: Mapping[str, Any], cookies: Sequence[str] = ()) -> Response:
    """Answer with JSON."""
    headers = {**PRIVATE_HEADERS, "content-type": "application/json"}
    body = json.dumps(content, separators=(",", ":"))
    return {"statusCode": status, "headers": headers, "cookies": list(cookies), "body": body}


@functools.cache
def unavailable_page() -> tuple[str, str]:
    """Return the page that tries again by itself, and its ``Content-Security-Policy``.

    Its sentences and its script are files of the zip. They are read when the page is first needed,
    because they would slow down every cold start.
    """
    from base64 import b64encode
    from hashlib import sha256
    from html import escape
    from importlib.resources import files

    source, script = (
        files("beekeeper").joinpath(*path).read_text(encoding="utf-8")
        for path in (TEXTS, UNAVAILABLE_SCRIPT)
    )
    texts = {name: escape(text) for name, text in json.loads(source)["unavailable"].items()}
    page = f"""<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<noscript><meta http-equiv="refresh" content="{RETRY_SECONDS}"></noscript>
<title>{texts["title"]}</title>
<body><h1>{texts["title"]}</h1>
<p>{texts["detail"]}</p><script>{script}</script></body></html>
"""
    script_hash = b64encode(sha256(script.encode()).digest()).decode()
    return page, f"{UNAVAILABLE_POLICY}; script-src 'sha256-{script_hash}'"


def unavailable(request: Request) -> Response:
    """Answer 503 as HTML or JSON, whichever the caller wants, and say when to try again."""
    if request.wants_json():
        response = json_response(503, {"error": "unavailable", "retry_after": RETRY_SECONDS})
    else:
        page, policy = unavailable_page()
        headers = {
            **PRIVATE_HEADERS,
            "content-type": "text/html; charset=utf-8",
            "content-security-policy": policy,
        }
        response = {"statusCode": 503, "headers": headers, "body": page}
    response["headers"]["retry-after"] = str(RETRY_SECONDS)
    return response


def ticket_cookie(token: str, max_age_seconds: int, *, secure: bool) -> str:
    """Return the cookie with a ticket. It is ``secure`` unless the room has no TLS."""
    cookie = f"{TICKET_COOKIE}={token}; Path=/; Max-Age={max_age_seconds}; HttpOnly; SameSite=Lax"
    return f"{cookie}; Secure" if secure else cookie
