"""HTTP requests and answers in the format of API Gateway (payload format 2.0).

AWS sends cookies as the list ``cookies``, without the header. MiniStack sends only the header. This
module reads both. Header names arrive in lower case.
"""

import functools
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode

from beekeeper.contract.languages import TAG
from beekeeper.contract.page import UNAVAILABLE_SCRIPT
from beekeeper.contract.routes import (
    LANGUAGE_PARAMETER,
    STAY_PARAMETER,
    TICKET_COOKIE,
    Path,
    ticket_cookie_name,
    with_language,
)
from beekeeper.rules.languages import language_of

RETRY_SECONDS = 5
READS = ("GET", "HEAD")
JSON_TYPE = "application/json"

PRIVATE_HEADERS = {
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-robots-tag": "noindex, nofollow",
    "x-content-type-options": "nosniff",
}

# Without it, a browser would ask for an icon.
ICON = '<link rel="icon" href="data:,">\n'

Response = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Request:
    """The parts of a request that the functions use."""

    path: str = Path.CAMPAIGN
    headers: Mapping[str, str] = field(default_factory=dict)
    cookies: Sequence[str] = ()
    query: Mapping[str, str] = field(default_factory=dict)
    domain: str = ""
    method: str = "GET"
    raw_query: str = ""

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
            raw_query=event.get("rawQueryString") or "",
            domain=context.get("domainName", ""),
            method=(context.get("http") or {}).get("method") or "GET",
        )

    @property
    def is_plain_http(self) -> bool:
        """Whether the room runs on a local emulator. API Gateway itself only has https."""
        return self.domain == "localhost" or self.domain.endswith(".localhost")

    def parameters(self) -> list[tuple[str, str]]:
        """Return the names and values of the query, in its order and with what is there twice."""
        if self.raw_query:
            return parse_qsl(self.raw_query, keep_blank_values=True)
        return list(self.query.items())

    def tickets(self, room: str) -> list[str]:
        """Return the tickets in the request: the bearer token, and those in the room's cookies."""
        return [t for t in (self.bearer(), *self.ticket_cookies(room)) if t]

    def ticket_cookies(self, room: str) -> list[str]:
        """Return the values of the room's cookies, which can be empty.

        The name without the room is that of an earlier version, whose visitors keep their place.
        """
        pairs = [cookie.partition("=") for cookie in self.cookies]
        names = (ticket_cookie_name(room), TICKET_COOKIE)
        return [
            value for wanted in names for name, equals, value in pairs if name == wanted and equals
        ]

    def bearer(self) -> str:
        """Return the bearer token, or the empty string."""
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        return token.strip() if scheme.lower() == "bearer" else ""

    def language(self, offered: Sequence[str]) -> str:
        """Return the language that suits the visitor best. The first one offered is the default."""
        chosen = self.query.get(LANGUAGE_PARAMETER) or ""
        return language_of(chosen, self.headers.get("accept-language", ""), offered)

    def wants_json(self) -> bool:
        """Return whether an app or a page's script asks, and not a browser that opens a page."""
        if self.method == "POST":
            return True
        accept = self.headers.get("accept", "")
        return JSON_TYPE in accept and "text/html" not in accept


def other_method(request: Request, methods: Sequence[str] = READS) -> Response | None:
    """Return the answer to a request with another method than these, and None to these.

    It has no CORS headers: no page of another origin may read an answer.
    """
    if request.method in methods:
        return None
    status = 204 if request.method == "OPTIONS" else 405
    headers = {**PRIVATE_HEADERS, "allow": ", ".join((*methods, "OPTIONS"))}
    return {"statusCode": status, "headers": headers, "body": ""}


def unsupported_type(request: Request) -> Response | None:
    """Return the answer to a POST whose type is not JSON, and None to any other request.

    No page of another origin can send this type without our consent (handlers/visits.py).
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if request.method != "POST" or kind == JSON_TYPE:
        return None
    reason = f"send the header Content-Type: {JSON_TYPE}"
    return json_response(415, {"error": "unsupported type", "reason": reason})


def without_body(response: Response) -> Response:
    """Return what HEAD gets instead of the answer to GET."""
    return {**response, "body": "", "isBase64Encoded": False}


def plain_text(status: int, text: str) -> Response:
    """Answer with a text that has no markup."""
    headers = {**PRIVATE_HEADERS, "content-type": "text/plain; charset=utf-8"}
    return {"statusCode": status, "headers": headers, "body": text}


def in_language_of(request: Request, link: str) -> str:
    """Return a link of the room, which keeps the language that the request's address asks for.

    Without a script, a visitor's choice is in the address only.
    """
    chosen = request.query.get(LANGUAGE_PARAMETER) or ""
    return with_language(link, chosen) if TAG.fullmatch(chosen) else link


def redirect(location: str, cookies: Sequence[str] = ()) -> Response:
    """Answer 302. Links inside the room are relative, because the room may be under a path."""
    headers = {**PRIVATE_HEADERS, "location": location}
    return {"statusCode": 302, "headers": headers, "cookies": list(cookies), "body": ""}


def json_response(status: int, content: Mapping[str, Any], cookies: Sequence[str] = ()) -> Response:
    """Answer with JSON."""
    headers = {**PRIVATE_HEADERS, "content-type": JSON_TYPE}
    body = json.dumps(content, separators=(",", ":"))
    return {"statusCode": status, "headers": headers, "cookies": list(cookies), "body": body}


def unavailable_page(request: Request, language: str) -> tuple[str, str]:
    """Return the page that tries again by itself, and its ``Content-Security-Policy``.

    Visitors can stop that. The sentences and the script are files of the zip. They are read when
    the page is first needed, because they would slow down every cold start.
    """
    from html import escape

    from beekeeper.handlers import markup
    from beekeeper.handlers.sentences import sentences

    texts = sentences(language, "unavailable")
    kept = [(name, value) for name, value in request.parameters() if name != STAY_PARAMETER]
    if STAY_PARAMETER in request.query:
        body = markup.link(_query_link(kept), texts["again"])
        return markup.document(language, texts["title"], body, ICON), markup.policy()
    script = _unavailable_script()
    stop = markup.link(_query_link([*kept, (STAY_PARAMETER, "1")]), texts["stop"])
    head = f'<noscript><meta http-equiv="refresh" content="{RETRY_SECONDS}"></noscript>\n{ICON}'
    body = f"<p>{escape(texts['detail'])}</p>\n{stop}"
    return markup.document(language, texts["title"], body, head, script), markup.policy(script)


def _query_link(parameters: Sequence[tuple[str, str]]) -> str:
    """Return the link to this page with other parameters. What is no text is replaced."""
    return f"?{urlencode(parameters, errors='replace')}"


@functools.cache
def _unavailable_script() -> str:
    from importlib.resources import files

    return files("beekeeper").joinpath(*UNAVAILABLE_SCRIPT).read_text(encoding="utf-8")


def unavailable(request: Request) -> Response:
    """Answer 503 as HTML or JSON, whichever the caller wants, and say when to try again."""
    if request.wants_json():
        return unavailable_json()
    from beekeeper.handlers.sentences import offered_languages

    language = request.language(offered_languages())
    page, policy = unavailable_page(request, language)
    headers = {
        **PRIVATE_HEADERS,
        "content-type": "text/html; charset=utf-8",
        "content-language": language,
        "content-security-policy": policy,
        "retry-after": str(RETRY_SECONDS),
    }
    return {"statusCode": 503, "headers": headers, "body": page}


def unavailable_json() -> Response:
    """Answer 503 as JSON."""
    response = json_response(503, {"error": "unavailable", "retry_after": RETRY_SECONDS})
    response["headers"]["retry-after"] = str(RETRY_SECONDS)
    return response


def ticket_cookie(room: str, token: str, max_age_seconds: int, *, secure: bool) -> str:
    """Return the cookie with a ticket. It is ``secure`` unless the room has no TLS."""
    flags = f"Path=/; Max-Age={max_age_seconds}; HttpOnly; SameSite=Lax"
    cookie = f"{ticket_cookie_name(room)}={token}; {flags}"
    return f"{cookie}; Secure" if secure else cookie
