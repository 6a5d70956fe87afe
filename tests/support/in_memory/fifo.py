"""A strict room's FIFO queues in memory: one group of messages, at most ten in flight."""

from tests.support.in_memory.fakes import Calls, Item
from tests.support.in_memory.sqs import FakeSqs

DEDUPLICATION_SECONDS = 300


class FakeFifo(FakeSqs):
    """Hands out nothing while a message is in flight. Drops a message that is sent twice."""

    ending = ".fifo"

    def __init__(self, calls: Calls | None = None) -> None:
        super().__init__(calls)
        self._sent: dict[tuple[str, str], float] = {}

    def visible(self, at_most: int | None = None) -> list[int]:
        now = self.calls.world.now
        in_flight = any(message.visible_at > now for message in self.messages.values())
        return [] if in_flight else super().visible(at_most)

    def send_message(  # type: ignore[override]  # a FIFO queue wants to know more
        self,
        *,
        QueueUrl: str,  # noqa: N803
        MessageBody: str,  # noqa: N803
        MessageGroupId: str,  # noqa: N803
        MessageDeduplicationId: str,  # noqa: N803
    ) -> Item:
        assert MessageGroupId == "line"
        if self._is_repeated(QueueUrl, MessageDeduplicationId):
            return {"MessageId": "again"}
        return super().send_message(QueueUrl=QueueUrl, MessageBody=MessageBody)

    def _is_repeated(self, url: str, deduplication_id: str) -> bool:
        sent, now = (url, deduplication_id), self.calls.world.now
        if now - self._sent.get(sent, -1e9) < DEDUPLICATION_SECONDS:
            return True
        self._sent[sent] = now
        return False

    def _put_aside(self, entry: Item) -> bool:
        assert entry["MessageGroupId"] == "line"
        again = self._is_repeated(self.dead_letter_url, entry["MessageDeduplicationId"])
        return again or super()._put_aside(entry)

    def _delete(self, entry: Item) -> bool:
        return self._is_current(entry["ReceiptHandle"]) and super()._delete(entry)

    def _show(self, entry: Item) -> bool:
        return self._is_current(entry["ReceiptHandle"]) and super()._show(entry)

    def _is_current(self, receipt: str) -> bool:
        """Tell whether a receipt is still valid. It is not after the visibility time-out."""
        number, _, count = receipt.partition("/")
        message = self.messages.get(int(number))
        return bool(
            message and message.receipts == int(count) and message.visible_at > self.calls.world.now
        )
