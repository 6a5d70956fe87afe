"""The local AWS refuses as API Gateway does, and its edge keeps the news as CloudFront does."""

import asyncio
import json
from typing import Any

from beekeeper.local.throttled import Message, News, Receive, Send, Throttled, TokenBucket
from tests.support.loops import run

API, EDGE = "a1b2c3d4.execute-api.localhost:4566", "d1a2b3.cloudfront.localhost:4566"


class Clock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


class Aws:
    """The application behind the throttle. It counts, and answers with the count."""

    def __init__(self, headers: dict[str, str]) -> None:
        self.headers = headers
        self.asked = 0
        self.at_once = self.most_at_once = 0

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        self.asked += 1
        body = str(self.asked).encode()
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(0)
        self.at_once -= 1
        headers = [(k.encode(), v.encode()) for k, v in self.headers.items()]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})


class Local:
    """A throttle of two a second, with a burst of four, and what stands behind it."""

    def __init__(self, cache_control: str = "no-store") -> None:
        self.now = Clock()
        self.aws = Aws({"cache-control": cache_control})
        self.app = Throttled(self.aws, TokenBucket(2, 4, self.now), News(self.now))

    async def answer(self, host: str, path: str) -> tuple[int, str]:
        sent: list[Message] = []

        async def send(message: Message) -> None:
            sent.append(message)

        async def receive() -> Message:
            return {"type": "http.request"}

        headers = [(b"host", host.encode())]
        await self.app({"type": "http", "path": path, "headers": headers}, receive, send)
        return sent[0]["status"], sent[1]["body"].decode()

    def get(self, host: str, path: str, times: int = 1) -> list[tuple[int, str]]:
        async def all_at_once() -> list[tuple[int, str]]:
            return await asyncio.gather(*(self.answer(host, path) for _ in range(times)))

        found: list[tuple[int, str]] = run(all_at_once())
        return found


def statuses(found: list[tuple[int, str]]) -> list[int]:
    return [status for status, _ in found]


def test_beyond_the_burst_the_api_answers_as_aws_does() -> None:
    local = Local()
    answers = local.get(API, "/", times=6)
    assert sorted(statuses(answers)) == [200] * 4 + [429] * 2
    assert (429, '{"message":"Too Many Requests"}') in answers
    assert local.aws.asked == 4


def test_new_tokens_come_at_the_rate_and_no_more_than_the_burst() -> None:
    local = Local()
    local.get(API, "/", times=6)
    local.now.seconds += 1.5
    assert sorted(statuses(local.get(API, "/turn", times=5))) == [200] * 3 + [429] * 2
    local.now.seconds += 3_600
    assert statuses(local.get(API, "/turn", times=9)).count(200) == 4


def test_the_api_is_throttled_by_either_of_its_addresses_and_nothing_else_is() -> None:
    local = Local()
    by_path = "/_aws/execute-api/a1b2c3d4/$default/turn"
    allowed = local.get(API, "/", times=2) + local.get("localhost", by_path, times=2)
    assert statuses(allowed) == [200] * 4
    assert statuses(local.get("localhost", by_path)) == [429]
    for host, path in (("127.0.0.1:4566", "/"), (EDGE, "/"), (EDGE, "/turn")):
        assert statuses(local.get(host, path)) == [200]


def test_it_counts_what_it_let_through_and_what_it_refused() -> None:
    local = Local()
    local.get(API, "/", times=6)
    ((status, body),) = local.get("127.0.0.1:4566", "/_beekeeper/throttle")
    counts: dict[str, Any] = json.loads(body)
    assert (status, counts) == (200, {"answered": 4, "refused": 2})


def test_few_requests_are_in_the_functions_at_once_and_few_wait_for_them() -> None:
    local = Local()
    local.app.bucket = TokenBucket(1_000, 1_000)
    assert sorted(statuses(local.get(API, "/", times=50))) == [200] * (8 + 16) + [429] * 26
    assert local.aws.most_at_once == 8


def test_all_who_ask_the_edge_for_news_cause_one_request_while_the_answer_may_be_kept() -> None:
    local = Local("public, max-age=2")
    assert local.get(EDGE, "/news", times=20) == [(200, "1")] * 20
    local.now.seconds += 1.9
    assert local.get(EDGE, "/news") == [(200, "1")]
    assert local.get("d9z8y7.cloudfront.localhost:4566", "/news") == [(200, "2")]
    local.now.seconds += 0.1
    assert local.get(EDGE, "/news") == [(200, "3")]


def test_the_edge_keeps_nothing_that_does_not_say_so() -> None:
    local = Local()
    assert local.get(EDGE, "/news", times=3) == [(200, "1"), (200, "2"), (200, "3")]
    local = Local("public, max-age=2")
    assert local.get(EDGE, "/turn", times=2) == [(200, "1"), (200, "2")]


def test_few_pages_are_at_once_in_the_edges_function_and_all_others_wait_for_them() -> None:
    for path in ("/", "/room"):
        local = Local()
        assert statuses(local.get(EDGE, path, times=60)) == [200] * 60
        assert local.aws.most_at_once == 2
