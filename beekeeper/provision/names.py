"""The names and ARNs of a room's resources: all but the API's id follow from room and account."""

from dataclasses import dataclass, replace
from enum import StrEnum

from beekeeper.contract import functions

FUNCTION_NAMES = tuple(function.name for function in functions.FUNCTIONS)
TAG_ROOM, TAG_VERSION = "beekeeper:room", "beekeeper:version"


class Watch(StrEnum):
    """What a room is watched for. Each is one CloudWatch alarm (resources/alarm.py)."""

    UNREADABLE = "unreadable"
    LINE_STOPPED = "line-stopped"
    CONSUMER_ERRORS = "consumer-errors"
    VISITOR_ERRORS = "visitor-errors"


@dataclass(frozen=True, slots=True)
class Names:
    """Names of one room's resources in one account, region and partition."""

    room: str
    account: str
    region: str
    partition: str
    strict: bool = False  # FIFO queues, whose names must end in .fifo

    @property
    def other_order(self) -> "Names":
        """The names that the room would have with its line in the other order."""
        return replace(self, strict=not self.strict)

    @property
    def stem(self) -> str:
        """The name of whatever there is one of: table, API, dashboard."""
        return f"beekeeper-{self.room}"

    @property
    def queue(self) -> str:
        return f"{self.stem}{self._queue_ending}"

    @property
    def dead_letter_queue(self) -> str:
        # Of the same kind as its queue (SQS, "Using dead-letter queues").
        return f"{self.stem}-dead-letter{self._queue_ending}"

    @property
    def _queue_ending(self) -> str:
        return ".fifo" if self.strict else ""

    @property
    def bucket(self) -> str:
        # Bucket names are global: the account and the region make ours unique.
        return f"{self.stem}-{self.account}-{self.region}"

    @property
    def rule(self) -> str:
        return f"{self.stem}-consumer"

    def function(self, part: str) -> str:
        return f"{self.stem}-{part}"

    def role(self, part: str) -> str:
        # IAM is global: without the region, two rooms of one name would share their roles.
        return f"{self.stem}-{part}-{self.region}"

    def log_group(self, part: str) -> str:
        return f"/aws/lambda/{self.function(part)}"

    def alarm(self, what: Watch) -> str:
        return f"{self.stem}-{what}"

    def arn(self, service: str, resource: str) -> str:
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{resource}"

    def queue_arn(self, name: str) -> str:
        return self.arn("sqs", name)

    @property
    def table_arn(self) -> str:
        return self.arn("dynamodb", f"table/{self.stem}")

    @property
    def bucket_arn(self) -> str:
        return f"arn:{self.partition}:s3:::{self.bucket}"

    def role_arn(self, part: str) -> str:
        return f"arn:{self.partition}:iam::{self.account}:role/{self.role(part)}"

    def function_arn(self, part: str) -> str:
        return self.arn("lambda", f"function:{self.function(part)}")

    def log_group_arn(self, part: str) -> str:
        return self.arn("logs", f"log-group:{self.log_group(part)}")

    @property
    def rule_arn(self) -> str:
        return self.arn("events", f"rule/{self.rule}")

    def alarm_arn(self, what: Watch) -> str:
        return self.arn("cloudwatch", f"alarm:{self.alarm(what)}")

    @property
    def dashboard(self) -> str:
        # Dashboards are global: without the region, two rooms of one name would share one.
        return f"{self.stem}-{self.region}"

    @property
    def dashboard_arn(self) -> str:
        return f"arn:{self.partition}:cloudwatch::{self.account}:dashboard/{self.dashboard}"

    def api_gateway_arn(self, path: str) -> str:
        # An API has no name in it, but an id that is not known before it is made.
        return f"arn:{self.partition}:apigateway:{self.region}::/{path}"
