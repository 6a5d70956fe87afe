"""The EventBridge rules that start the consumers, and the governor, every minute.

Quirks:

- A rule can fire at most once a minute.
- PutRule replaces the whole rule. It accepts tags only for a new rule.
- PutTargets and RemoveTargets answer 200, and list the failed entries in the answer.
- Without a permission on the function, a rule fails silently. So we create the permission first,
  and enable the rule last.
- A failed delivery is neither retried nor kept: the rule fires again a minute later.
"""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from botocore.exceptions import ClientError

from beekeeper.errors import ProvisionError
from beekeeper.provision import tags
from beekeeper.provision.aws import Aws
from beekeeper.provision.engine.step import Attributes, Found, Resource
from beekeeper.provision.engine.wait import Busy, Wait, has_code, ignoring, retrying
from beekeeper.provision.grant import Grant, grant
from beekeeper.provision.names import Names
from beekeeper.rules.cadence import CONSUMER_START_SECONDS

MISSING = "ResourceNotFoundException"
# A rate is in whole minutes, and a rate of 1 needs the singular (EventBridge, "Rate expressions").
MINUTES = CONSUMER_START_SECONDS // 60
SCHEDULE = f"rate({MINUTES} {'minute' if MINUTES == 1 else 'minutes'})"
DESCRIPTION = "Starts the {part} of a Beekeeper waiting room."
BUSY = (Busy("ConcurrentModificationException"),)
NEW = (*BUSY, Busy(MISSING))
HAS_TARGETS = Busy("ValidationException", "since it has targets")
CHANGE = Wait("EventBridge to accept a change of the rule", 120)
DELETION = Wait("EventBridge to release the rule's targets", 300, every=2)
NO_RETRY = {"MaximumRetryAttempts": 0, "MaximumEventAgeInSeconds": 60}


class Rule(Resource):
    """The rule of one function with its targets: one for each worker that it starts."""

    kind: ClassVar[str] = "schedule"

    def __init__(
        self,
        key: str,
        part: str,
        names: Names,
        workers: int,
        wanted_tags: Mapping[str, str],
        needs: tuple[str, ...],
    ) -> None:
        """``needs``: a rule comes after everything that its function uses."""
        self.key, self.name, self.needs = key, names.rule(part), needs
        self._room = names.room
        self._arn = names.rule_arn(part)
        self._description = DESCRIPTION.format(part=part)
        self._tags = wanted_tags
        target = {"arn": names.function_arn(part), "retry": NO_RETRY}
        self._targets = {f"worker-{i}": target for i in range(workers)}

    def grants(self) -> Iterable[Grant]:
        actions = (
            "PutRule",
            "DescribeRule",
            "DeleteRule",
            "PutTargets",
            "RemoveTargets",
            "ListTargetsByRule",
            "ListTagsForResource",
            "TagResource",
            "UntagResource",
        )
        yield grant("events", actions, self._arn)

    def desired(self, outputs: Mapping[str, str]) -> Attributes:
        return {
            "description": self._description,
            "schedule": SCHEDULE,
            "enabled": True,
            "targets": self._targets,
            "tags": self._tags,
        }

    def find(self, aws: Aws, outputs: Mapping[str, str]) -> Found | None:
        events = aws.client("events")
        try:
            rule = events.describe_rule(Name=self.name)
            raw_tags = events.list_tags_for_resource(ResourceARN=rule["Arn"])["Tags"]
            targets = self._found_targets(aws)
        except ClientError as error:
            if has_code(error, MISSING):
                return None
            raise
        found_tags = tags.from_list(raw_tags, self._tags)
        attributes = {
            "description": rule.get("Description"),
            "schedule": rule.get("ScheduleExpression"),
            "enabled": rule.get("State") == "ENABLED",
            "targets": targets,
            "tags": found_tags,
        }
        return Found.tagged(rule["Arn"], attributes, self._room)

    def _found_targets(self, aws: Aws) -> dict[str, dict[str, Any]]:
        list_targets = aws.client("events").list_targets_by_rule
        found: dict[str, dict[str, Any]] = {}
        token: dict[str, str] = {}
        while True:
            page = list_targets(Rule=self.name, **token)
            for target in page["Targets"]:
                retry = target.get("RetryPolicy")
                found[target["Id"]] = {"arn": target["Arn"], "retry": retry}
            if not page.get("NextToken"):
                return found
            token = {"NextToken": page["NextToken"]}

    def create(self, aws: Aws, desired: Attributes) -> None:
        self._put_rule(aws, enabled=False, new_tags=desired["tags"])
        self._put_targets(aws, desired["targets"])
        self._put_rule(aws, enabled=True)

    def update(self, aws: Aws, found: Found, changes: Attributes) -> None:
        events = aws.client("events")
        if "targets" in changes:
            wanted = changes["targets"]
            self._put_targets(aws, wanted)
            self._remove_targets(aws, sorted(found.attributes["targets"].keys() - wanted.keys()))
        if changes.keys() & {"description", "schedule", "enabled"}:
            self._put_rule(aws, enabled=True)
        if "tags" in changes:
            arn, wanted = self._arn, tags.as_list(changes["tags"])
            tag, untag = events.tag_resource, events.untag_resource
            retrying(aws, CHANGE, BUSY, lambda: tag(ResourceARN=arn, Tags=wanted))
            if gone := tags.removed(found.attributes["tags"], changes["tags"]):
                retrying(aws, CHANGE, BUSY, lambda: untag(ResourceARN=arn, TagKeys=gone))

    def _put_rule(
        self, aws: Aws, *, enabled: bool, new_tags: Mapping[str, str] | None = None
    ) -> None:
        put = aws.client("events").put_rule
        only_new = {"Tags": tags.as_list(new_tags)} if new_tags else {}
        retrying(
            aws,
            CHANGE,
            BUSY,
            lambda: put(
                Name=self.name,
                ScheduleExpression=SCHEDULE,
                State="ENABLED" if enabled else "DISABLED",
                Description=self._description,
                **only_new,
            ),
        )

    def _put_targets(self, aws: Aws, wanted: Mapping[str, Mapping[str, Any]]) -> None:
        put = aws.client("events").put_targets
        targets = [
            {"Id": target_id, "Arn": target["arn"], "RetryPolicy": target["retry"]}
            for target_id, target in wanted.items()
        ]
        _check(retrying(aws, CHANGE, NEW, lambda: put(Rule=self.name, Targets=targets)))

    def _remove_targets(self, aws: Aws, ids: list[str]) -> None:
        remove = aws.client("events").remove_targets
        if ids:
            _check(retrying(aws, CHANGE, BUSY, lambda: remove(Rule=self.name, Ids=ids)))

    def delete(self, aws: Aws, found: Found) -> None:
        delete = aws.client("events").delete_rule
        with ignoring(MISSING):
            self._remove_targets(aws, sorted(self._found_targets(aws)))
            retrying(aws, DELETION, (*BUSY, HAS_TARGETS), lambda: delete(Name=self.name))


def _check(response: Mapping[str, Any]) -> None:
    if response.get("FailedEntryCount"):
        first = response["FailedEntries"][0]
        raise ProvisionError(
            f"EventBridge refused the target {first.get('TargetId')}: {first.get('ErrorCode')}:"
            f" {first.get('ErrorMessage')}. Run the same command again."
        )
