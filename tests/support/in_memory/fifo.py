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
        sent, now = (QueueUrl, MessageDeduplicationId), self.calls.world.now
        if now - self._sent.get(sent, -1e9) < DEDUPLICATION_SECONDS:
            return {"MessageId": "again"}
        self._sent[sent] = now
        return super().send_message(QueueUrl=QueueUrl, MessageBody=MessageBody)

    def receive_message(self, **arguments: object) -> Item:
        answer = super().receive_message(**arguments)  # type: ignore[arg-type]
        for message in answer.get("Messages", []):
            message["MessageId"] = "id of " + message["ReceiptHandle"].partition("/")[0]
        return answer

    def _delete(self, receipt: str) -> None:
        if self._is_current(receipt):
            super()._delete(receipt)

    def _show(self, receipt: str) -> None:
        if self._is_current(receipt):
            super()._show(receipt)

    def _is_current(self, receipt: str) -> bool:
        """Tell whether a receipt is still valid. It is not after the visibility time-out."""
        number, _, count = receipt.partition("/")
        message = self.messages.get(int(number))
        return bool(
            message and message.receipts == int(count) and message.visible_at > self.calls.world.now
        )
