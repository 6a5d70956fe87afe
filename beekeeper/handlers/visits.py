"""Who asks: a person or an app, who takes a place, or somebody who takes none.

A place is for a visit. A visit is a browser that opens the link in a tab of its own, or an app that
asks for JSON. Everything else that requests the link would fill the line with tickets that nobody
comes back for:

- the images, frames, scripts and fetches of pages elsewhere, which anybody can write
- prefetches and prerenders, before a person has decided to come
- the bots that make a preview in chats, the scanners of mail, crawlers and monitors

A browser says in ``Sec-Fetch-*`` what a request is for, and no page can change that (W3C, Fetch
Metadata). Browsers from before 2020 (Safari: 2023) send none. They ask for ``text/html`` only when
they open a page or a frame. The ``fetch`` of Node.js sends the mode ``cors`` and no site, which no
browser does. Bots are known by the names that they give themselves. Whoever takes trouble to look
like a browser is taken for one.

The room's page and apps also ask by POST. A POST of a page elsewhere is refused in every browser:
JOIN takes only ``Content-Type: application/json``, which a browser sends to another origin only if
a preflight allows it (WHATWG Fetch, CORS-safelisted request headers), and no answer of ours allows
anything. The Origin of a POST tells less: browsers also send it to a page's own origin, and behind
an edge the functions don't know which origin that is. Only an opaque origin ("null") is never ours.
"""

import re
from enum import Enum

from beekeeper.contract.robots import PREVIEW_BOTS, WHATSAPP
from beekeeper.handlers.http import Request, Response, json_response, plain_text

_PREVIEWS = tuple(name.lower() for name in PREVIEW_BOTS if name != WHATSAPP)
# What else is in the names of those who are no person, in lower case. In-app browsers of people
# name their app, and none of these. One large pattern would take 2 ms of each cold start.
_OTHERS = (
    *("crawl", "spider", "slurp", "lighthouse", "googleother", "feedfetcher", "mediapartners"),
    *("google-pagerenderer", "google-inspectiontool", "google-read-aloud", "google-safety"),
    *("facebookcatalog", "meta-external", "line-poker", "kakaotalk-scrap"),
    *("slack-imgproxy", "cardyb", "mastodon/", "iframely", "embedly", "vkshare"),
    *("bingpreview", "uripreview", "url preview", "urlpreview", "link preview"),
    *("flipboardproxy", "imageproxy", "yahoomailproxy"),
    *("barracuda", "proofpoint", "mimecast", "ciscosecureemail"),
    *("ms-office", "msoffice", "microsoft office"),
    *("pingdom", "statuscake", "site24x7", "health-check", "healthcheck", "monitoring"),
)
# In names such as Googlebot/2.1. A phone can have the model "robot 3".
_BOT = re.compile(r"bot(?![a-z]|\s\d)")
# What a phone's browser says of the phone: Android's version; the model. Bots add an address.
_MODEL = re.compile(r"android [\d.]+;(?! compatible)(?![^)]*(?:http|\+))[^)]*\)")
IN_ADVANCE = "This page can't be loaded in advance. Open it to join the line.\n"
IN_A_PAGE = (
    "A place in line is only for a visit. Open the link in a tab of its own. An app asks with the"
    " header Accept: application/json, and not from a page of another origin.\n"
)


class Visit(Enum):
    """What a request is for."""

    PERSON = "a person, or an app for one"
    BOT = "a preview, a scanner, a crawler or a monitor"
    IN_ADVANCE = "a prefetch or a prerender"
    IN_A_PAGE = "a part of a page, or a request of a page of another origin"


REFUSALS = {Visit.IN_ADVANCE: IN_ADVANCE, Visit.IN_A_PAGE: IN_A_PAGE}


def visit_of(request: Request) -> Visit:
    """Return what a request is for, as far as its headers tell."""
    headers = request.headers
    names = ("sec-purpose", "purpose", "x-purpose", "x-moz")
    purposes = " ".join(headers.get(name, "").lower() for name in names)
    if "prefetch" in purposes or "prerender" in purposes:
        return Visit.IN_ADVANCE
    if "preview" in purposes or request.method == "HEAD":
        return Visit.BOT
    if _is_bot(headers.get("user-agent", "").lower()):
        return Visit.BOT
    site, mode = headers.get("sec-fetch-site"), headers.get("sec-fetch-mode")
    if site is None and mode in (None, "cors"):
        return _without_metadata(request)
    # Chrome sent no destination before version 80. No link and no form can send what a POST needs.
    is_read = request.method != "POST"
    if is_read and mode == "navigate" and headers.get("sec-fetch-dest", "document") == "document":
        return Visit.PERSON
    is_own = site in ("same-origin", "none")
    return Visit.PERSON if is_own and request.wants_json() else Visit.IN_A_PAGE


def _is_bot(agent: str) -> bool:
    agent = _MODEL.sub("", agent)
    if agent.startswith(f"{WHATSAPP.lower()}/"):
        return True
    if any(name in agent for name in (*_PREVIEWS, *_OTHERS)):
        return True
    return bool(_BOT.search(agent.replace("cubot", "")))  # Cubot makes phones


def _without_metadata(request: Request) -> Visit:
    if request.method == "POST":
        is_opaque = request.headers.get("origin") == "null"
        return Visit.IN_A_PAGE if is_opaque else Visit.PERSON
    if request.wants_json():
        # A browser adds Origin to a GET only if a page of another origin asks.
        return Visit.IN_A_PAGE if "origin" in request.headers else Visit.PERSON
    accept = request.headers.get("accept", "")
    return Visit.PERSON if "text/html" in accept else Visit.BOT


def refusal(request: Request) -> Response | None:
    """Return the answer to a request that can be no visit. It is no 5xx, and raises no alarm.

    A bot gets None: what it gets depends on the route.
    """
    text = REFUSALS.get(visit_of(request))
    if text is None:
        return None
    if request.wants_json():
        return json_response(403, {"error": "refused", "reason": text.strip()})
    return plain_text(403, text)
