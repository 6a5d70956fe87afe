"""The queue as the consumer uses it: receive, delete, hand back, put aside.

One call to SQS handles ten messages, so calls run side by side. A message that is not deleted comes
back after the visibility time-out. A message can come more than once in any case. A ticket can too,
if a producer repeated its send.

A message that can't be read, or whose row DynamoDB does not take, is put aside: it is sent to the
dead-letter queue, and then deleted. The redrive policy would be wrong for this. It counts
receptions, and a good ticket can be received any number of times while DynamoDB is in trouble.

A FIFO queue hands out ten messages, and none behind them until they are deleted, handed back, or
visible again. So the messages that one consumer has in hand block all other consumers.
"""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
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
# A batch that is larger than 262,144 bytes can be refused. In UTF-8 a character has up to 4 bytes.
MAX_CHARACTERS_IN_BATCH = 262_144 // 4 // MESSAGES_PER_CALL
MAX_WAVES = 32  # of calls in a receive: less than a second
PARALLEL = 16  # calls side by side, one for each of the executor's threads
SENT_TIMESTAMP = "SentTimestamp"  # in milliseconds since the epoch
RECEIVE_COUNT = "ApproximateReceiveCount"
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Message:
    """A ticket off the queue. It has several receipts if it came several times."""

    ticket_id: str
    number: int
    receipts: tuple[str, ...]
    received_at: float
    receptions: int = 1  # by all consumers, as SQS counts them


@dataclass(frozen=True, slots=True)
class Rejected:
    """A message that nobody can be admitted for. It must be put aside."""

    body: str
    message_id: str
    receipts: tuple[str, ...]
    received_at: float


class Queue:
    """The room's queue and its dead-letter queue."""

    def __init__(self, sqs: Any, url: str, dead_letter_url: str, executor: Executor) -> None:
        self._sqs = sqs
        self._url = url
        self._dead_letter_url = dead_letter_url
        self._executor = executor
        self._at_once = 1  # how many calls the last ones justify
        self.expected = 0  # how many messages there are, as far as anybody knows
        self.is_fifo = messages.is_fifo(url)
        self.visibility_seconds = FIFO_VISIBILITY_SECONDS if self.is_fifo else VISIBILITY_SECONDS

    def receive(
        self, wanted: int, now: float, *, wait: bool = True
    ) -> tuple[list[Message], list[Rejected]]:
        """Return up to ``wanted`` messages: the tickets, and those that can't be read.

        A FIFO queue gives at most ten. With ``wait``, the call waits at an empty queue for
        LONG_POLL_SECONDS.
        """
        found, rejected = list[Message](), list[Rejected]()
        for raw in self._received(wanted, LONG_POLL_SECONDS if wait else 0):
            receipts = (raw["ReceiptHandle"],)
            try:
                ticket_id, number = messages.read_ticket_message(raw["Body"], _sent_at(raw, now))
            except messages.NotATicket:
                rejected.append(Rejected(raw["Body"], raw["MessageId"], receipts, now))
            else:
                found.append(Message(ticket_id, number, receipts, now, _receptions(raw)))
        if rejected:
            logger.error("%d messages can't be read; they will be put aside", len(rejected))
        return found, rejected

    def _received(self, wanted: int, wait_seconds: int) -> list[dict[str, Any]]:
        # One long poll finds out whether there are messages. Only then do calls run side by side:
        # 1, 2, 4, 8, 16, as long as messages come. These calls don't wait, because in a short queue
        # they would delay the tickets in hand.
        if wanted <= 0:
            return []
        size = min(wanted, MESSAGES_PER_CALL)
        received = self._receive(size, wait_seconds)
        goes_on, waves = not self.is_fifo and self._is_long(len(received), size), 1
        each = len(received)  # how many messages a call of the last wave brought
        while goes_on and waves < MAX_WAVES and (missing := wanted - len(received)) > 0:
            sizes = [min(MESSAGES_PER_CALL, missing)] * min(self._at_once, -(-missing // each))
            sizes[-1] = min(sizes[-1], max(1, missing - each * (len(sizes) - 1)))
            wave = [m for some in self._executor.map(self._receive, sizes) for m in some]
            received += wave
            waves, each = waves + 1, max(1, len(wave) // len(sizes))
            self._at_once = min(2 * self._at_once, PARALLEL)
            goes_on = self._is_long(len(wave), sum(sizes))
        return received

    def _is_long(self, came: int, asked: int) -> bool:
        """Return whether the queue seems to have more messages.

        SQS gives fewer messages than asked for, above all if the queue has less than a thousand
        (SQS, "Short and long polling"). So a line that is known to be long goes on as long as
        anything comes. In another one, the queue is short if half of the messages are missing.
        """
        if came > asked / 2 or (came and self.expected > asked):
            return True
        self._at_once = 1
        return False

    def _receive(self, size: int, wait_seconds: int = 0) -> list[dict[str, Any]]:
        try:
            response = self._sqs.receive_message(
                QueueUrl=self._url,
                MaxNumberOfMessages=size,
                VisibilityTimeout=self.visibility_seconds,
                WaitTimeSeconds=wait_seconds,
                # Older botocores don't know the newer name, MessageSystemAttributeNames.
                AttributeNames=[SENT_TIMESTAMP, RECEIVE_COUNT],
            )
        except (BotoCoreError, ClientError) as error:
            logger.warning("receiving failed: %s", error)
            return []
        received: list[dict[str, Any]] = response.get("Messages", [])
        return received

    def put_aside(self, rejected: Sequence[Rejected]) -> set[str]:
        """Send messages to the dead-letter queue; return the receipts of those that arrived.

        The caller deletes these, and tries again with the others.
        """
        large = [each for each in rejected if len(each.body) > MAX_CHARACTERS_IN_BATCH]
        small = [each for each in rejected if len(each.body) <= MAX_CHARACTERS_IN_BATCH]
        groups = [*batches(small, MESSAGES_PER_CALL), *batches(large, 1)]
        return set().union(*self._executor.map(self._send, groups))

    def _send(self, batch: Sequence[Rejected]) -> set[str]:
        url = self._dead_letter_url
        entries = [
            {"Id": str(i), "MessageBody": m.body, **messages.sending_ids(url, m.message_id)}
            for i, m in enumerate(batch)
        ]
        try:
            response = self._sqs.send_message_batch(QueueUrl=url, Entries=entries)
        except (BotoCoreError, ClientError) as error:
            logger.warning("putting messages aside failed: %s", error)
            return set()
        failed = {int(entry["Id"]) for entry in response.get("Failed", [])}
        return {r for i, m in enumerate(batch) if i not in failed for r in m.receipts}

    def delete(self, receipts: Iterable[str]) -> set[str]:
        """Delete messages; return the receipts of those that failed, for another try.

        There is no other try with a receipt that SQS calls wrong.
        """
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


def _sent_at(raw: Mapping[str, Any], received_at: float) -> float:
    """Return when SQS took a message, in seconds since the epoch."""
    sent = raw.get("Attributes", {}).get(SENT_TIMESTAMP)
    return received_at if sent is None else float(sent) / 1000


def _receptions(raw: Mapping[str, Any]) -> int:
    """Return how often a message was received, this time included."""
    return int(raw.get("Attributes", {}).get(RECEIVE_COUNT, 1))
