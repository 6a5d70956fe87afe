"""The queue as the consumer uses it: receive, delete, hand back, put aside.

One call to SQS handles ten messages, so calls run side by side. A message that is not deleted comes
back after the visibility time-out. A message can come more than once in any case. A ticket can too,
if a producer repeated its send.

A FIFO queue hands out ten messages, and none behind them until they are deleted, handed back, or
visible again. So the messages that one consumer has in hand block all other consumers.
"""

import logging
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from beekeeper.contract import messages
from beekeeper.handlers.batches import batches
from beekeeper.rules.cadence import LONG_POLL_SECONDS, MESSAGES_PER_CALL, VISIBILITY_SECONDS

# For a FIFO queue. After a consumer was killed with tickets in hand, the line stands still for this
# long. It should not be shorter: after 1,000 receptions a message goes to the dead-letter queue
# (MAX_RECEIVES, provision/resources/queue.py). At 10 s, a DynamoDB outage of 2.8 hours causes that.
FIFO_VISIBILITY_SECONDS = 10
PARALLEL = 16  # calls side by side, one for each of the executor's threads
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Message:
    """A ticket off the queue. It has several receipts if it came several times."""

    ticket_id: str
    number: int
    receipts: tuple[str, ...]
    received_at: float


class Queue:
    """The room's queue and its dead-letter queue."""

    def __init__(self, sqs: Any, url: str, dead_letter_url: str, executor: Executor) -> None:
        self._sqs = sqs
        self._url = url
        self._dead_letter_url = dead_letter_url
        self._executor = executor
        self.is_fifo = messages.is_fifo(url)
        self.visibility_seconds = FIFO_VISIBILITY_SECONDS if self.is_fifo else VISIBILITY_SECONDS

    def receive(self, wanted: int, now: float, *, wait: bool = True) -> list[Message]:
        """Return up to ``wanted`` messages; put aside those that can't be read.

        A FIFO queue gives at most ten. With ``wait``, the call waits at an empty queue for
        LONG_POLL_SECONDS.
        """
        found = []
        for raw in self._received(wanted, LONG_POLL_SECONDS if wait else 0):
            try:
                ticket_id, number = messages.read_ticket_message(raw["Body"])
            except (ValueError, KeyError, TypeError, RecursionError):
                self._put_aside(raw)
            else:
                found.append(Message(ticket_id, number, (raw["ReceiptHandle"],), now))
        return found

    def _received(self, wanted: int, wait_seconds: int) -> list[dict[str, Any]]:
        # One long poll finds out whether there are messages. Only then do many calls run side by
        # side. These don't wait, because in a short queue they would delay the tickets in hand.
        if wanted <= 0:
            return []
        received = self._receive(min(wanted, MESSAGES_PER_CALL), wait_seconds)
        got = 0 if self.is_fifo else len(received)
        while got and (missing := wanted - len(received)) > 0:
            sizes = [
                min(MESSAGES_PER_CALL, missing - i) for i in range(0, missing, MESSAGES_PER_CALL)
            ][:PARALLEL]
            wave = [m for some in self._executor.map(self._receive, sizes) for m in some]
            received += wave
            # From a long queue, some calls to SQS return too few messages. If half of the messages
            # are missing, the queue is short.
            got = 0 if len(wave) < sum(sizes) / 2 else len(wave)
        return received

    def _receive(self, size: int, wait_seconds: int = 0) -> list[dict[str, Any]]:
        try:
            response = self._sqs.receive_message(
                QueueUrl=self._url,
                MaxNumberOfMessages=size,
                VisibilityTimeout=self.visibility_seconds,
                WaitTimeSeconds=wait_seconds,
            )
        except (BotoCoreError, ClientError) as error:
            logger.warning("receiving failed: %s", error)
            return []
        received: list[dict[str, Any]] = response.get("Messages", [])
        return received

    def _put_aside(self, raw: dict[str, Any]) -> None:
        # The redrive policy would be wrong here: it counts receptions, and a good ticket can be
        # received any number of times while DynamoDB is in trouble.
        logger.error("a message can't be read; it goes to the dead-letter queue")
        url = self._dead_letter_url
        ids = messages.sending_ids(url, raw.get("MessageId", ""))
        try:
            self._sqs.send_message(QueueUrl=url, MessageBody=raw["Body"], **ids)
            self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=raw["ReceiptHandle"])
        except (BotoCoreError, ClientError) as error:
            logger.warning("putting a message aside failed; it will come again: %s", error)

    def delete(self, receipts: Iterable[str]) -> set[str]:
        """Delete messages; return the receipts of those that failed, for another try."""
        return self._in_batches(self._sqs.delete_message_batch, receipts, {})

    def hand_back(self, receipts: Iterable[str]) -> None:
        """Make messages visible to other consumers at once. If that fails, they come later."""
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

        return set().union(*self._executor.map(run, batches(receipts, MESSAGES_PER_CALL)))

    def waiting(self) -> int:
        """Return approximately how many messages are in the queue, visible or not."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        response = self._sqs.get_queue_attributes(QueueUrl=self._url, AttributeNames=names)
        return sum(int(response["Attributes"][name]) for name in names)
