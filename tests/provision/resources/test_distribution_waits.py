"""The edge takes minutes: what is waited for, goes on after a kill, and is tried again."""

import pytest

from beekeeper.errors import ProvisionError, TimedOutError
from beekeeper.provision.engine.events import StepWaiting
from beekeeper.provision.resources import outputs as o
from tests.support.moto_aws.cloud import Cloud
from tests.support.moto_aws.drifts_edge import distribution
from tests.support.moto_aws.edge_gaps import edge
from tests.support.moto_aws.edge_rooms import EDGED, EdgeRoom
from tests.support.moto_aws.inventory import inventory
from tests.support.moto_aws.wire import after, lose_answer, refuse
from tests.support.rooms import config

UPDATE, DELETE = "cloudfront:UpdateDistribution", "cloudfront:DeleteDistribution"
CREATE = "cloudfront:CreateDistributionWithTags"
CREATES = (
    CREATE,
    "cloudfront:CreateOriginAccessControl",
    "cloudfront:CreateResponseHeadersPolicy",
    "cloudfront:CreateFunction",
    "cloudfront:PublishFunction",
)
ONE = {"distributions": 1, "access controls": 1, "headers policies": 1, "edge functions": 1}


@pytest.fixture
def bare(cloud: Cloud) -> EdgeRoom:
    return EdgeRoom(cloud)


def waits(room: EdgeRoom) -> set[str]:
    return {e.what for e in room.cloud.events if isinstance(e, StepWaiting)}


def counts() -> dict[str, int]:
    return {kind: len(names) for kind, names in inventory().items()}


def change(room: EdgeRoom) -> None:
    """Give the deploy something to do."""
    distribution().config["Comment"] = "changed"


def test_a_deploy_waits_and_says_that_it_takes_minutes(bare: EdgeRoom) -> None:
    bare.deploy()
    assert "CloudFront to deploy the distribution, which takes minutes" in waits(bare)
    assert distribution().pending < 0


def test_an_update_is_deployed_although_the_first_read_shows_the_state_before_it(
    edged: EdgeRoom,
) -> None:
    change(edged)
    edged.deploy()
    assert distribution().former is None
    assert distribution().pending < 0
    assert edged.changes() == {}


def test_a_deploy_that_was_killed_while_it_waited_goes_on_waiting(edged: EdgeRoom) -> None:
    distribution().pending = 5
    assert edged.changes() == {"distribution": "update"}
    assert edged.cloud.recorded(edged.deploy) == []
    assert distribution().pending < 0


def test_a_destroy_disables_and_waits_before_it_deletes(edged: EdgeRoom) -> None:
    calls = edged.cloud.recorded(edged.destroy)
    assert calls == [
        "cloudfront:DeleteDistribution",
        *["cloudfront:DeleteFunction"] * 2,  # in use for a moment longer
        *["cloudfront:DeleteOriginAccessControl"] * 2,
        *["cloudfront:DeleteResponseHeadersPolicy"] * 2,
        "cloudfront:UpdateDistribution",
    ]
    said = "CloudFront to disable the distribution, which takes minutes"
    assert any(said in what for what in waits(edged))
    assert inventory() == {}


def test_a_destroy_that_was_killed_after_it_disabled_goes_on(edged: EdgeRoom) -> None:
    config = distribution().config
    distribution().change({**config, "Enabled": False})
    calls = edged.cloud.recorded(edged.destroy)
    assert UPDATE not in calls
    assert inventory() == {}


def test_an_outdated_answer_after_minutes_of_waiting_does_not_stop_a_destroy(
    edged: EdgeRoom,
) -> None:
    distribution().pending = 20  # five minutes; it is disabled already
    distribution().config["Enabled"] = False
    for code, status in (("DistributionNotDisabled", 409), ("PreconditionFailed", 412)):
        edged.cloud.wire.add(refuse(DELETE, code, status=status, times=2))
    edged.destroy()
    assert inventory() == {}


def test_a_deploy_after_such_a_kill_enables_it_again(edged: EdgeRoom) -> None:
    distribution().change({**distribution().config, "Enabled": False})
    edged.deploy()
    assert distribution().config["Enabled"] is True
    assert edged.changes() == {}


@pytest.mark.parametrize("again", [False, True], ids=["deploy", "and another"])
@pytest.mark.parametrize("call", CREATES)
def test_a_lost_answer_makes_nothing_twice(bare: EdgeRoom, call: str, again: bool) -> None:
    bare.cloud.wire.add(lose_answer(call, times=10 if again else 1))
    try:
        bare.deploy()
    except ProvisionError:
        assert again
    bare.cloud.wire.rules.clear()
    bare.deploy()
    assert counts() == ONE
    assert bare.changes() == {}
    bare.destroy()
    assert inventory() == {}


def test_a_lost_answer_to_an_update_does_not_update_twice(edged: EdgeRoom) -> None:
    """botocore repeats the call, and so do we after a read that shows the former state."""
    change(edged)
    edged.cloud.wire.add(lose_answer(UPDATE))
    edged.deploy()
    assert edged.cloud.wire.names().count(UPDATE) == 3  # both repetitions were refused
    assert distribution().pending < 0
    assert edged.changes() == {}


@pytest.mark.parametrize(
    "call", [UPDATE, DELETE, "cloudfront:DeleteOriginAccessControl", "cloudfront:DeleteFunction"]
)
def test_a_lost_answer_does_not_stop_a_destroy(edged: EdgeRoom, call: str) -> None:
    edged.cloud.wire.add(lose_answer(call))
    edged.destroy()
    assert inventory() == {}


@pytest.mark.parametrize("code", ["PreconditionFailed", "InvalidIfMatchVersion"])
def test_an_outdated_version_is_read_again(edged: EdgeRoom, code: str) -> None:
    change(edged)
    edged.cloud.wire.add(refuse(UPDATE, code, status=412, times=3))
    edged.deploy()
    assert edged.changes() == {}

    change(edged)
    edged.cloud.wire.rules[:] = [refuse(UPDATE, code, status=412)]
    before = edged.cloud.time.now
    with pytest.raises(ProvisionError, match=rf"{code}.*Run the same command again"):
        edged.deploy()
    assert 100 < edged.cloud.time.now - before < 150


def test_a_change_by_somebody_else_in_between_stays(edged: EdgeRoom) -> None:
    def somebody() -> None:
        distribution().change({**distribution().config, "PriceClass": "PriceClass_100"})

    change(edged)
    edged.cloud.wire.add(after("cloudfront:GetDistributionConfig", somebody))
    edged.deploy()
    assert distribution().config["PriceClass"] == "PriceClass_100"
    assert edged.changes() == {}


def test_one_that_was_deleted_by_hand_is_made_again_with_another_reference(
    edged: EdgeRoom,
) -> None:
    reference = distribution().config["CallerReference"]
    edge().distributions.clear()
    before = edged.cloud.time.now
    edged.deploy()
    assert distribution().config["CallerReference"].startswith(f"{reference}-")
    assert edged.cloud.time.now - before < 180
    assert edged.changes() == {}


def test_a_distribution_that_is_not_deployed_in_90_minutes_is_an_error(edged: EdgeRoom) -> None:
    distribution().pending = 1_000
    with pytest.raises(TimedOutError, match=r"deploy the distribution.* longer than 5400 s\."):
        edged.deploy()


def test_what_another_distribution_uses_is_an_error_after_a_while(edged: EdgeRoom) -> None:
    (used,) = edge().access_controls
    edged.cloud.wire.add(after(DELETE, lambda: edge().held.update({used: 1_000})))
    before = edged.cloud.time.now
    with pytest.raises(ProvisionError, match=r"OriginAccessControlInUse.*same command again"):
        edged.destroy()
    assert edged.cloud.time.now - before < 600
    edge().held.clear()
    edged.destroy()
    assert inventory() == {}


NAMED = config(
    edge=True,
    domain_name="queue.example.com",
    certificate_arn="arn:aws:acm:us-east-1:123456789012:certificate/1",
)


@pytest.mark.parametrize(
    ("code", "message", "says"),
    [
        ("CNAMEAlreadyExists", "No", "the name queue.example.com, .* choose another domain_name"),
        ("InvalidViewerCertificate", "No", "certificate/1 must have the status ISSUED, be in us-e"),
        ("InvalidWebACLId", "No", "scope CLOUDFRONT"),
        ("AccessDenied", "Your account must be verified before", "Ask AWS Support to verify"),
    ],
    ids=["alias", "certificate", "acl", "account"],
)
def test_a_refusal_says_what_to_do(bare: EdgeRoom, code: str, message: str, says: str) -> None:
    bare.cloud.wire.add(refuse(CREATE, code, message, 403))
    with pytest.raises(ProvisionError, match=f"CloudFront answers {code}: {message}.*{says}"):
        bare.deploy(NAMED)

    bare.cloud.wire.rules.clear()
    bare.deploy()
    bare.cloud.wire.add(refuse(UPDATE, code, message, 403))
    with pytest.raises(ProvisionError, match=says):
        bare.deploy(NAMED)


def test_on_this_machine_the_api_is_reached_through_the_emulators_port(bare: EdgeRoom) -> None:
    bare.given["api"] = {o.API_ID: "a1", o.ENDPOINT: "http://a1.execute-api.localhost:4566"}
    bare.deploy(EDGED)
    config = distribution().config
    api = config["Origins"]["Items"][1]
    assert (api["DomainName"], api["OriginPath"]) == ("localhost", "/_aws/execute-api/a1/$default")
    assert api["CustomOriginConfig"]["HTTPPort"] == 4566
    assert api["CustomOriginConfig"]["OriginProtocolPolicy"] == "http-only"
    assert config["DefaultCacheBehavior"]["ViewerProtocolPolicy"] == "allow-all"
    assert bare.changes() == {}
