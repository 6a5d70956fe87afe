"""``GET /room``: the waiting page in the visitor's language, and ``robots.txt``.

The pages are in the private bucket, one for each language, and copies are kept in memory. They have
the same origin as the room's other routes, so the ticket's cookie is first-party in every browser.
"""

import base64
import functools
import gzip
import logging
import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from beekeeper.contract.functions import Variable, is_call
from beekeeper.contract.languages import SEPARATOR
from beekeeper.contract.page import PAGE_POLICY, PAGE_TYPE, page_key
from beekeeper.contract.robots import robots_txt
from beekeeper.contract.routes import Path
from beekeeper.handlers import aws
from beekeeper.handlers.http import (
    PRIVATE_HEADERS,
    Request,
    Response,
    other_method,
    plain_text,
    unavailable,
    without_body,
)
from beekeeper.handlers.visits import Visit, refusal, visit_of
from beekeeper.rules.cadence import PAGE_COPY_SECONDS

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Page:
    """The page of a language as it is in the bucket, and the page compressed."""

    language: str
    html: str
    packed: str  # gzip, base64


class Pages:
    """The pages of the bucket, each read when somebody asks for it, and then once a minute.

    ``offered`` are the room's languages, the default first. If a page can't be read, its last copy
    stays in use, or else the default's: a deploy that adds a language writes its page last.
    """

    def __init__(self, s3: Any, bucket: str, offered: Sequence[str]) -> None:
        self._s3 = s3
        self._bucket = bucket
        self.offered = tuple(offered)
        self._copies: dict[str, Page] = {}
        self._read_at: dict[str, float] = {}

    def page(self, language: str, now: float) -> Page | None:
        """Return the page of a language, or the default's, or None if neither could be read."""
        default = self.offered[0]
        if not 0 <= now - self._read_at.get(language, float("-inf")) < PAGE_COPY_SECONDS:
            self._read(language, now)
        if language in self._copies:
            return self._copies[language]
        if language != default:
            return self.page(default, now)
        del self._read_at[default]  # there is nothing to show, so the next request tries again
        return None

    def _read(self, language: str, now: float) -> None:
        self._read_at[language] = now
        key = page_key(language, self.offered)
        try:
            html: bytes = self._s3.get_object(Bucket=self._bucket, Key=key)["Body"].read()
        except (BotoCoreError, ClientError) as error:
            logger.error("reading the waiting page %s failed: %s", key, error)
            return
        packed = base64.b64encode(gzip.compress(html, 9)).decode()
        self._copies[language] = Page(language, html.decode(), packed)


def answer(request: Request, pages: Pages, now: float) -> Response:
    """Answer with the page, compressed if the browser accepts that, or with robots.txt."""
    if answered := other_method(request):
        return answered
    if request.path == Path.ROBOTS:
        found = plain_text(200, robots_txt())
    elif visit_of(request) is Visit.IN_ADVANCE and (refused := refusal(request)):
        found = refused  # the script of a prerendered page would take a place
    else:
        found = _page(request, pages, now)
    return without_body(found) if request.method == "HEAD" else found


def _page(request: Request, pages: Pages, now: float) -> Response:
    page = pages.page(request.language(pages.offered), now)
    if page is None:
        return unavailable(request)
    headers = {
        **PRIVATE_HEADERS,
        "content-type": PAGE_TYPE,
        "content-language": page.language,
        "content-security-policy": PAGE_POLICY,
        "vary": "accept-encoding, accept-language",
    }
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return {"statusCode": 200, "headers": headers, "body": page.html}
    headers["content-encoding"] = "gzip"
    return {"statusCode": 200, "headers": headers, "body": page.packed, "isBase64Encoded": True}


@functools.cache
def _pages() -> Pages:
    offered = Variable.LANGUAGES.read(os.environ).split(SEPARATOR)
    return Pages(aws.client("s3"), Variable.BUCKET.read(os.environ), offered)


def handler(event: Mapping[str, Any], context: object) -> Response:
    """Lambda's entry."""
    if is_call(event):
        return {}
    return answer(Request.from_event(event), _pages(), time.time())


if aws.in_lambda():
    _pages()
