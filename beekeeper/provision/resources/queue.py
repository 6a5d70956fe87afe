"""SQS queues: the line itself, and the dead-letter queue for messages that can't be read.

Quirks:

- All attribute values are strings.
- For 60 seconds after a queue is deleted, its name can't be used again.
- A new queue can be invisible for a second or more. Attributes can be out of date for up to a
  minute, so we decide nothing from a read that follows a write.
- GetQueueUrl can still answer after the deletion.
- The name of a FIFO queue ends in .fifo. A standard queue can't become a FIFO queue, or the
  reverse.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from beekeeper.contract.messages import FIFO_ENDING, is_fifo
from beekeeper.provision import tags
from beekeeper.provision.aws import Aws
from beekeeper.provision.engine.step import Attributes, Found, Resource, new_only
from beekeeper.provision.engine.wait import Busy, Wait, ignoring, retrying, until
from beekeeper.provision.grant import Grant, grant
from beekeeper.provision.names import Names
from beekeeper.provision.resources.outputs import queue_url
from beekeeper.rules.cadence import VISIBILITY_SECONDS
from beekeeper.rules.tokens import TICKET_LIFETIME_SECONDS

MISSING = ("AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist")
EXISTS = ("QueueAlreadyExists", "QueueNameExists")
# AWS: "You must wait 60 seconds after deleting a queue before you can create another with the
# same name." The Terraform provider retries for 90 seconds.
DELETED_RECENTLY = Busy("AWS.SimpleQueueService.QueueDeletedRecently")
RECREATE = Wait("SQS to free the queue's name (60 seconds after a deletion)", 95, every=5)
VISIBLE = Wait("the new queue to become visible", 60)
GONE = Wait("the queue to be deleted", 90)
# The maximum of SQS. While the table has problems, a consumer receives the same ticket many times.
# SQS must not move the ticket to the dead-letter queue for that. The consumer itself moves messages
# that can't be read.
MAX_RECEIVES = 1_000


class Queue(Resource):
    """The line, or its dead-letter queue."""

    kind: ClassVar[str] = "queue"
    irreplaceable = "the visitors who wait in it"

    prefix: ClassVar[str] = ""

    def __init__(
        self, names: Names, wanted_tags: Mapping[str, str], *, is_dead_letter: bool = False
    ) -> None:
        dead_letter = f"{self.prefix}dead-letter queue"
        self.key = dead_letter if is_dead_letter else f"{self.prefix}queue"
        self.name = names.dead_letter_queue if is_dead_letter else names.queue
        self.needs = () if is_dead_letter else (dead_letter,)
        self._names = names
        self._url = queue_url(self.key)
        self._tags = wanted_tags
        self._is_dead_letter = is_dead_letter

    def grants(self) -> Iterable[Grant]:
        actions = (
            "CreateQueue",
            "GetQueueUrl",
            "GetQueueAttributes",
            "SetQueueAttributes",
            "DeleteQueue",
            "ListQueueTags",
            "TagQueue",
            "UntagQueue",
        )
        arn = self._names.queue_arn(self.name)
        # To save space, one pattern covers the dead-letter queues of both orders.
        pattern = f"{arn.removesuffix(FIFO_ENDING)}*" if self._is_dead_letter else arn
        yield grant("sqs", actions, pattern, examples=(arn,))

    def desired(self, outputs: Mapping[str, str]) -> Attributes | None:
        wanted: dict[str, Any] = {
            "message_retention_seconds": TICKET_LIFETIME_SECONDS,
            "visibility_seconds": VISIBILITY_SECONDS,
            "delay_seconds": 0,
            "encrypted": True,
            "tags": self._tags,
        }
        if not self._is_dead_letter:
            target = self._names.queue_arn(self._names.dead_letter_queue)
            wanted["redrive"] = {"target": target, "max_receives": MAX_RECEIVES}
        return wanted

    def find(self, aws: Aws, outputs: Mapping[str, str]) -> Found | None:
        sqs = aws.client("sqs")
        with ignoring(*MISSING):
            url = sqs.get_queue_url(QueueName=self.name)["QueueUrl"]
            raw = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
            found_tags = tags.own(sqs.list_queue_tags(QueueUrl=url).get("Tags", {}), self._tags)
            attributes = {**_normalised(raw), "tags": found_tags}
            return Found.tagged(raw["QueueArn"], attributes, self._names.room, {self._url: url})
        return None

    def create(self, aws: Aws, desired: Attributes) -> None:
        sqs = aws.client("sqs")
        attributes, wanted_tags = _wire(desired), dict(desired["tags"])
        if is_fifo(self.name):
            attributes["FifoQueue"] = "true"

        def create() -> None:
            sqs.create_queue(QueueName=self.name, Attributes=attributes, tags=wanted_tags)

        with new_only(*EXISTS):
            retrying(aws, RECREATE, (DELETED_RECENTLY,), create)
        found = until(aws, VISIBLE, lambda: self.find(aws, {}))
        if found.attributes["tags"] != wanted_tags:  # a repeated CreateQueue does not set them
            sqs.tag_queue(QueueUrl=found.outputs[self._url], Tags=wanted_tags)

    def update(self, aws: Aws, found: Found, changes: Attributes) -> None:
        sqs = aws.client("sqs")
        url = found.outputs[self._url]
        attributes = _wire(changes)
        if "encrypted" in changes:
            # SQS refuses this together with a KMS key. The functions could not use the key anyway.
            attributes["KmsMasterKeyId"] = ""
        if attributes:
            sqs.set_queue_attributes(QueueUrl=url, Attributes=attributes)
        if "tags" in changes:
            sqs.tag_queue(QueueUrl=url, Tags=dict(changes["tags"]))
            if gone := tags.removed(found.attributes["tags"], changes["tags"]):
                sqs.untag_queue(QueueUrl=url, TagKeys=gone)

    def delete(self, aws: Aws, found: Found) -> None:
        with ignoring(*MISSING):
            aws.client("sqs").delete_queue(QueueUrl=found.outputs[self._url])
        # If a deploy follows at once, it must not find the queue that is being deleted.
        until(aws, GONE, lambda: True if self.find(aws, {}) is None else None)


class OtherQueue(Queue):
    """A queue of the room for the order that its configuration does not ask for.

    Visitors can wait in it, so a deploy refuses to continue while it exists. A destroy removes it,
    so a destroy does not need to know the order.
    """

    prefix = "other "
    unwanted = "the configuration asks for the other order, and AWS can't change a queue's order"

    def desired(self, outputs: Mapping[str, str]) -> None:
        return None


def _normalised(raw: Mapping[str, str]) -> dict[str, Any]:
    redrive = json.loads(raw.get("RedrivePolicy") or "{}")
    return {
        "message_retention_seconds": int(raw["MessageRetentionPeriod"]),
        "visibility_seconds": int(raw["VisibilityTimeout"]),
        "delay_seconds": int(raw.get("DelaySeconds", 0)),
        "encrypted": raw.get("SqsManagedSseEnabled", "false").lower() == "true",
        "redrive": {
            "target": redrive.get("deadLetterTargetArn"),
            "max_receives": int(redrive.get("maxReceiveCount", 0)),
        },
    }


def _wire(wanted: Attributes) -> dict[str, str]:
    attributes: dict[str, str] = {}
    if "message_retention_seconds" in wanted:
        attributes["MessageRetentionPeriod"] = str(wanted["message_retention_seconds"])
    if "visibility_seconds" in wanted:
        attributes["VisibilityTimeout"] = str(wanted["visibility_seconds"])
    if "delay_seconds" in wanted:
        attributes["DelaySeconds"] = str(wanted["delay_seconds"])
    if "encrypted" in wanted:
        attributes["SqsManagedSseEnabled"] = "true"
    if redrive := wanted.get("redrive"):
        policy = {
            "deadLetterTargetArn": redrive["target"],
            "maxReceiveCount": redrive["max_receives"],
        }
        attributes["RedrivePolicy"] = json.dumps(policy)
    return attributes
