"""Tags that were taken away by hand, or changed. The services differ only in how they are asked."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from tests.support.moto_aws.by_hand import STEM, api_id, queue_url
from tests.support.moto_aws.cloud import Cloud
from tests.support.moto_aws.drift import OURS, Drift
from tests.support.moto_aws.drifts_compute import FUNCTION_ARN, ROLE, RULE_ARN
from tests.support.moto_aws.drifts_storage import LOG_GROUP_ARN, TABLE_ARN
from tests.support.rooms import REGION


@dataclass(frozen=True)
class Tagged:
    """A resource with tags. ``which`` names it in a call; ``kind`` ends the names of the calls."""

    name: str
    step: str
    service: str
    which: Callable[[Cloud], dict[str, str]]
    kind: str = "resource"
    tag_keys: str = "TagKeys"
    tags: str = "Tags"
    has_tag_list: bool = False

    def drifts(self) -> Iterator[Drift]:
        tag = f"{self.service}:Tag{self.kind.title()}"
        yield Drift(f"{self.name}-untagged", self._untag, self.step, {"tags"}, [tag])
        yield Drift(f"{self.name}-version", self._change, self.step, {"tags"}, [tag])

    def _untag(self, cloud: Cloud) -> None:
        untag = getattr(cloud.client(self.service), f"untag_{self.kind}")
        untag(**self.which(cloud), **{self.tag_keys: list(OURS)})

    def _change(self, cloud: Cloud) -> None:
        self.add_tag(cloud, "beekeeper:version", "0.0.1")

    def add_tag(self, cloud: Cloud, key: str, value: str) -> None:
        theirs: Any = [{"Key": key, "Value": value}] if self.has_tag_list else {key: value}
        tag = getattr(cloud.client(self.service), f"tag_{self.kind}")
        tag(**self.which(cloud), **{self.tags: theirs})


def _arn_of_api(cloud: Cloud) -> str:
    return f"arn:aws:apigateway:{REGION}::/apis/{api_id(cloud)}"


TAGGED = [
    Tagged("queue", "queue", "sqs", lambda c: {"QueueUrl": queue_url(c, STEM)}, "queue"),
    Tagged("table", "table", "dynamodb", lambda _: {"ResourceArn": TABLE_ARN}, has_tag_list=True),
    Tagged("role", "role producer", "iam", lambda _: {"RoleName": ROLE}, "role", has_tag_list=True),
    Tagged("function", "function consumer", "lambda", lambda _: {"Resource": FUNCTION_ARN}),
    Tagged("api", "api", "apigatewayv2", lambda c: {"ResourceArn": _arn_of_api(c)}),
    Tagged("rule", "rule", "events", lambda _: {"ResourceARN": RULE_ARN}, has_tag_list=True),
    Tagged(
        "log",
        "log group consumer",
        "logs",
        lambda _: {"resourceArn": LOG_GROUP_ARN},
        tag_keys="tagKeys",
        tags="tags",
    ),
]
DRIFTS = [drift for tagged in TAGGED for drift in tagged.drifts()]
