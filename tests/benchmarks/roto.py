"""A room on roto, an AWS simulator that is fast enough for the handlers to be what is measured.

In a process of its own, which the benchmarks start on a free port and whose CPU time they report:
on a machine with two cores it takes its share from what is measured.
"""

import contextlib
import json
import os
import subprocess
import time
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

from boto3.session import Session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from beekeeper.contract import items, pulse_item
from beekeeper.contract.functions import Variable
from beekeeper.handlers.batches import batches
from beekeeper.local.ministack import KEY, REGION, free_port, local_session
from beekeeper.rules import tokens
from beekeeper.rules.line import Pulse
from beekeeper.rules.settings import Mode, Settings
from beekeeper.rules.tokens import Key, Ticket
from tests.support.local_aws import exported

NAME, TABLE, QUEUE = "benchmark", "beekeeper-benchmark", "beekeeper-benchmark"
DESTINATION = "https://shop.example.com/sale"
TICKET_KEY, PASS_KEY = Key("benchmark-ticket", "t" * 43), Key("benchmark-pass", "p" * 43)
PACKAGE, SERVER = "roto-aws", "roto-server"
START_SECONDS = 10.0
SENDERS = 8
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Place:
    """A room's table and queue, and the environment of its functions."""

    session: Session
    pid: int
    environment: Mapping[str, str]

    @property
    def queue_url(self) -> str:
        return self.environment[Variable.QUEUE_URL.value]

    def client(self, service: str) -> Any:
        return self.session.client(service, config=Config(max_pool_connections=SENDERS))

    def configure(self, rate: float, mode: Mode = Mode.ON) -> None:
        settings = items.settings_item(Settings(mode, rate, DESTINATION))
        self.client("dynamodb").put_item(TableName=TABLE, Item=settings)

    def publish(self, pulse: Pulse) -> None:
        item = {**items.key(items.PULSE), **pulse_item.pulse_values(pulse)}
        self.client("dynamodb").put_item(TableName=TABLE, Item=item)

    def fill(self, count: int) -> None:
        """Put so many tickets on the queue, a millisecond apart, the last of them now."""
        now, send = time.time(), self.client("sqs").send_message_batch
        tickets = [tokens.new_ticket(now - i / 1000) for i in reversed(range(count))]

        def put(batch: tuple[Ticket, ...]) -> None:
            bodies = [json.dumps({"id": t.id, "n": t.number}) for t in batch]
            entries = [{"Id": str(i), "MessageBody": body} for i, body in enumerate(bodies)]
            assert not send(QueueUrl=self.queue_url, Entries=entries).get("Failed")

        with ThreadPoolExecutor(SENDERS) as executor:
            list(executor.map(put, batches(tickets, 10)))

    def rows(self) -> int:
        """Return how many visitors have been admitted, counted in the table."""
        pages = self.client("dynamodb").get_paginator("scan")
        counted = pages.paginate(
            TableName=TABLE,
            Select="COUNT",
            FilterExpression="begins_with(id, :visitor)",
            ExpressionAttributeValues={":visitor": {"S": items.VISITOR_PREFIX}},
        )
        return sum(page["Count"] for page in counted)

    def cpu_seconds(self) -> float:
        """Return the CPU time that the server has taken so far."""
        # Behind the name, which may hold spaces: the 12th and 13th are utime and stime (proc(5)).
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS_PER_SECOND

    def pin(self, cores: Iterable[int]) -> None:
        """Keep the server to these cores."""
        for thread in Path(f"/proc/{self.pid}/task").iterdir():
            os.sched_setaffinity(int(thread.name), cores)


@contextlib.contextmanager
def roto(rate: float) -> Iterator[Place]:
    """Yield a room of that rate on a server of its own."""
    port = free_port()
    endpoint_url = f"http://127.0.0.1:{port}"
    command = [str(_server()), "--port", str(port), "--ephemeral"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        session = local_session(endpoint_url)
        _await_ready(session)
        place = Place(session, process.pid, _make(session, endpoint_url))
        place.configure(rate)
        yield place
    finally:
        process.terminate()
        process.wait()


def _server() -> Path:
    """Return the program, wherever pip put it."""
    try:
        found = [file for file in distribution(PACKAGE).files or () if file.name == SERVER]
        return Path(str(found[0].locate())).resolve(strict=True)
    except (PackageNotFoundError, IndexError, FileNotFoundError):
        raise SystemExit(f"The simulator is missing. Run: pip install {PACKAGE}") from None


def _await_ready(session: Session) -> None:
    sqs = session.client("sqs", config=Config(retries={"total_max_attempts": 1}))
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            sqs.list_queues()
            return
        except (BotoCoreError, ClientError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)


def _make(session: Session, endpoint_url: str) -> dict[str, str]:
    sqs, dynamodb = session.client("sqs"), session.client("dynamodb")
    url = sqs.create_queue(QueueName=QUEUE)["QueueUrl"]
    dead_letter_url = sqs.create_queue(QueueName=f"{QUEUE}-unreadable")["QueueUrl"]
    dynamodb.create_table(
        TableName=TABLE,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    dynamodb.put_item(TableName=TABLE, Item=items.keys_item([TICKET_KEY], [PASS_KEY]))
    return {
        **exported(endpoint_url),
        "AWS_SESSION_TOKEN": KEY,  # as in Lambda
        "AWS_REGION": REGION,
        Variable.TABLE.value: TABLE,
        Variable.ROOM.value: NAME,
        Variable.QUEUE_URL.value: url,
        Variable.DEAD_LETTER_URL.value: dead_letter_url,
        Variable.CONSUMER.value: "beekeeper-benchmark-consumer",
    }
