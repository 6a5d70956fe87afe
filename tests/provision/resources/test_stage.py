"""The stage: a throttle that follows the account's quota, and deployments that come later."""

from typing import Any

import pytest

import beekeeper
from beekeeper.contract import items
from beekeeper.errors import ProvisionError, TimedOutError
from beekeeper.provision.engine.events import StepWaiting
from tests.support.moto_aws.by_hand import STEM, api_id
from tests.support.moto_aws.cloud import Cloud
from tests.support.moto_aws.deployments import NO_ROUTES, Deployments
from tests.support.moto_aws.doctors import throttle
from tests.support.moto_aws.wire import Rule, instead, refuse
from tests.support.rooms import BASE, REGION, config

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
    return items.settings_of(item, 0.0).polls_per_second


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


@pytest.mark.usefixtures("deployed_room")
def test_who_may_not_read_a_raised_quota_leaves_it_to_the_room(
    cloud: Cloud, where: dict[str, Any]
) -> None:
    cloud.wire.add(throttle(30_000.0))
    beekeeper.deploy(BASE, **where)
    cloud.wire.clear()
    cloud.wire.add(DENIED, UNKNOWN)
    room = beekeeper.deploy({**BASE, "rate": 700}, **where)
    assert not room.status(drift=True).drift
    assert _throttle(cloud) == (30_000, 15_000)
    assert _polls(cloud) == 15_000


@pytest.mark.parametrize("told", [{}, {"throttleSettings": {"rateLimit": 0.0, "burstLimit": 0}}])
def test_a_throttle_that_is_not_told_is_not_nothing(cloud: Cloud, told: dict[str, Any]) -> None:
    cloud.wire.add(instead("apigateway:GetAccount", lambda _: told))
    cloud.deploy()
    assert _throttle(cloud) == (10_000, 5_000)


def test_quotas_that_aws_does_not_tell_just_now_are_not_guessed(cloud: Cloud) -> None:
    """A guess would change a room that keeps to a lower quota."""
    cloud.wire.add(refuse("apigateway:GetAccount", "InternalFailure", status=500))
    with pytest.raises(ProvisionError, match="reading the account's quotas: InternalFailure"):
        cloud.deploy()
    assert cloud.wire.mutations == []


def _route_was_changed(cloud: Cloud) -> None:
    client, api = cloud.client("apigatewayv2"), api_id(cloud)
    (route,) = [r for r in client.get_routes(ApiId=api)["Items"] if r["RouteKey"] == "ANY /turn"]
    client.update_route(ApiId=api, RouteId=route["RouteId"], Target="integrations/none")
    cloud.wire.clear()


def test_the_first_deployment_is_waited_for(cloud: Cloud) -> None:
    deployments = Deployments()
    cloud.wire.add(*deployments.rules())
    cloud.deploy()
    assert cloud.changes() == {}
    assert "API Gateway to deploy the stage" in {
        e.what for e in cloud.events if isinstance(e, StepWaiting)
    }


def test_the_deployment_of_a_changed_route_is_waited_for(deployed: Cloud) -> None:
    _route_was_changed(deployed)
    deployments = Deployments()
    deployments.made = ["DEPLOYED"]
    deployments.reads = 100
    deployed.wire.add(*deployments.rules())
    deployed.deploy()
    assert len(deployments.made) == 2
    assert deployments.reads >= 5  # it is shown late, and was pending for three reads
    assert deployed.changes() == {}


def test_a_deployment_that_failed_is_an_error_and_the_next_deploy_repairs_it(
    deployed: Cloud,
) -> None:
    _route_was_changed(deployed)
    deployments = Deployments(failing=2)
    deployments.made = ["DEPLOYED"]
    deployments.reads = 100
    deployed.wire.add(*deployments.rules())
    with pytest.raises(ProvisionError) as raised:
        deployed.deploy()
    assert NO_ROUTES in str(raised.value)
    assert "aws apigatewayv2 delete-stage --api-id" in str(raised.value)
    assert deployed.changes() == {"stage": "update"}
    deployed.deploy()
    assert deployed.changes() == {}


def test_a_deployment_that_never_ends_is_an_error(cloud: Cloud) -> None:
    cloud.wire.add(*Deployments(pending_reads=10_000).rules())
    with pytest.raises(TimedOutError, match="API Gateway to deploy the stage"):
        cloud.deploy()
    assert sum(cloud.time.sleeps) < 250
