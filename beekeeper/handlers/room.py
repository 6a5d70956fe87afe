"""``GET /room``: the waiting page, read from the private bucket and kept in memory; ``robots.txt``.

The page has the same origin as the room's other routes, so the ticket's cookie is first-party in
every browser.
"""

import base64
import functools
import gzip
import logging
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from beekeeper.contract.functions import Variable, is_call
from beekeeper.contract.page import PAGE_KEY, PAGE_POLICY, PAGE_TYPE
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
    """The page as it is in the bucket, and the page compressed."""

    html: str
    packed: str  # gzip, base64


class Pages:
    """The bucket, read once a minute. If it can't be read, the last copy stays in use."""

    def __init__(self, s3: Any, bucket: str) -> None:
        self._s3 = s3
        self._bucket = bucket
        self._page: Page | None = None
        self._read_at = float("-inf")

    def page(self, now: float) -> Page | None:
        """Return the page, or None if it could never be read."""
        if self._page is None or not 0 <= now - self._read_at < PAGE_COPY_SECONDS:
            try:
                self._page = self._read()
            except (BotoCoreError, ClientError) as error:
                logger.error("reading the waiting page failed: %s", error)
            self._read_at = now
        return self._page

    def _read(self) -> Page:
        response = self._s3.get_object(Bucket=self._bucket, Key=PAGE_KEY)
        html: bytes = response["Body"].read()
        packed = base64.b64encode(gzip.compress(html, 9)).decode()
        return Page(html.decode(), packed)


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
    page = pages.page(now)
    if page is None:
        return unavailable(request)
    headers = {
        **PRIVATE_HEADERS,
        "content-type": PAGE_TYPE,
        "content-security-policy": PAGE_POLICY,
        "vary": "accept-encoding",
    }
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return {"statusCode": 200, "headers": headers, "body": page.html}
    headers["content-encoding"] = "gzip"
    return {"statusCode": 200, "headers": headers, "body": page.packed, "isBase64Encoded": True}


@functools.cache
def _pages() -> Pages:
    return Pages(aws.client("s3"), Variable.BUCKET.read(os.environ))


def handler(event: Mapping[str, Any], context: object) -> Response:
    """Lambda's entry."""
    if is_call(event):
        return {}
    return answer(Request.from_event(event), _pages(), time.time())


if aws.in_lambda():
    _pages()
