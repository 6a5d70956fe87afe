"""API Gateway: creates that double after a lost answer, writes that collide, throttling."""

from typing import Any

import pytest

from beekeeper.errors import ProvisionError
from beekeeper.provision.state import StateFile
from tests.support.moto_aws.by_hand import STEM, api_id
from tests.support.moto_aws.cloud import FORMER_TAG, Cloud
from tests.support.moto_aws.inventory import backend, inventory
from tests.support.moto_aws.wire import lose_answer, refuse
from tests.support.rooms import with_domain

CONFLICT = (
    "ConflictException",
    "Unable to complete operation due to concurrent modification. Please try again later.",
    409,
)
THROTTLED = ("TooManyRequestsException", "Too Many Requests", 429)
CREATES = ("CreateApi", "CreateIntegration", "CreateRoute", "CreateStage")


@pytest.mark.parametrize("status", [0, 500, 503])
@pytest.mark.parametrize("operation", CREATES)
def test_an_answer_that_is_lost_makes_nothing_twice(
    cloud: Cloud, operation: str, status: int
) -> None:
    cloud.wire.add(lose_answer(f"apigatewayv2:{operation}", times=3, status=status))
    cloud.deploy()
    made = inventory()
    assert made["apis"] == [STEM]
    assert len(made["integrations"]) == 3
    assert len(made["routes"]) == 8
    assert made["stages"] == ["$default"]
    assert cloud.changes() == {}


def test_a_create_that_never_came_through_is_repeated(cloud: Cloud) -> None:
    cloud.wire.add(refuse("apigatewayv2:CreateApi", "InternalFailure", "", 500, times=4))
    cloud.deploy()
    assert inventory()["apis"] == [STEM]


def test_a_create_that_never_comes_through_is_an_error(cloud: Cloud) -> None:
    cloud.wire.add(refuse("apigatewayv2:CreateApi", "InternalFailure", "", 500))
    with pytest.raises(ProvisionError, match="creating HTTP API beekeeper-sale: InternalFailure"):
        cloud.deploy()
    assert 180 <= sum(cloud.time.sleeps) <= 190


def test_a_create_that_is_refused_is_not_repeated(cloud: Cloud) -> None:
    cloud.wire.add(refuse("apigatewayv2:CreateApi", "BadRequestException", "Invalid name"))
    with pytest.raises(ProvisionError, match="Invalid name"):
        cloud.deploy()
    assert cloud.wire.names().count("apigatewayv2:CreateApi") == 1


def test_every_second_write_collides(cloud: Cloud) -> None:
    writes = refuse("apigatewayv2:*", *CONFLICT, every=2, when=lambda call: call.mutates)
    cloud.wire.add(writes)
    cloud.deploy()
    made = inventory()
    assert (len(made["apis"]), len(made["integrations"]), len(made["routes"])) == (1, 3, 8)

    api = cloud.client("apigatewayv2")
    cloud.wire.clear()
    arn = f"arn:aws:apigateway:eu-central-1::/apis/{api_id(cloud)}"
    api.tag_resource(ResourceArn=arn, Tags={FORMER_TAG: "x"})
    api.update_api(ApiId=api_id(cloud), Name="theirs")
    api.update_stage(ApiId=api_id(cloud), StageName="$default", AutoDeploy=False)
    cloud.wire.add(writes)
    cloud.deploy()
    assert cloud.changes() == {}
    cloud.destroy()
    assert inventory() == {}


@pytest.mark.parametrize("operation", [*CREATES, "DeleteApi"])
def test_a_throttle_of_thirty_five_seconds_is_waited_out(cloud: Cloud, operation: str) -> None:
    over = [float("inf")]

    def throttled(_: Any) -> bool:
        over[0] = min(over[0], cloud.time.now + 35)
        return cloud.time.now < over[0]

    cloud.wire.add(refuse(f"apigatewayv2:{operation}", *THROTTLED, when=throttled))
    cloud.deploy()
    assert cloud.changes() == {}
    cloud.destroy()
    assert inventory() == {}


def another_api(cloud: Cloud) -> str:
    made = cloud.client("apigatewayv2").create_api(
        Name="x", ProtocolType="HTTP", Tags={"beekeeper:room": "sale"}
    )
    other: str = made["ApiId"]
    return other


def test_of_two_apis_of_our_tag_the_one_in_the_state_is_ours(deployed: Cloud) -> None:
    another_api(deployed)
    deployed.deploy()
    assert deployed.changes() == {}
    deployed.destroy()
    assert inventory() == {}


def test_two_apis_that_no_state_knows_are_an_error_with_the_command(deployed: Cloud) -> None:
    first, second = api_id(deployed), another_api(deployed)
    StateFile(deployed.state_dir, "sale").remove()
    with pytest.raises(ProvisionError, match="aws apigatewayv2 delete-api --api-id") as raised:
        deployed.deploy()
    assert first in str(raised.value)
    assert second in str(raised.value)
    deployed.destroy()
    assert inventory() == {}


def test_somebody_elses_api_of_our_name_is_left_alone(cloud: Cloud) -> None:
    """Names of APIs are not unique, so ours is created next to it."""
    api = cloud.client("apigatewayv2")
    theirs = api.create_api(Name=STEM, ProtocolType="HTTP")["ApiId"]
    cloud.deploy()
    assert inventory()["apis"] == [STEM, STEM]
    assert cloud.changes() == {}
    cloud.destroy()
    assert api_id(cloud) == theirs
    assert api.get_api(ApiId=theirs)["Tags"] == {}
    assert not backend("apigatewayv2", "eu-central-1").apis[theirs].routes


def test_an_api_that_lost_its_tag_keeps_its_address(deployed: Cloud) -> None:
    """The id in the state file identifies it, because the campaign link must not change."""
    before = api_id(deployed)
    arn = f"arn:aws:apigateway:eu-central-1::/apis/{before}"
    keys = ["beekeeper:room", "beekeeper:version"]
    deployed.client("apigatewayv2").untag_resource(ResourceArn=arn, TagKeys=keys)
    deployed.deploy()
    assert api_id(deployed) == before
    deployed.client("apigatewayv2").untag_resource(ResourceArn=arn, TagKeys=keys)
    deployed.destroy()
    assert inventory() == {}


def test_an_api_of_ours_with_another_protocol_is_replaced_with_all_that_is_in_it(
    deployed: Cloud,
) -> None:
    whole = inventory()
    before = api_id(deployed)
    backend("apigatewayv2", "eu-central-1").apis[before].protocol_type = "WEBSOCKET"
    changes = deployed.changes()
    assert changes == {
        "api": "replace",
        "routes": "create",
        "stage": "create",
        "permission producer": "update",
        "permission room": "update",
        "permission turnstile": "update",
        "alarm visitor-errors": "update",
        "dashboard": "update",
    }
    deployed.deploy()
    assert api_id(deployed) != before
    assert inventory() == whole
    assert deployed.changes() == {}


def test_a_route_that_would_come_before_ours_is_removed(deployed: Cloud) -> None:
    """One with a method does. An earlier version made it."""
    api, which = deployed.client("apigatewayv2"), {"ApiId": api_id(deployed)}
    target = api.get_routes(**which)["Items"][0]["Target"]
    api.create_route(**which, RouteKey="GET /turn", Target=target)
    assert deployed.changes() == {"routes": "update"}
    deployed.deploy()
    keys = [route["RouteKey"] for route in api.get_routes(**which)["Items"]]
    assert "GET /turn" not in keys
    assert "ANY /turn" in keys
    assert deployed.changes() == {}


def test_with_a_custom_domain_the_apis_own_address_may_be_closed(deployed: Cloud) -> None:
    """Some close it by rule; without the domain it is the campaign link, and must be open."""
    room = with_domain()
    deployed.deploy(room)
    api = deployed.client("apigatewayv2")
    api.update_api(ApiId=api_id(deployed), DisableExecuteApiEndpoint=True)
    assert deployed.changes(room) == {}
    assert deployed.changes()["api"] == "update"
    deployed.deploy()
    assert not api.get_api(ApiId=api_id(deployed))["DisableExecuteApiEndpoint"]


def test_a_new_api_leaves_no_permission_to_the_old_one(deployed: Cloud) -> None:
    before = api_id(deployed)
    deployed.client("apigatewayv2").delete_api(ApiId=before)
    deployed.deploy()
    for part in ("producer", "room", "turnstile"):
        policy = deployed.client("lambda").get_policy(FunctionName=f"{STEM}-{part}")["Policy"]
        assert before not in policy
        assert api_id(deployed) in policy
