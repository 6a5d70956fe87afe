"""The two workers that the consumer's benchmark compares; each runs in a process of its own.

``ours`` is the consumer as it is. ``bare`` makes only the AWS calls that no consumer can do
without, with the same threads, on the same tickets: it receives them, writes a row for each, and
deletes the messages. It keeps no rate, looks up nobody, publishes nothing, and recovers from
nothing.
"""

import contextlib
import json
import os
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

PARALLEL = 16  # calls side by side, as in the consumer
TICK = 2_500  # tickets at a time, as in the consumer
READY_SECONDS = 60.0
# Longer than a message is hidden: on a busy machine a tick may fail, and its tickets come again.
GIVE_UP_SECONDS = 45.0


class Drained(Exception):
    """There is nothing left to do."""


@dataclass
class Worked:
    """What a worker did until the last message was deleted. Times are on the machine's clock."""

    started_at: float = 0.0
    deleted: list[tuple[float, int]] = field(default_factory=list)  # when, and how many
    cpu_seconds: float = 0.0
    calls: int = 0

    @property
    def ended_at(self) -> float:
        return self.deleted[-1][0] if self.deleted else self.started_at


@dataclass
class Watch:
    """Watches one worker; ``left`` is how many tickets all of them have still to delete."""

    left: Any
    worked: Worked = field(default_factory=Worked)
    called: list[str] = field(default_factory=list)  # many threads may add to a list

    def calls_of(self, register: Callable[..., None]) -> None:
        """Hear of the calls of a session's clients."""
        register("before-send", lambda event_name, **_: self.called.append(event_name))
        register("after-call.sqs.DeleteMessageBatch", self.on_deleted)

    def on_deleted(self, parsed: Mapping[str, Any], **_: Any) -> None:
        deleted = len(parsed.get("Successful", []))
        with self.left.get_lock():
            self.left.value -= deleted
        # What comes after the last deletion is looking at an empty queue.
        self.worked.deleted.append((time.monotonic(), deleted))
        self.worked.cpu_seconds, self.worked.calls = time.process_time(), len(self.called)

    def sleep(self, seconds: float) -> None:
        """Go on at once while there are tickets: nothing but the work is to be measured."""
        if self.is_done:
            raise Drained
        if self.idle_seconds > 1.0:
            time.sleep(seconds)

    @property
    def idle_seconds(self) -> float:
        return time.monotonic() - self.worked.ended_at

    @property
    def is_done(self) -> bool:
        return self.left.value <= 0 or self.idle_seconds > GIVE_UP_SECONDS


def ours(watch: Watch) -> Callable[[], object]:
    """Return the consumer's work."""
    from beekeeper.handlers import aws, consumer

    watch.calls_of(aws.session(ours=True).register)
    return consumer.Consumer(*consumer._parts(), time.time, watch.sleep).run


def bare(watch: Watch) -> Callable[[], object]:
    """Return the work that no consumer can do without."""
    from boto3.session import Session
    from botocore.config import Config

    session, config = Session(), Config(max_pool_connections=PARALLEL)
    watch.calls_of(session.events.register)
    sqs, dynamodb = (session.client(name, config=config) for name in ("sqs", "dynamodb"))
    return Bare(watch, sqs, dynamodb, ThreadPoolExecutor(PARALLEL)).run


@dataclass
class Bare:
    """A consumer without care."""

    watch: Watch
    sqs: Any
    dynamodb: Any
    executor: ThreadPoolExecutor

    def run(self) -> None:
        while True:
            messages = self.receive()
            rows = [self.row(json.loads(message["Body"])) for message in messages]
            receipts = [message["ReceiptHandle"] for message in messages]
            self.in_batches(self.write, rows, 25)
            self.in_batches(self.delete, receipts, 10)
            self.watch.sleep(0.05)

    def receive(self) -> list[dict[str, Any]]:
        received: list[dict[str, Any]] = []
        while len(received) < TICK:
            wave = [m for some in self.executor.map(self.ten, range(PARALLEL)) for m in some]
            received += wave
            if not wave:
                break
        return received

    def ten(self, _: int) -> list[dict[str, Any]]:
        url = os.environ["BEEKEEPER_QUEUE_URL"]
        answer = self.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)
        messages: list[dict[str, Any]] = answer.get("Messages", [])
        return messages

    def row(self, body: Mapping[str, Any]) -> dict[str, Any]:
        from beekeeper.contract import items

        return {"PutRequest": {"Item": items.admission_item(body["id"], body["n"], time.time())}}

    def write(self, rows: Sequence[dict[str, Any]]) -> None:
        self.dynamodb.batch_write_item(RequestItems={os.environ["BEEKEEPER_TABLE"]: rows})

    def delete(self, receipts: Sequence[str]) -> None:
        entries = [{"Id": str(i), "ReceiptHandle": r} for i, r in enumerate(receipts)]
        url = os.environ["BEEKEEPER_QUEUE_URL"]
        self.sqs.delete_message_batch(QueueUrl=url, Entries=entries)

    def in_batches(self, call: Callable[[Any], None], values: Sequence[Any], size: int) -> None:
        batches = [values[i : i + size] for i in range(0, len(values), size)]
        list(self.executor.map(call, batches))


KINDS = {"ours": ours, "bare": bare}


@dataclass(frozen=True)
class Post:
    """Where a worker works, and with whom: what its process is given."""

    kind: str
    environment: Mapping[str, str]
    cores: set[int]
    left: Any
    ready: Any
    results: Any


def work(post: Post) -> None:
    """Be a worker: this runs in a process of its own."""
    os.environ.update(post.environment)
    os.sched_setaffinity(0, post.cores)
    watch = Watch(post.left)
    run = KINDS[post.kind](watch)
    post.ready.wait(READY_SECONDS)
    worked, cpu_seconds = watch.worked, time.process_time()
    worked.started_at = time.monotonic()
    with contextlib.suppress(Drained):
        while not watch.is_done:
            run()  # a consumer ends after a minute, and the next one takes over
    worked.cpu_seconds = max(0.0, worked.cpu_seconds - cpu_seconds)
    post.results.put(worked)
