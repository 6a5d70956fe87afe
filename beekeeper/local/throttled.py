"""MiniStack with what stands between visitors and an API on AWS: a throttle, and an edge's cache.

    python -m beekeeper.local.throttled REQUESTS_PER_SECOND

API Gateway throttles all HTTP APIs of an account and region by a token bucket, with a burst of half
a second's requests, and answers 429 itself beyond it (API Gateway, "Throttle requests"). MiniStack
lets everything through. It also passes on each request that comes to a distribution, where
CloudFront would answer from its cache.

MiniStack starts a process for each request to a function that finds none idle. So only a few are
let in at once, and a few more wait for them. If this machine can't answer as many as the throttle
lets through, it refuses the rest, too: on AWS nobody would wait for long. It does the same for the
CloudFront Function of the page, with a process of Node.js. Only a few pages are asked for at once,
and the rest wait: each takes a millisecond.

Requests that come through a distribution reach the API over a connection of MiniStack to itself, so
the throttle sees them, too.
"""

import asyncio
import json
import re
import sys
import time
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from typing import Any

from beekeeper.contract.routes import Path

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

MOST_AT_ONCE = 8
MOST_IN_LINE = 16
PAGES_AT_ONCE = 2  # as many processes MiniStack keeps
COUNTS_PATH = "/_beekeeper/throttle"
PAGES = (Path.CAMPAIGN, Path.ROOM)
_API_HOST = re.compile(r"[a-z0-9]+\.execute-api\.localhost(:\d+)?")
_EDGE_HOST = re.compile(r"[a-z0-9]+\.cloudfront\.localhost(:\d+)?")
_API_PATH = "/_aws/execute-api/"
_MAX_AGE = re.compile(r"\bmax-age=(\d+)")


@dataclass
class TokenBucket:
    """A token for each request; ``rate`` new ones come a second, up to ``burst``."""

    rate: float
    burst: float
    now: Callable[[], float] = time.monotonic
    taken: int = 0
    refused: int = 0

    def __post_init__(self) -> None:
        self._tokens, self._filled_at = self.burst, self.now()

    def take(self, *, is_full: bool = False) -> bool:
        """Take a token for a request; return False if there is none, or no room for a request."""
        now = self.now()
        self._tokens = min(self.burst, self._tokens + (now - self._filled_at) * self.rate)
        self._filled_at = now
        if is_full or self._tokens < 1:
            self.refused += 1
            return False
        self._tokens -= 1
        self.taken += 1
        return True


@dataclass
class News:
    """The news of each distribution, for as long as the answer may be kept: CloudFront's cache.

    Nothing else needs one here. The page comes from a bucket, where no function and no throttle is.
    """

    now: Callable[[], float] = time.monotonic
    _kept: dict[str, tuple[float, list[Message]]] = field(default_factory=dict)
    _turns: dict[str, asyncio.Lock] = field(default_factory=dict)

    def turn(self, host: str) -> asyncio.Lock:
        """Return the lock under which one of many askers gets the news for all."""
        return self._turns.setdefault(host, asyncio.Lock())

    def find(self, host: str) -> list[Message] | None:
        """Return the messages of the answer, if it may still be used."""
        until, messages = self._kept.get(host, (0.0, []))
        return messages if self.now() < until else None

    def keep(self, host: str, messages: list[Message]) -> None:
        """Keep an answer for as long as it says."""
        headers = {k.lower(): v for k, v in messages[0].get("headers", ())}
        found = _MAX_AGE.search(headers.get(b"cache-control", b"").decode())
        if messages[0].get("status") == 200 and found:
            self._kept[host] = (self.now() + int(found[1]), messages)


@dataclass
class Throttled:
    """The application that stands in front of MiniStack's."""

    app: App
    bucket: TokenBucket
    news: News = field(default_factory=News)
    _places: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(MOST_AT_ONCE))
    _pages: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(PAGES_AT_ONCE))
    _in_line: int = 0

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer a request, or let MiniStack answer it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
        elif scope["path"] == COUNTS_PATH:
            counts = {"answered": self.bucket.taken, "refused": self.bucket.refused}
            await _answer(send, 200, counts)
        elif _is_for_api(scope):
            await self._from_api(scope, receive, send)
        elif scope["path"] == Path.NEWS and _EDGE_HOST.fullmatch(_host(scope)):
            await self._send_news(scope, receive, send)
        elif scope["path"] in PAGES and _EDGE_HOST.fullmatch(_host(scope)):
            async with self._pages:
                await self.app(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _from_api(self, scope: Message, receive: Receive, send: Send) -> None:
        if not self.bucket.take(is_full=self._in_line >= MOST_IN_LINE):
            await _answer(send, 429, {"message": "Too Many Requests"})
            return
        self._in_line += 1
        try:
            await self._places.acquire()
        finally:
            self._in_line -= 1
        try:
            await self.app(scope, receive, send)
        finally:
            self._places.release()

    async def _send_news(self, scope: Message, receive: Receive, send: Send) -> None:
        host = _host(scope)
        async with self.news.turn(host):
            if (messages := self.news.find(host)) is None:
                messages = []

                async def note(message: Message) -> None:
                    messages.append(message)

                await self.app(scope, receive, note)
                self.news.keep(host, messages)
        for message in messages:
            await send(message)


def _host(scope: Message) -> str:
    return next((v.decode("latin-1") for k, v in scope["headers"] if k.lower() == b"host"), "")


def _is_for_api(scope: Message) -> bool:
    return scope["path"].startswith(_API_PATH) or bool(_API_HOST.fullmatch(_host(scope)))


async def _answer(send: Send, status: int, content: dict[str, Any]) -> None:
    body = json.dumps(content, separators=(",", ":")).encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def main() -> None:
    """Run MiniStack behind the throttle."""
    from ministack import app
    from ministack.services import apigateway_v1

    rate = int(sys.argv.pop())
    burst = max(rate // 2, 1)
    # What the account says of its throttle. A deploy adapts the room's budget of polls to it.
    throttle = {"rateLimit": float(rate), "burstLimit": burst}
    apigateway_v1._ACCOUNT_DEFAULTS["throttleSettings"] = throttle
    app.app = Throttled(app.app, TokenBucket(rate, burst))
    app.main()


if __name__ == "__main__":
    main()
