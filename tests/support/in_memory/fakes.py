"""AWS in memory, as much as the functions use of it: calls that fail on demand, and S3."""

import io
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError, ReadTimeoutError

from tests.support.in_memory.virtual import Killed, World

TABLE = "beekeeper-sale"
QUEUE_URL = "https://sqs.eu-west-1.amazonaws.com/123456789012/beekeeper-sale"
DEAD_LETTER_URL = QUEUE_URL + "-dead-letter"

THROTTLE = "throttle"
LOST_ANSWER = "lost answer"
PARTIAL = "partial"
KILL_BEFORE = "kill before"
KILL_AFTER = "kill after"

Item = dict[str, Any]
# What goes wrong with a call: its number (from 0) and the operation's name.
Faults = Callable[[int, str], str | None]


def client_error(code: str, operation: str = "Operation") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "injected"}}, operation)


class Inline(Executor):
    """Runs everything at once, in the caller's thread."""

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
    """Goes between a client and its service: counts, takes time, and fails on demand."""

    world: World = field(default_factory=World)
    faults: Faults = lambda number, operation: None
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


class FakeS3:
    """A bucket with the waiting page."""

    def __init__(self, html: bytes, policy: str) -> None:
        self.html, self.policy = html, policy
        self.failing = False
        self.reads = 0

    def get_object(self, *, Bucket: str, Key: str) -> Item:  # noqa: N803
        self.reads += 1
        if self.failing:
            raise client_error("SlowDown", "GetObject")
        return {
            "Body": io.BytesIO(self.html),
            "Metadata": {"content-security-policy": self.policy},
        }
