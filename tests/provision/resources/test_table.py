"""DynamoDB: slow creates and deletes, changes that are refused meanwhile, expiry not settable."""

from typing import Any

import pytest

from beekeeper.errors import ProvisionError
from beekeeper.provision.engine.events import StepWarning
from tests.support.moto_aws.by_hand import STEM, make_table
from tests.support.moto_aws.cloud import FORMER_TAG, Cloud
from tests.support.moto_aws.inventory import inventory
from tests.support.moto_aws.wire import changed, lose_answer, refuse

COOLDOWN = "Time to live has been modified multiple times within a fixed interval"
TTL_ON = {"Enabled": True, "AttributeName": "theirs"}


def _status(status: str) -> Any:
    def change(body: dict[str, Any]) -> None:
        body["Table"]["TableStatus"] = status

    return change


def test_a_table_that_is_being_created_is_waited_for(cloud: Cloud) -> None:
    cloud.wire.add(changed("dynamodb:DescribeTable", _status("CREATING"), times=3))
    cloud.deploy()
    assert cloud.time.sleeps == [2, 2, 2]
    assert cloud.changes() == {}


def test_a_table_that_never_gets_ready_is_an_error(cloud: Cloud) -> None:
    cloud.wire.add(changed("dynamodb:DescribeTable", _status("CREATING")))
    with pytest.raises(ProvisionError, match=r"creating table beekeeper-sale: waiting for the t"):
        cloud.deploy()
    assert cloud.time.now - 1_000 < 700


def test_a_table_that_is_not_found_just_after_its_creation(cloud: Cloud) -> None:
    missing = "Requested resource not found: Table: beekeeper-sale not found"
    cloud.wire.add(refuse("dynamodb:DescribeTable", "ResourceNotFoundException", missing, times=3))
    cloud.wire.add(refuse("dynamodb:PutItem", "ResourceNotFoundException", missing, times=2))
    cloud.deploy()
    assert inventory()["items"] == [f"{STEM}/keys", f"{STEM}/room"]


@pytest.mark.parametrize("status", [0, 500])
def test_the_answer_to_the_creation_is_lost(cloud: Cloud, status: int) -> None:
    """botocore repeats the call, and gets "Table already exists". Its tag says that it is ours."""
    cloud.wire.add(lose_answer("dynamodb:CreateTable", status=status))
    cloud.deploy()
    assert cloud.changes() == {}
    ttl = cloud.client("dynamodb").describe_time_to_live(TableName=STEM)["TimeToLiveDescription"]
    assert ttl["TimeToLiveStatus"] == "ENABLED"


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("ResourceInUseException", "Attempt to change a resource which is still in use: Table is"),
        ("LimitExceededException", "Table tags are being updated"),
    ],
)
def test_changes_wait_for_the_change_before(deployed: Cloud, code: str, message: str) -> None:
    tag = [{"Key": FORMER_TAG, "Value": "x"}]
    arn = deployed.client("dynamodb").describe_table(TableName=STEM)["Table"]["TableArn"]
    deployed.client("dynamodb").tag_resource(ResourceArn=arn, Tags=tag)
    for operation in ("TagResource", "UntagResource"):
        deployed.wire.add(refuse(f"dynamodb:{operation}", code, message, times=12))
    deployed.deploy()
    assert deployed.changes() == {}


def test_expiry_that_was_changed_just_now_is_left_for_later(cloud: Cloud) -> None:
    cloud.wire.add(refuse("dynamodb:UpdateTimeToLive", "ValidationException", COOLDOWN))
    cloud.deploy()
    (warning,) = [e for e in cloud.events if isinstance(e, StepWarning)]
    assert (warning.key, "TTL" in warning.warning) == ("table", True)
    assert cloud.time.sleeps == []
    assert cloud.changes() == {"table": "update"}

    cloud.wire.clear()
    assert cloud.recorded(cloud.deploy) == ["dynamodb:UpdateTimeToLive"]
    assert cloud.changes() == {}


def test_expiry_that_is_on_already_is_no_error(cloud: Cloud) -> None:
    message = "TimeToLive is already enabled"
    cloud.wire.add(refuse("dynamodb:UpdateTimeToLive", "ValidationException", message))
    cloud.deploy()
    assert not [e for e in cloud.events if isinstance(e, StepWarning)]


def test_expiry_on_its_way_is_no_drift(deployed: Cloud) -> None:
    def enabling(body: dict[str, Any]) -> None:
        body["TimeToLiveDescription"]["TimeToLiveStatus"] = "ENABLING"

    deployed.wire.add(changed("dynamodb:DescribeTimeToLive", enabling))
    assert deployed.changes() == {}


def test_what_aws_fills_in_is_no_drift(deployed: Cloud) -> None:
    def filled(body: dict[str, Any]) -> None:
        body["Table"] |= {
            "WarmThroughput": {"ReadUnitsPerSecond": 12000, "WriteUnitsPerSecond": 4000},
            "ProvisionedThroughput": {"ReadCapacityUnits": 0, "WriteCapacityUnits": 0},
            "DeletionProtectionEnabled": False,
        }
        body["Table"]["AttributeDefinitions"].reverse()

    deployed.wire.add(changed("dynamodb:DescribeTable", filled))
    assert deployed.changes() == {}


def test_a_deletion_waits_until_the_table_is_gone(deployed: Cloud) -> None:
    deployed.wire.add(
        refuse("dynamodb:DeleteTable", "ResourceInUseException", "Table is being updated", times=2),
        lose_answer("dynamodb:DeleteTable"),
    )
    deployed.destroy()
    assert inventory() == {}


def test_a_table_of_ours_with_another_key_is_never_replaced(cloud: Cloud) -> None:
    cloud.deploy()
    whole = inventory()
    dynamodb = cloud.client("dynamodb")
    tags = dynamodb.list_tags_of_resource(
        ResourceArn=dynamodb.describe_table(TableName=STEM)["Table"]["TableArn"]
    )["Tags"]
    dynamodb.delete_table(TableName=STEM)
    make_table(cloud, Tags=tags)

    def other_key(body: dict[str, Any]) -> None:
        body["Table"]["AttributeDefinitions"] = [{"AttributeName": "id", "AttributeType": "N"}]

    cloud.wire.add(changed("dynamodb:DescribeTable", other_key))
    with pytest.raises(ProvisionError, match="would lose the admissions and the keys"):
        cloud.deploy()
    assert inventory() == whole


def test_a_protected_table_is_an_obstacle_before_anything_is_removed(deployed: Cloud) -> None:
    dynamodb = deployed.client("dynamodb")
    dynamodb.update_table(TableName="beekeeper-sale", DeletionProtectionEnabled=True)
    assert deployed.changes() == {}, "others may protect it"
    before = inventory()
    with pytest.raises(ProvisionError, match=r"Nothing was removed.*--no-deletion-protection-en"):
        deployed.destroy()
    assert inventory() == before
    dynamodb.update_table(TableName="beekeeper-sale", DeletionProtectionEnabled=False)
    deployed.destroy()
    assert inventory() == {}
