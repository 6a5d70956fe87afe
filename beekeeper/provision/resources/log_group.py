"""CloudWatch log groups, created before the functions so that they have a retention.

Quirks:

- A log group is found by prefix, so we also compare the exact name.
- In some answers the ARN ends in ``:*``. Calls for tags need it without. IAM permissions need it
  with ``:*`` for most actions, and without for tags.
- The functions' roles can't create log groups. Otherwise Lambda's late log lines would re-create a
  deleted group, without retention. So a group without our tag is never Lambda's: it is somebody
  else's, with logs that they may need.
"""

from collections.abc import Iterable, Mapping
from typing import ClassVar

from botocore.exceptions import ClientError

from beekeeper.provision import tags
from beekeeper.provision.aws import Aws
from beekeeper.provision.engine.step import Attributes, Found, Resource, new_only
from beekeeper.provision.engine.wait import Busy, Wait, has_code, retrying, until
from beekeeper.provision.grant import Grant, grant, unscoped
from beekeeper.provision.names import Names

MISSING = "ResourceNotFoundException"
EXISTS = "ResourceAlreadyExistsException"
BUSY = (Busy("OperationAbortedException"),)
CHANGE = Wait("CloudWatch Logs to accept a change", 60)
# If somebody has let a role create groups, a function that was deleted while it ran re-creates its.
QUIET = Wait("late log lines of the function", 30)
QUIET_LOOKS = 3


class LogGroup(Resource):
    """The log group of one function."""

    kind: ClassVar[str] = "log group"

    def __init__(
        self, part: str, names: Names, retention_days: int, wanted_tags: Mapping[str, str]
    ) -> None:
        self.key, self.name = f"log group {part}", names.log_group(part)
        self._room = names.room
        self._arn = names.log_group_arn(part)
        self._retention_days = retention_days
        self._tags = wanted_tags

    def grants(self) -> Iterable[Grant]:
        actions = (
            "CreateLogGroup",
            "DeleteLogGroup",
            "PutRetentionPolicy",
            "FilterLogEvents",  # of operators: control/logs.py
            "ListTagsForResource",
            "TagResource",
            "UntagResource",
        )
        with_and_without = (self._arn, f"{self._arn}:*")
        yield grant("logs", actions, f"{self._arn}*", examples=with_and_without)
        yield unscoped("logs:DescribeLogGroups")  # lists by prefix

    def desired(self, outputs: Mapping[str, str]) -> Attributes:
        return {"retention_days": self._retention_days, "tags": self._tags}

    def find(self, aws: Aws, outputs: Mapping[str, str]) -> Found | None:
        logs = aws.client("logs")
        pages = logs.get_paginator("describe_log_groups").paginate(logGroupNamePrefix=self.name)
        groups = [g for page in pages for g in page["logGroups"] if g["logGroupName"] == self.name]
        if not groups:
            return None
        try:
            raw_tags = logs.list_tags_for_resource(resourceArn=self._arn)["tags"]
        except ClientError as error:
            if has_code(error, MISSING):
                return None
            raise
        found_tags = tags.own(raw_tags, self._tags)
        retention = groups[0].get("retentionInDays")
        attributes = {
            "retention_days": retention,
            "deletion_protection": groups[0].get("deletionProtectionEnabled", False),
            "tags": found_tags,
        }
        return Found.tagged(self._arn, attributes, self._room)

    def create(self, aws: Aws, desired: Attributes) -> None:
        create = aws.client("logs").create_log_group
        wanted = {"logGroupName": self.name, "tags": dict(desired["tags"])}
        with new_only(EXISTS):  # an earlier try of this call has created it
            retrying(aws, CHANGE, BUSY, lambda: create(**wanted))
        self._set_retention(aws, desired["retention_days"])

    def update(self, aws: Aws, found: Found, changes: Attributes) -> None:
        logs = aws.client("logs")
        if "retention_days" in changes:
            self._set_retention(aws, changes["retention_days"])
        if "tags" in changes:
            wanted = dict(changes["tags"])
            tag = {"resourceArn": self._arn, "tags": wanted}
            retrying(aws, CHANGE, BUSY, lambda: logs.tag_resource(**tag))
            if gone := tags.removed(found.attributes["tags"], wanted):
                logs.untag_resource(resourceArn=self._arn, tagKeys=gone)

    def _set_retention(self, aws: Aws, days: int) -> None:
        put = aws.client("logs").put_retention_policy
        retrying(aws, CHANGE, BUSY, lambda: put(logGroupName=self.name, retentionInDays=days))

    def obstacle(self, aws: Aws, found: Found) -> str:
        if not found.attributes["deletion_protection"]:
            return ""
        return (
            f"Somebody has protected the log group {self.name} from deletion. If you want to delete"
            " it, run: aws logs put-log-group-deletion-protection --log-group-identifier"
            f" {self.name} --no-deletion-protection-enabled --region {aws.region}. Then run destroy"
            " again."
        )

    def delete(self, aws: Aws, found: Found) -> None:
        looks: list[bool] = []

        def probe() -> bool | None:
            looks.append(self._delete_if_there(aws))
            return True if looks[-QUIET_LOOKS:] == [False] * QUIET_LOOKS else None

        until(aws, QUIET, probe)

    def _delete_if_there(self, aws: Aws) -> bool:
        """Delete the group. Return whether it existed."""
        delete = aws.client("logs").delete_log_group
        try:
            retrying(aws, CHANGE, BUSY, lambda: delete(logGroupName=self.name))
        except ClientError as error:
            if has_code(error, MISSING):
                return False
            raise
        return True
