"""AWS in memory, as far as the functions use it: calls that fail on demand, and S3."""

import io
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError, ReadTimeoutError

from tests.support.in_memory.faults import (
    KILL_AFTER,
    KILL_BEFORE,
    LOST_ANSWER,
    PARTIAL,
    THROTTLE,
    Faults,
    no_faults,
)
from tests.support.in_memory.virtual import Killed, World

TABLE = "beekeeper-sale"
QUEUE_URL = "https://sqs.eu-west-1.amazonaws.com/123456789012/beekeeper-sale"
DEAD_LETTER_URL = QUEUE_URL + "-dead-letter"

Item = dict[str, Any]


def client_error(code: str, operation: str = "Operation") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "injected"}}, operation)


class Inline(Executor):
    """An executor that runs everything immediately, in the caller's thread."""

    def map(
        self,
        fn: Callable[..., Any],
        *iterables: Iterable[Any],
        timeout: float | None = None,
        chunksize: int = 1,
    ) -> Iterator[Any]:
        return iter(list(map(fn, *iterables)))


@dataclass
class Calls:
    """Stands between a client and its service: counts calls, delays them, and fails on demand."""

    world: World = field(default_factory=World)
    faults: Faults = no_faults
    latency: Callable[[], float] = lambda: 0.0
    names: list[str] = field(default_factory=list)

    def call(self, operation: str, work: Callable[[], Any], partial: Callable[[], Any]) -> Any:
        fault = self.faults(len(self.names), operation)
        self.names.append(operation)
        self.world.sleep(self.latency() / 2)
        if fault == KILL_BEFORE:
            raise Killed
        if fault == THROTTLE:
            raise client_error("ThrottlingException", operation)
        answer = partial() if fault == PARTIAL else work()
        if fault == KILL_AFTER:
            raise Killed
        if fault == LOST_ANSWER:
            self.world.sleep(1.0)
            raise ReadTimeoutError(endpoint_url="https://aws.example")
        self.world.sleep(self.latency() / 2)
        return answer

    def count(self) -> Counter[str]:
        return Counter(self.names)


class FakeService:
    """A client: its calls go to ``ours`` (a table, or queues), by way of ``calls``."""

    def __init__(self, calls: Calls | None, *ours: str) -> None:
        self.calls = calls or Calls()
        self._ours = ours

    def _call(
        self,
        operation: str,
        place: str,
        work: Callable[[], Item],
        partial: Callable[[], Item] | None = None,
    ) -> Item:
        assert place in self._ours
        answer: Item = self.calls.call(operation, work, partial or work)
        return answer


class FakeS3:
    """A bucket with the waiting page, and with its ``others``: pages in other languages by key."""

    def __init__(self, html: bytes, **others: bytes) -> None:
        self.html = html
        self.others = others
        self.failing = False
        self.asked: list[str] = []

    @property
    def reads(self) -> int:
        return len(self.asked)

    def get_object(self, *, Bucket: str, Key: str) -> Item:  # noqa: N803
        self.asked.append(Key)
        if self.failing:
            raise client_error("SlowDown", "GetObject")
        pages = {"room": self.html, **self.others}
        if Key not in pages:
            raise client_error("AccessDenied", "GetObject")  # without s3:ListBucket
        return {"Body": io.BytesIO(pages[Key]), "Metadata": {}}
