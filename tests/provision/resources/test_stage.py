"""The stage: a throttle that follows the account's quota."""

import pytest

from beekeeper.contract import items
from beekeeper.errors import ProvisionError
from tests.support.moto_aws.by_hand import STEM, api_id
from tests.support.moto_aws.cloud import Cloud
from tests.support.moto_aws.doctors import throttle
from tests.support.moto_aws.wire import Rule, instead, refuse
from tests.support.rooms import REGION, config

DENIED = refuse("apigateway:GetAccount", "AccessDeniedException", status=403)
UNKNOWN = refuse("service-quotas:GetServiceQuota", "AccessDeniedException", status=403)


def _throttle(cloud: Cloud, region: str = REGION) -> tuple[float, float]:
    api = api_id(cloud) if region == REGION else _api(cloud, region)
    client = cloud.client("apigatewayv2", region)
    settings = client.get_stage(ApiId=api, StageName="$default")["DefaultRouteSettings"]
    return settings["ThrottlingRateLimit"], settings["ThrottlingBurstLimit"]


def _api(cloud: Cloud, region: str) -> str:
    (found,) = cloud.client("apigatewayv2", region).get_apis()["Items"]
    return str(found["ApiId"])


def _polls(cloud: Cloud, region: str = REGION) -> float:
    dynamodb = cloud.client("dynamodb", region)
    item = dynamodb.get_item(TableName=STEM, Key=items.key(items.ROOM))["Item"]
    return items.settings_of(item).polls_per_second


@pytest.mark.parametrize("rate", [100.0, 2_500.0, 10_000.0, 30_000.0])
def test_the_throttle_and_the_polls_follow_the_quota_of_the_account(
    cloud: Cloud, rate: float
) -> None:
    cloud.wire.add(throttle(rate))
    cloud.deploy()
    assert _throttle(cloud) == (rate, rate / 2)
    assert _polls(cloud) == rate / 2
    assert cloud.changes() == {}


@pytest.mark.parametrize(
    ("rules", "region", "expected"),
    [
        ([DENIED, UNKNOWN], "eu-south-1", (2_500, 1_250)),
        ([DENIED, UNKNOWN], REGION, (10_000, 5_000)),
        (
            [
                DENIED,
                instead("service-quotas:GetServiceQuota", lambda _: {"Quota": {"Value": 4_000.0}}),
            ],
            "eu-south-1",
            (4_000, 2_000),
        ),
    ],
    ids=["newer region", "usual region", "raised in a newer region"],
)
def test_a_quota_that_may_not_be_read_is_the_documented_one(
    cloud: Cloud, rules: list[Rule], region: str, expected: tuple[int, int]
) -> None:
    cloud.wire.add(*rules)
    cloud.deploy(config(region=region))
    assert _throttle(cloud, region) == expected
    assert _polls(cloud, region) == expected[0] / 2


def test_quotas_that_aws_does_not_tell_just_now_are_not_guessed(cloud: Cloud) -> None:
    """A guess would change a room that keeps to a lower quota."""
    cloud.wire.add(refuse("apigateway:GetAccount", "InternalFailure", status=500))
    with pytest.raises(ProvisionError, match="reading the account's quotas: InternalFailure"):
        cloud.deploy()
    assert cloud.wire.mutations == []
