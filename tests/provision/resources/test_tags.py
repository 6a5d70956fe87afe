"""Tags of others stay on our resources. Tags that the configuration no longer has are removed."""

from typing import Any

import pytest

import beekeeper
from beekeeper.errors import BeekeeperError
from tests.support.moto_aws.by_hand import BUCKET
from tests.support.moto_aws.cloud import Cloud
from tests.support.moto_aws.drifts_tags import TAGGED, Tagged
from tests.support.moto_aws.wire import refuse
from tests.support.rooms import BASE, config

THEIRS = {"cost-centre": "4711"}


def bucket_tags(cloud: Cloud) -> dict[str, str]:
    found = cloud.client("s3").get_bucket_tagging(Bucket=BUCKET)["TagSet"]
    return {tag["Key"]: tag["Value"] for tag in found}


def tag_bucket(cloud: Cloud, tags: dict[str, str]) -> None:
    wanted = [{"Key": key, "Value": value} for key, value in tags.items()]
    cloud.client("s3").put_bucket_tagging(Bucket=BUCKET, Tagging={"TagSet": wanted})


@pytest.mark.parametrize("tagged", TAGGED, ids=[tagged.name for tagged in TAGGED])
def test_tags_of_others_are_no_drift_and_stay(deployed: Cloud, tagged: Tagged) -> None:
    tagged.add_tag(deployed, "cost-centre", "4711")
    assert deployed.changes() == {}
    calls = deployed.recorded(lambda: deployed.deploy(config(tags={"team": "sales"})))
    assert not [call for call in calls if ":Untag" in call]


def test_tags_of_others_stay_on_the_bucket(deployed: Cloud) -> None:
    tag_bucket(deployed, bucket_tags(deployed) | THEIRS)
    assert deployed.changes() == {}
    deployed.deploy(config(tags={"team": "sales"}))
    assert (
        bucket_tags(deployed).items()
        >= {**THEIRS, "team": "sales", "beekeeper:room": "sale"}.items()
    )


@pytest.mark.usefixtures("deployed_room")
def test_a_tag_that_leaves_the_configuration_is_removed(
    cloud: Cloud, where: dict[str, Any]
) -> None:
    beekeeper.deploy({**BASE, "tags": {"team": "sales"}}, **where)
    assert bucket_tags(cloud)["team"] == "sales"
    tag_bucket(cloud, bucket_tags(cloud) | THEIRS)
    beekeeper.deploy(BASE, **where)
    assert "team" not in bucket_tags(cloud)
    assert bucket_tags(cloud).items() >= THEIRS.items()
    role = cloud.client("iam").list_role_tags(RoleName="beekeeper-sale-producer-eu-central-1")
    assert "team" not in {tag["Key"] for tag in role["Tags"]}
    cloud.wire.clear()
    beekeeper.deploy(BASE, **where)
    assert cloud.wire.mutations == []


@pytest.mark.usefixtures("deployed_room")
def test_a_tag_of_a_deploy_that_was_interrupted_is_removed(
    cloud: Cloud, where: dict[str, Any]
) -> None:
    cloud.wire.add(refuse("lambda:TagResource", "AccessDeniedException", status=403))
    with pytest.raises(BeekeeperError):
        beekeeper.deploy({**BASE, "tags": {"team": "sales"}}, **where)
    cloud.wire.clear()
    assert bucket_tags(cloud)["team"] == "sales"
    beekeeper.deploy(BASE, **where)
    assert "team" not in bucket_tags(cloud)
