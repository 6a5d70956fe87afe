"""A standard queue as AWS documents it: messages come twice, late and in disorder, counts are old.

A FIFO queue does none of this (fifo.py).
"""

import random

from beekeeper.simulation.queue_count import QueueCount
from tests.support.in_memory.fakes import Calls, Item
from tests.support.in_memory.sqs import FakeSqs

DUPLICATES = 0.03  # of the messages: received and not hidden, or shown again after a deletion
AGAIN_SECONDS = 30.0  # at most, until a deleted message is shown again
REACH = 20  # a receive takes any of this many messages more than it wants
MISSED = 0.2  # of the messages, in each receive: those of the servers that SQS did not ask
LATE, LATE_SECONDS = 0.02, 5.0  # of the messages: the share that is first shown after some seconds


class UnkindSqs(FakeSqs):
    """A standard queue. Its counts are ``lag`` seconds old, 5 % wrong, and now and then older."""

    def __init__(self, calls: Calls, chance: random.Random, lag: float = 30.0) -> None:
        super().__init__(calls)
        self._chance = chance
        self._count = QueueCount(chance, lag)

    def visible(self, at_most: int | None = None) -> list[int]:
        if at_most is None:
            return super().visible()
        asked = [i for i in super().visible(at_most + REACH) if self._chance.random() >= MISSED]
        return self._chance.sample(asked, min(at_most, len(asked)))

    def _add(self, body: str) -> None:
        super()._add(body)
        if self._chance.random() < LATE:
            late = self.calls.world.now + self._chance.uniform(0, LATE_SECONDS)
            self.messages[max(self.messages)].visible_at = late

    def receive_message(self, **request: object) -> Item:
        got: Item = super().receive_message(**request)  # type: ignore[arg-type]
        for message in got.get("Messages", []):
            if self._chance.random() < DUPLICATES:
                self._show(message)
        return got

    def _delete(self, entry: Item) -> bool:
        number = int(entry["ReceiptHandle"].partition("/")[0])
        message = self.messages.get(number)
        deleted = super()._delete(entry)
        if message and self._chance.random() < DUPLICATES:
            message.visible_at = self.calls.world.now + self._chance.uniform(0, AGAIN_SECONDS)
            self.messages[number] = message
        return deleted

    def get_queue_attributes(self, *, QueueUrl: str, AttributeNames: list[str]) -> Item:  # noqa: N803
        exact = super().get_queue_attributes(QueueUrl=QueueUrl, AttributeNames=AttributeNames)
        hidden = "ApproximateNumberOfMessagesNotVisible"
        total = self._count.counted(self.calls.world.now, len(self.messages))
        not_visible = min(total, int(exact["Attributes"][hidden]))
        visible = total - not_visible
        counts = {"ApproximateNumberOfMessages": visible, hidden: not_visible}
        return {"Attributes": {name: str(counts[name]) for name in AttributeNames}}
