"""The DynamoDB table: on demand, encrypted, with expiry (TTL).

Quirks:

- A table is CREATING for some seconds. During that time, changes and deletions are refused with
  ResourceInUseException. The same code also means "exists already".
- TTL can be set only when the table is ACTIVE. Setting it is not idempotent, and a second change
  within an hour is refused.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from botocore.exceptions import ClientError

from beekeeper.contract.items import EXPIRES_AT, ID
from beekeeper.provision import tags
from beekeeper.provision.aws import Aws
from beekeeper.provision.engine.step import Attributes, Found, Resource, new_only
from beekeeper.provision.engine.wait import Busy, Wait, has_code, ignoring, retrying, until
from beekeeper.provision.grant import Grant, grant
from beekeeper.provision.names import Names

MISSING = "ResourceNotFoundException"
IN_USE = Busy("ResourceInUseException")
# "...can be created, updated, or deleted simultaneously", "Table tags are being updated".
BUSY = (
    IN_USE,
    Busy("LimitExceededException", "simultaneously"),
    Busy("LimitExceededException", "tags"),
)
READY = Wait("the table to become active", 300, every=2)
GONE = Wait("the table to be deleted", 300, every=2)
CHANGE = Wait("the table to accept a change", 120, every=2)
TTL_COOLDOWN = "multiple times within a fixed interval"
TTL_DONE = ("already enabled", "already disabled", TTL_COOLDOWN)


class Table(Resource):
    """The room's table."""

    key, kind = "table", "table"
    fixed = frozenset({"key"})
    irreplaceable = "the admissions and the keys in it"

    def __init__(self, names: Names, wanted_tags: Mapping[str, str]) -> None:
        self.name = names.stem
        self._room = names.room
        self._arn = names.table_arn
        self._tags = wanted_tags

    def grants(self) -> Iterable[Grant]:
        actions = (
            "CreateTable",
            "DescribeTable",
            "UpdateTable",
            "DeleteTable",
            "DescribeTimeToLive",
            "UpdateTimeToLive",
            "ListTagsOfResource",
            "TagResource",
            "UntagResource",
        )
        yield grant("dynamodb", actions, self._arn)

    def desired(self, outputs: Mapping[str, str]) -> Attributes:
        return {
            "key": {ID: "S"},
            "billing": "PAY_PER_REQUEST",
            "ttl": EXPIRES_AT,
            "tags": self._tags,
        }

    def find(self, aws: Aws, outputs: Mapping[str, str]) -> Found | None:
        dynamodb = aws.client("dynamodb")
        try:
            table = self._settled(aws)
            if table is None:
                return None
            ttl = dynamodb.describe_time_to_live(TableName=self.name)["TimeToLiveDescription"]
            pages = dynamodb.get_paginator("list_tags_of_resource")
            raw_tags = [
                tag
                for page in pages.paginate(ResourceArn=table["TableArn"])
                for tag in page["Tags"]
            ]
        except ClientError as error:
            if has_code(error, MISSING):
                return None
            raise
        found_tags = tags.from_list(raw_tags, self._tags)
        attributes = {**_normalised(table), "ttl": _ttl(ttl), "tags": found_tags}
        return Found.tagged(table["TableArn"], attributes, self._room)

    def _settled(self, aws: Aws) -> dict[str, Any] | None:
        """Return the table when it is not being created or deleted. None if it is gone."""

        def probe() -> dict[str, Any] | None:
            table: dict[str, Any] = aws.client("dynamodb").describe_table(TableName=self.name)[
                "Table"
            ]
            return (
                table
                if table["TableStatus"] in ("ACTIVE", "INACCESSIBLE_ENCRYPTION_CREDENTIALS")
                else None
            )

        with ignoring(MISSING):
            return until(aws, READY, probe)
        return None

    def create(self, aws: Aws, desired: Attributes) -> None:
        dynamodb = aws.client("dynamodb")
        wanted = {
            "TableName": self.name,
            "KeySchema": [{"AttributeName": ID, "KeyType": "HASH"}],
            "AttributeDefinitions": [{"AttributeName": ID, "AttributeType": "S"}],
            "BillingMode": desired["billing"],
            "Tags": tags.as_list(desired["tags"]),
        }
        with new_only(IN_USE.code):
            retrying(aws, CHANGE, BUSY[1:], lambda: dynamodb.create_table(**wanted))
        until(aws, READY, lambda: self._settled(aws))
        self._set_ttl(aws, EXPIRES_AT, enabled=True)

    def update(self, aws: Aws, found: Found, changes: Attributes) -> None:
        dynamodb = aws.client("dynamodb")
        if "billing" in changes:
            self._retry(
                aws,
                lambda: dynamodb.update_table(TableName=self.name, BillingMode="PAY_PER_REQUEST"),
            )
            self._settled(aws)
        if "ttl" in changes:
            if other := found.attributes["ttl"]:
                self._set_ttl(aws, other, enabled=False)
            self._set_ttl(aws, EXPIRES_AT, enabled=True)
        if "tags" in changes:
            wanted = tags.as_list(changes["tags"])
            self._retry(aws, lambda: dynamodb.tag_resource(ResourceArn=found.id, Tags=wanted))
            if gone := tags.removed(found.attributes["tags"], changes["tags"]):
                self._retry(
                    aws, lambda: dynamodb.untag_resource(ResourceArn=found.id, TagKeys=gone)
                )

    def _set_ttl(self, aws: Aws, attribute: str, *, enabled: bool) -> None:
        specification = {"Enabled": enabled, "AttributeName": attribute}
        try:
            self._retry(
                aws,
                lambda: aws.client("dynamodb").update_time_to_live(
                    TableName=self.name, TimeToLiveSpecification=specification
                ),
            )
        except ClientError as error:
            # TTL only cleans up: the code compares expires_at itself. So we don't wait for it.
            message = error.response["Error"]["Message"]
            if not any(done in message for done in TTL_DONE):
                raise
            if TTL_COOLDOWN in message:
                aws.warn(
                    "AWS refuses a second change of the table's TTL within an hour. Deploy again"
                    " in an hour."
                )

    def obstacle(self, aws: Aws, found: Found) -> str:
        if not found.attributes["deletion_protection"]:
            return ""
        return (
            f"Somebody has protected the table {self.name} from deletion. If you want to delete it,"
            f" run: aws dynamodb update-table --table-name {self.name} --region {aws.region}"
            " --no-deletion-protection-enabled. Then run destroy again."
        )

    def delete(self, aws: Aws, found: Found) -> None:
        with ignoring(MISSING):
            self._retry(aws, lambda: aws.client("dynamodb").delete_table(TableName=self.name))
        until(aws, GONE, lambda: self._is_gone(aws))

    def _is_gone(self, aws: Aws) -> bool | None:
        with ignoring(MISSING):
            aws.client("dynamodb").describe_table(TableName=self.name)
            return None
        return True

    def _retry(self, aws: Aws, call: Any) -> None:
        retrying(aws, CHANGE, BUSY, call)


def _normalised(table: Mapping[str, Any]) -> dict[str, Any]:
    types = {d["AttributeName"]: d["AttributeType"] for d in table["AttributeDefinitions"]}
    keys = [k["AttributeName"] for k in table["KeySchema"]]
    billing = table.get("BillingModeSummary", {}).get("BillingMode", "PROVISIONED")
    return {
        "key": {name: types[name] for name in keys},
        "billing": billing,
        "deletion_protection": table.get("DeletionProtectionEnabled", False),
    }


def _ttl(description: Mapping[str, Any]) -> str | None:
    enabled = description.get("TimeToLiveStatus") in ("ENABLED", "ENABLING")
    return description.get("AttributeName") if enabled else None
