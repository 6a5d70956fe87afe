"""The room's queue and its dead-letter queue in memory."""

import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice

from tests.support.in_memory.fakes import (
    DEAD_LETTER_URL,
    QUEUE_URL,
    Calls,
    FakeService,
    Item,
    client_error,
)

MAX_BATCH_BYTES = 262_144  # of the bodies together; SQS takes more today


@dataclass
class _Held:
    body: str
    order: int
    sent_at: float = 0.0
    visible_at: float = 0.0
    receipts: int = 0


class FakeSqs(FakeService):
    """The room's queue and its dead-letter queue. Messages come in the order of their sends."""

    ending = ""  # of the queues' names

    def __init__(self, calls: Calls | None = None) -> None:
        self.queue_url = QUEUE_URL + self.ending
        self.dead_letter_url = DEAD_LETTER_URL + self.ending
        super().__init__(calls, self.queue_url, self.dead_letter_url)
        self.messages: dict[int, _Held] = {}
        self.dead: list[str] = []
        self.refused: set[str] = set()  # receipts that SQS calls invalid
        self._numbers = itertools.count()

    def send(self, ticket_id: str, number: int) -> None:
        self._add(json.dumps({"id": ticket_id, "n": number}))

    def _add(self, body: str) -> None:
        number = next(self._numbers)
        self.messages[number] = _Held(body, number, self.calls.world.now)

    def visible(self, at_most: int | None = None) -> list[int]:
        now = self.calls.world.now
        return list(islice((i for i, m in self.messages.items() if m.visible_at <= now), at_most))

    def send_message(self, *, QueueUrl: str, MessageBody: str) -> Item:  # noqa: N803
        def work() -> Item:
            if QueueUrl == self.dead_letter_url:
                self.dead.append(MessageBody)
            else:
                self._add(MessageBody)
            return {"MessageId": "1"}

        return self._call("SendMessage", QueueUrl, work)

    def receive_message(
        self,
        *,
        QueueUrl: str,  # noqa: N803
        MaxNumberOfMessages: int,  # noqa: N803
        VisibilityTimeout: int,  # noqa: N803
        WaitTimeSeconds: int,  # noqa: N803
        AttributeNames: list[str],  # noqa: N803
    ) -> Item:
        assert 1 <= MaxNumberOfMessages <= 10
        assert AttributeNames == ["SentTimestamp", "ApproximateReceiveCount"]

        def work() -> Item:
            if WaitTimeSeconds and not self.visible(1):
                self.calls.world.sleep(WaitTimeSeconds)
            got = []
            for i in self.visible(MaxNumberOfMessages):
                message = self.messages[i]
                message.visible_at = self.calls.world.now + VisibilityTimeout
                message.receipts += 1
                got.append(
                    {
                        "MessageId": f"id of {i}",
                        "Body": message.body,
                        "ReceiptHandle": f"{i}/{message.receipts}",
                        "Attributes": {
                            "SentTimestamp": str(int(message.sent_at * 1000)),
                            "ApproximateReceiveCount": str(message.receipts),
                        },
                    }
                )
            return {"Messages": got} if got else {}

        return self._call("ReceiveMessage", QueueUrl, work)

    def send_message_batch(self, *, QueueUrl: str, Entries: list[Item]) -> Item:  # noqa: N803
        size = sum(len(entry["MessageBody"].encode()) for entry in Entries)
        if size > MAX_BATCH_BYTES:
            raise client_error("AWS.SimpleQueueService.BatchRequestTooLong", "SendMessageBatch")
        return self._batch("SendMessageBatch", QueueUrl, Entries, self._put_aside)

    def _put_aside(self, entry: Item) -> bool:
        self.dead.append(entry["MessageBody"])
        return True

    def delete_message_batch(self, *, QueueUrl: str, Entries: list[Item]) -> Item:  # noqa: N803
        return self._batch("DeleteMessageBatch", QueueUrl, Entries, self._delete)

    def change_message_visibility_batch(self, *, QueueUrl: str, Entries: list[Item]) -> Item:  # noqa: N803
        assert all(entry["VisibilityTimeout"] == 0 for entry in Entries)
        return self._batch("ChangeMessageVisibilityBatch", QueueUrl, Entries, self._show)

    def get_queue_attributes(self, *, QueueUrl: str, AttributeNames: list[str]) -> Item:  # noqa: N803
        def work() -> Item:
            visible = len(self.visible())
            counts = {
                "ApproximateNumberOfMessages": visible,
                "ApproximateNumberOfMessagesNotVisible": len(self.messages) - visible,
            }
            return {"Attributes": {name: str(counts[name]) for name in AttributeNames}}

        return self._call("GetQueueAttributes", QueueUrl, work)

    def _batch(
        self, operation: str, url: str, entries: list[Item], one: Callable[[Item], bool]
    ) -> Item:
        assert 1 <= len(entries) <= 10
        assert len({entry["Id"] for entry in entries}) == len(entries)

        def work(some: list[Item] = entries) -> Item:
            refused = [entry for entry in some if not one(entry)]
            return {"Failed": [_failed(e, "ReceiptHandleIsInvalid", ours=True) for e in refused]}

        def partial() -> Item:
            refused = work(entries[1::2])["Failed"]
            return {"Failed": [*refused, *(_failed(e, "InternalError") for e in entries[::2])]}

        return self._call(operation, url, work, partial)

    def _delete(self, entry: Item) -> bool:
        # An old receipt can also delete the message, as SQS documents.
        receipt = entry["ReceiptHandle"]
        if receipt in self.refused:
            return False
        self.messages.pop(_number(receipt), None)
        return True

    def _show(self, entry: Item) -> bool:
        if message := self.messages.get(_number(entry["ReceiptHandle"])):
            message.visible_at = self.calls.world.now
        return True


def _number(receipt: str) -> int:
    return int(receipt.partition("/")[0])


def _failed(entry: Item, code: str, *, ours: bool = False) -> Item:
    return {"Id": entry["Id"], "SenderFault": ours, "Code": code}
