"""The names and ARNs of a room's resources. All follow from the room, the account and the region.

The only exceptions are the ids of the API and of what CloudFront has, which AWS makes up.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from beekeeper.contract import functions
from beekeeper.contract.messages import FIFO_ENDING

FUNCTION_NAMES = tuple(function.name for function in functions.FUNCTIONS)
# Those that any room can have: a deploy looks for a governor also when none is wanted.
ALL_FUNCTION_NAMES = tuple(function.name for function in functions.functions_of(governed=True))
TAG_ROOM, TAG_VERSION = "beekeeper:room", "beekeeper:version"


class Watch(StrEnum):
    """The problems that a room is watched for. Each has a CloudWatch alarm (resources/alarm.py)."""

    UNREADABLE = "unreadable"
    LINE_STOPPED = "line-stopped"
    CONSUMER_ERRORS = "consumer-errors"
    VISITOR_ERRORS = "visitor-errors"
    GOVERNOR = "governor"  # only in a room with one
    # Only in a room whose alarms tell somebody, and the last one only if it has a governor.
    THROTTLES = "throttles"
    WAIT = "wait"
    DESTINATION = "destination"


def stem(room: str) -> str:
    """Return the text with which the names of a room's resources begin."""
    return f"beekeeper-{room}"


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
        """The names that the room would have if its line had the other order."""
        return replace(self, strict=not self.strict)

    @property
    def stem(self) -> str:
        """The name of each resource that a room has only one of: the table and the API."""
        return stem(self.room)

    @property
    def queue(self) -> str:
        return f"{self.stem}{self._queue_ending}"

    @property
    def dead_letter_queue(self) -> str:
        # It must be of the same type as its queue (SQS, "Using dead-letter queues").
        return f"{self.stem}-dead-letter{self._queue_ending}"

    @property
    def _queue_ending(self) -> str:
        return FIFO_ENDING if self.strict else ""

    @property
    def bucket(self) -> str:
        # Bucket names are global: the account and the region make ours unique.
        return f"{self.stem}-{self.account}-{self.region}"

    @property
    def bucket_host(self) -> str:
        """The bucket's address in its region. The global one redirects for hours after creation."""
        return f"{self.bucket}.s3.{self.region}.amazonaws.com"

    @property
    def edge(self) -> str:
        # CloudFront is global. Without the region, two rooms with the same name would share these.
        return f"{self.stem}-{self.region}"

    @property
    def edge_mark(self) -> str:
        """What the comments of the edge's resources say: most have no tags, or no name."""
        return f"Beekeeper: room {self.room} in {self.region}"

    @property
    def can_have_edge(self) -> bool:
        """Whether CloudFront can serve a room. It can't in GovCloud, and in China: blueprint.py."""
        return self.partition == "aws"

    def cloudfront_arns(self, kind: str) -> str:
        """Return the pattern for ARNs of one kind, because AWS makes up the ids."""
        return f"arn:{self.partition}:cloudfront::{self.account}:{kind}/*"

    @property
    def page_function_arn(self) -> str:
        return self.cloudfront_arns("function").removesuffix("*") + self.edge

    def rule(self, part: str) -> str:
        return f"{self.stem}-{part}"

    def function(self, part: str) -> str:
        return f"{self.stem}-{part}"

    def role(self, part: str) -> str:
        # IAM is global. Without the region, two rooms with the same name would share their roles.
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

    def role_arn(self, part: str, path: str = "/") -> str:
        return f"arn:{self.partition}:iam::{self.account}:role{path}{self.role(part)}"

    def function_arn(self, part: str) -> str:
        return self.arn("lambda", f"function:{self.function(part)}")

    def log_group_arn(self, part: str) -> str:
        return self.arn("logs", f"log-group:{self.log_group(part)}")

    def rule_arn(self, part: str) -> str:
        return self.arn("events", f"rule/{self.rule(part)}")

    def alarm_arn(self, what: Watch) -> str:
        return self.arn("cloudwatch", f"alarm:{self.alarm(what)}")

    @property
    def topic(self) -> str:
        return f"{self.stem}-alarms"

    @property
    def topic_arn(self) -> str:
        return self.arn("sns", self.topic)

    @property
    def dashboard(self) -> str:
        # Dashboards are global. Without the region, two rooms with the same name would share one.
        return f"{self.stem}-{self.region}"

    @property
    def dashboard_arn(self) -> str:
        return f"arn:{self.partition}:cloudwatch::{self.account}:dashboard/{self.dashboard}"

    def api_gateway_arn(self, path: str) -> str:
        # The ARN of an API has its id instead of a name, and the id is unknown until it exists.
        return f"arn:{self.partition}:apigateway:{self.region}::/{path}"
