"""The SNS topic of a room, for alarms that tell an e-mail address.

Quirks:

- CreateTopic returns an existing topic. With other tags it answers InvalidParameter, "Topic already
  exists with different tags".
- The address gets an e-mail, and must confirm. Until then the subscription has no ARN, and nobody
  can delete it. SNS does that after 48 hours ("Deleting an Amazon SNS topic and subscription"). One
  that was refused is listed as "Deleted" for a while.
- To delete a topic deletes its subscriptions. We do that for another address, too. So a deployer
  needs no right to unsubscribe, which can't be scoped to a topic.
- For a while, a new topic has the tags of a deleted one of its name: StaleTag.
- It is not encrypted: CloudWatch can't use the key that AWS has for SNS, and what an alarm tells is
  no secret. Its default policy lets its account publish, and so the account's alarms.
"""

from collections.abc import Iterable, Mapping
from typing import ClassVar

from beekeeper.provision import tags
from beekeeper.provision.aws import Aws
from beekeeper.provision.engine.step import Attributes, Found, Resource, new_only
from beekeeper.provision.engine.wait import Busy, Wait, ignoring, retrying
from beekeeper.provision.grant import Grant, grant
from beekeeper.provision.names import Names

MISSING = ("ResourceNotFound", "ResourceNotFoundException", "NotFound", "NotFoundException")
BUSY = (Busy("StaleTag"), Busy("ConcurrentAccess"))
CHANGE = Wait("SNS to accept a change of the topic", 60)
UNCONFIRMED, REFUSED = "PendingConfirmation", "Deleted"  # instead of a subscription's ARN


def subscriptions(aws: Aws, topic_arn: str) -> dict[str, str]:
    """Return the ARNs of a topic's subscriptions, by e-mail address. One can be UNCONFIRMED."""
    pages = aws.client("sns").get_paginator("list_subscriptions_by_topic")
    found = [each for page in pages.paginate(TopicArn=topic_arn) for each in page["Subscriptions"]]
    return {
        each["Endpoint"]: each["SubscriptionArn"]
        for each in found
        if each["Protocol"] == "email" and each["SubscriptionArn"] != REFUSED
    }


class Topic(Resource):
    """The topic, and its only subscriber by e-mail."""

    key: ClassVar[str] = "topic"
    kind: ClassVar[str] = "topic"
    fixed = frozenset({"other addresses"})

    def __init__(self, names: Names, email: str, wanted_tags: Mapping[str, str]) -> None:
        self.name = names.topic
        self._arn = names.topic_arn
        self._room = names.room
        self._email = email
        self._tags = wanted_tags

    def grants(self) -> Iterable[Grant]:
        actions = (
            "CreateTopic",
            "DeleteTopic",
            "Subscribe",
            "ListSubscriptionsByTopic",
            "ListTagsForResource",
            "TagResource",
            "UntagResource",
        )
        yield grant("sns", actions, self._arn)

    def desired(self, outputs: Mapping[str, str]) -> Attributes:
        return {"address": self._email, "other addresses": [], "tags": self._tags}

    def find(self, aws: Aws, outputs: Mapping[str, str]) -> Found | None:
        sns = aws.client("sns")
        with ignoring(*MISSING):
            raw_tags = sns.list_tags_for_resource(ResourceArn=self._arn)["Tags"]
            found = subscriptions(aws, self._arn)
            confirmed = [address for address, arn in found.items() if arn != UNCONFIRMED]
            attributes = {
                "address": self._email if self._email in found else "",
                "other addresses": [each for each in confirmed if each != self._email],
                "tags": tags.from_list(raw_tags, self._tags),
            }
            return Found.tagged(self._arn, attributes, self._room)
        return None

    def create(self, aws: Aws, desired: Attributes) -> None:
        make, wanted = aws.client("sns").create_topic, tags.as_list(desired["tags"])
        with new_only():
            retrying(aws, CHANGE, BUSY, lambda: make(Name=self.name, Tags=wanted))
        self._subscribe(aws)

    def _subscribe(self, aws: Aws) -> None:
        aws.client("sns").subscribe(TopicArn=self._arn, Protocol="email", Endpoint=self._email)
        aws.warn(
            f"AWS has sent an e-mail to {self._email}. Follow its link within 48 hours. Until then"
            " the alarms tell nobody. If it is too late, deploy again."
        )

    def update(self, aws: Aws, found: Found, changes: Attributes) -> None:
        sns = aws.client("sns")
        if "address" in changes:
            self._subscribe(aws)
        if "tags" in changes:
            arn, wanted = self._arn, tags.as_list(changes["tags"])
            tag, untag = sns.tag_resource, sns.untag_resource
            retrying(aws, CHANGE, BUSY, lambda: tag(ResourceArn=arn, Tags=wanted))
            if gone := tags.removed(found.attributes["tags"], changes["tags"]):
                retrying(aws, CHANGE, BUSY, lambda: untag(ResourceArn=arn, TagKeys=gone))

    def delete(self, aws: Aws, found: Found) -> None:
        """Delete it with its subscriptions. SNS answers the same when it is gone already."""
        aws.client("sns").delete_topic(TopicArn=self._arn)
