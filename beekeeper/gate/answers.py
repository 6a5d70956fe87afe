"""What the gate answers by itself. No browser and no cache keeps any of it."""

import html
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

RETRY_SECONDS = 10
REASON_HEADER = "X-Beekeeper-Gate"
SUBJECT_HEADER = "X-Beekeeper-Sub"
# What HTTP allows (RFC 9110, section 5), and interfaces can send.
_STATUSES = range(200, 600)
_NAME, _VALUE = re.compile(r"[\w!#$%&'*+.^`|~-]+", re.ASCII), re.compile(r"[\t\x20-\x7e\xa0-\xff]*")
Headers = Sequence[tuple[str, str]]
# The pass must not be in the Referer of what the next page loads.
PRIVATE = (("Cache-Control", "no-store"), ("Referrer-Policy", "no-referrer"))
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>{title}</title>
<style>:root{{color-scheme:light dark}}
body{{font:18px/1.5 system-ui,sans-serif;max-width:34rem;margin:15vh auto;padding:0 1rem}}
h1{{line-height:1.2;text-wrap:balance}}</style>
<main><h1>{title}</h1><p>{text}</p><p><a href="{link}">Go to the waiting room</a></p></main></html>
"""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer to a request: the status, the headers in order, and the body."""

    status: int
    headers: Headers = ()
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class LetIn:
    """The request goes to the application. ``cookie`` renews the session, if it is not empty."""

    subject: str = ""  # who it is; empty for what is exempt
    cookie: str = ""


Decision = LetIn | Answer


def redirect(status: int, location: str, cookies: Sequence[str] = (), reason: str = "") -> Answer:
    """Answer with another address."""
    empty = (("Content-Type", "text/plain"), ("Content-Length", "0"))  # PEP 3333 wants a type
    headers = [*PRIVATE, ("Location", location), *empty, *_set(cookies), *_because(reason)]
    return Answer(status, tuple(headers))


def in_words(
    status: int, title: str, text: str, link: str, reason: str, *, for_people: bool,
    cookies: Sequence[str] = (),
) -> Answer:  # fmt: skip
    """Answer with a page for people, or else with JSON. Both say why, and name the room's link."""
    if for_people:
        kind = "text/html; charset=utf-8"
        escaped = {"title": html.escape(title), "text": html.escape(text)}
        body = PAGE.format(link=html.escape(link), **escaped).encode()
    else:
        kind = "application/json"
        body = json.dumps({"error": f"{title}. {text}", "link": link}).encode()
    again = [("Retry-After", str(RETRY_SECONDS))] if status == 503 else []
    size = ("Content-Length", str(len(body)))
    headers = [*PRIVATE, ("Content-Type", kind), size, *again, *_set(cookies), *_because(reason)]
    return Answer(status, tuple(headers), body)


def is_sendable(answer: object) -> bool:
    """Return whether every server can send this. A function of the site can return anything."""
    return (
        isinstance(answer, Answer)
        and answer.status in _STATUSES
        and all(_NAME.fullmatch(n) and _VALUE.fullmatch(v) for n, v in answer.headers)
        and isinstance(answer.body, bytes)
    )


def without_body(answer: Answer) -> Answer:
    """Return what HEAD gets."""
    return Answer(answer.status, answer.headers)


def _set(cookies: Sequence[str]) -> Headers:
    return [("Set-Cookie", cookie) for cookie in cookies if cookie]


def _because(reason: str) -> Headers:
    return [(REASON_HEADER, reason)] if reason else []
