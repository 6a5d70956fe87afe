"""The queue as the consumer sees it: receive, delete, hand back, put aside.

SQS takes ten messages a call; calls run side by side. A message that is not deleted comes back
after the visibility time-out, and may come more than once in any case.
"""

import json
import logging
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from beekeeper.handlers.batches import batches

BATCH = 10
VISIBILITY_SECONDS = 30
# A long poll asks every server of the queue; a short one may miss messages that are there.
LONG_POLL_SECONDS = 1
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Message:
    """A ticket off the queue. ``seen_before`` tells that it was handed out already once."""

    ticket_id: str
    number: int
    receipt: str
    seen_before: bool
    received_at: float


class Queue:
    """The room's queue and its dead-letter queue."""

    def __init__(self, sqs: Any, url: str, dead_letter_url: str, executor: Executor) -> None:
        self._sqs = sqs
        self._url = url
        self._dead_letter_url = dead_letter_url
        self._executor = executor

    def receive(self, wanted: int, now: float) -> list[Message]:
        """Return up to about ``wanted`` messages; those that can't be read are put aside."""
        calls = range(-(-wanted // BATCH))
        received = [m for batch in self._executor.map(self._receive, calls) for m in batch]
        messages = []
        for raw in received:
            try:
                messages.append(_message(raw, now))
            except (ValueError, KeyError, TypeError):
                self._put_aside(raw)
        return messages

    def _receive(self, _: int) -> list[dict[str, Any]]:
        try:
            response = self._sqs.receive_message(
                QueueUrl=self._url,
                MaxNumberOfMessages=BATCH,
                VisibilityTimeout=VISIBILITY_SECONDS,
                WaitTimeSeconds=LONG_POLL_SECONDS,
                MessageSystemAttributeNames=["ApproximateReceiveCount"],
            )
        except (BotoCoreError, ClientError) as error:
            logger.warning("receiving failed: %s", error)
            return []
        messages: list[dict[str, Any]] = response.get("Messages", [])
        return messages

    def _put_aside(self, raw: dict[str, Any]) -> None:
        # Not left to the redrive policy: what counts there is receptions, and a ticket may be
        # received any number of times while DynamoDB is in trouble.
        logger.error("a message can't be read; it goes to the dead-letter queue")
        try:
            self._sqs.send_message(QueueUrl=self._dead_letter_url, MessageBody=raw["Body"])
            self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=raw["ReceiptHandle"])
        except (BotoCoreError, ClientError) as error:
            logger.warning("putting a message aside failed, it comes again: %s", error)

    def delete(self, receipts: Iterable[str]) -> set[str]:
        """Delete messages; return the receipts of those that were not, to be tried again."""
        return self._in_batches(self._sqs.delete_message_batch, receipts, {})

    def hand_back(self, receipts: Iterable[str]) -> None:
        """Make messages visible again at once, for another consumer; at worst they come later."""
        self._in_batches(
            self._sqs.change_message_visibility_batch, receipts, {"VisibilityTimeout": 0}
        )

    def _in_batches(
        self, call: Callable[..., Any], receipts: Iterable[str], entry: dict[str, Any]
    ) -> set[str]:
        def run(batch: Sequence[str]) -> set[str]:
            entries = [{"Id": str(i), "ReceiptHandle": r, **entry} for i, r in enumerate(batch)]
            try:
                response = call(QueueUrl=self._url, Entries=entries)
            except (BotoCoreError, ClientError) as error:
                logger.warning("a batch failed: %s", error)
                return set(batch)
            return {batch[int(f["Id"])] for f in response.get("Failed", []) if not f["SenderFault"]}

        return set().union(*self._executor.map(run, batches(receipts, BATCH)))

    def waiting(self) -> int:
        """Return about how many messages are in the queue, those being handed out included."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        response = self._sqs.get_queue_attributes(QueueUrl=self._url, AttributeNames=names)
        return sum(int(response["Attributes"][name]) for name in names)


def _message(raw: dict[str, Any], now: float) -> Message:
    body = json.loads(raw["Body"])
    ticket_id, number = body["id"], body["n"]
    if not isinstance(ticket_id, str) or not ticket_id or not isinstance(number, int):
        raise ValueError("not a ticket")
    seen_before = int(raw.get("Attributes", {}).get("ApproximateReceiveCount", "1")) > 1
    return Message(ticket_id, number, raw["ReceiptHandle"], seen_before, now)
