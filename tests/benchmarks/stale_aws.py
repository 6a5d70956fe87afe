"""A MiniStack whose count of the queue is old: an HTTP proxy between it and the consumers.

The proxy also notes when each visitor's row is written, which the row itself does not say.
"""

import contextlib
import json
import re
import threading
import time
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from beekeeper.local.demo import ROOM, Demo
from tests.benchmarks.event import CONSUMER, kill_and_start
from tests.benchmarks.relay import HOST, Answer, Relay, Server

COUNTS = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
WRITTEN = re.compile(rb'"S": *"v#([^"]+)"')


@dataclass
class Traffic:
    """What the proxy knows: the queue's counts second by second, and when rows were written."""

    age_seconds: float  # of the counts that it answers
    times: list[float] = field(default_factory=list)
    values: list[dict[str, str]] = field(default_factory=list)
    asked: int = 0
    written: dict[str, float] = field(default_factory=dict)  # ticket id: epoch seconds

    def add(self, at: float, values: Mapping[str, str]) -> None:
        self.values.append({name: values[name] for name in COUNTS})
        self.times.append(at)

    def told(self, now: float) -> dict[str, str]:
        """Return the counts of so long ago, or the first ones that there are."""
        return self.values[max(0, bisect_right(self.times, now - self.age_seconds) - 1)]


class Proxy(Relay):
    """Answers GetQueueAttributes with counts that are old, and notes which rows are written."""

    traffic: ClassVar[Traffic]

    def answer(self, body: bytes) -> Answer:
        status, headers, content = super().answer(body)
        target = self.headers.get("X-Amz-Target", "")
        if status == 200 and target.endswith(".TransactWriteItems"):
            for ticket_id in WRITTEN.findall(body):
                self.traffic.written.setdefault(ticket_id.decode(), time.time())
        if status == 200 and target.endswith(".GetQueueAttributes"):
            content = self._made_old(content)
        return status, headers, content

    def _made_old(self, content: bytes) -> bytes:
        self.traffic.asked += 1
        found = json.loads(content)
        told = self.traffic.told(time.monotonic()) if self.traffic.age_seconds else {}
        found["Attributes"] |= {k: v for k, v in told.items() if k in found["Attributes"]}
        return json.dumps(found).encode()


def queue_counts(running: Demo) -> dict[str, str]:
    """Return the queue's true counts."""
    sqs = running.session.client("sqs")
    url = sqs.get_queue_url(QueueName=f"beekeeper-{ROOM}")["QueueUrl"]
    found: dict[str, str] = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=COUNTS)
    return found["Attributes"]  # type: ignore[return-value]


def total(counts: Mapping[str, str]) -> int:
    """Return how many are in the queue, by its counts."""
    return sum(int(counts[name]) for name in COUNTS)


@contextlib.contextmanager
def proxied(running: Demo, age_seconds: float) -> Iterator[Traffic]:
    """Let the consumers read counts that are so old. No other function reads them."""
    traffic = Traffic(age_seconds)
    traffic.add(time.monotonic(), queue_counts(running))
    handler = type("Handler", (Proxy,), {"upstream_port": running.aws.port, "traffic": traffic})
    server = Server((HOST, 0), handler)
    ended = threading.Event()

    def keep() -> None:
        while not ended.wait(1.0):
            traffic.add(time.monotonic(), queue_counts(running))

    threads = [threading.Thread(target=work, daemon=True) for work in (keep, server.serve_forever)]
    for thread in threads:
        thread.start()
    try:
        reach_aws_by(running, f"http://{HOST}:{server.server_port}")
        yield traffic
    finally:
        ended.set()
        server.shutdown()
        server.server_close()
        for thread in threads:
            thread.join()


def reach_aws_by(running: Demo, endpoint_url: str) -> None:
    """Let the consumers, also those that run, call SQS and DynamoDB at another endpoint."""
    functions = running.session.client("lambda")
    found = functions.get_function_configuration(FunctionName=CONSUMER)["Environment"]["Variables"]
    variables = {**found, "AWS_ENDPOINT_URL": endpoint_url}
    functions.update_function_configuration(
        FunctionName=CONSUMER, Environment={"Variables": variables}
    )
    functions.get_waiter("function_updated_v2").wait(FunctionName=CONSUMER)
    kill_and_start(running, 1)
