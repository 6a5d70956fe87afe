"""The edge: created, unchanged, gone, deleted twice, owned by somebody else, and not wanted."""

from typing import Any

import pytest

from beekeeper.errors import ConfigError, NotOursError
from beekeeper.provision.blueprint import steps
from beekeeper.provision.deployer import deployer_policies
from beekeeper.provision.engine.events import StepWarning
from beekeeper.provision.names import Names
from beekeeper.provision.resources import outputs as o
from tests.support.moto_aws.cloud import Cloud
from tests.support.moto_aws.drifts_edge import (
    DELETIONS,
    MARK,
    NAME,
    distribution,
    foreign_access_control,
    foreign_distribution,
    foreign_function,
    foreign_policy,
)
from tests.support.moto_aws.edge_gaps import edge
from tests.support.moto_aws.edge_rooms import EDGE, EDGED, SECRET, EdgeRoom
from tests.support.moto_aws.inventory import inventory
from tests.support.rooms import ACCOUNT, NAMES, config

WHOLE = {
    "distributions": [MARK],
    "access controls": [NAME],
    "headers policies": [NAME],
    "edge functions": [NAME],
}
TAGS = {"beekeeper:room": "sale"}


@pytest.fixture
def bare(cloud: Cloud) -> EdgeRoom:
    return EdgeRoom(cloud)


def test_a_deploy_makes_one_of_each_and_a_second_one_changes_nothing(edged: EdgeRoom) -> None:
    assert inventory() == WHOLE
    assert not edged.deploy().has_changes
    assert edged.cloud.wire.mutations == []
    assert edged.cloud.time.sleeps == []


def test_the_distribution_is_what_visitors_need(edged: EdgeRoom) -> None:
    config = distribution().config
    page, api = config["Origins"]["Items"]
    assert page["DomainName"] == f"{NAMES.bucket}.s3.eu-central-1.amazonaws.com"
    assert page["OriginAccessControlId"] in edge().access_controls
    assert api["DomainName"] == "a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com"
    assert api["CustomHeaders"]["Items"] == [
        {"HeaderName": "x-beekeeper-edge", "HeaderValue": SECRET}
    ]
    by_path = {b["PathPattern"]: b for b in config["CacheBehaviors"]["Items"]}
    assert list(by_path) == ["/join", "/turn", "/enter", "/check", "/pace", "/news"]
    assert "OriginRequestPolicyId" not in by_path["/news"]  # its cache key is the path alone
    assert all(b["ViewerProtocolPolicy"] == "https-only" for b in by_path.values())
    assert config["DefaultCacheBehavior"]["ViewerProtocolPolicy"] == "redirect-to-https"
    uncached = {
        e["ErrorCode"]: e["ErrorCachingMinTTL"] for e in config["CustomErrorResponses"]["Items"]
    }
    assert uncached.keys() >= {403, 404, 502, 503}
    assert set(uncached.values()) == {0}


def test_others_get_its_addresses(edged: EdgeRoom) -> None:
    engine = edged.engine()
    engine.read()
    found, outputs = distribution(), engine.outputs
    assert outputs[o.EDGE_LINK] == f"https://{found.host}/"
    assert (outputs[o.EDGE_ID], outputs[o.EDGE_ARN]) == (found.id, found.arn)
    assert outputs[o.EDGE_HOST] == found.host


def test_a_domain_has_its_certificate_and_an_acl_stays(bare: EdgeRoom) -> None:
    arn = f"arn:aws:acm:us-east-1:{ACCOUNT}:certificate/1"
    acl = f"arn:aws:wafv2:us-east-1:{ACCOUNT}:global/webacl/a/{'1' * 8}-1111-1111-1111-{'1' * 12}"
    named = {"edge": True, "domain_name": "queue.example.com", "certificate_arn": arn}
    bare.deploy(config(**named, web_acl_arn=acl))
    found = distribution().config
    assert found["Aliases"]["Items"] == ["queue.example.com"]
    assert found["ViewerCertificate"]["ACMCertificateArn"] == arn
    assert found["ViewerCertificate"]["MinimumProtocolVersion"] == "TLSv1.2_2021"
    assert bare.changes(config(**named, web_acl_arn=acl)) == {}

    assert bare.changes(config(**named)) == {}  # Firewall Manager can have put an ACL there
    bare.deploy()
    found = distribution().config
    assert (found["Aliases"], found["WebACLId"]) == ({"Quantity": 0}, acl)
    assert found["ViewerCertificate"]["CloudFrontDefaultCertificate"] is True


@pytest.mark.parametrize("key", DELETIONS)
def test_what_disappears_is_made_again(edged: EdgeRoom, key: str) -> None:
    delete, along = DELETIONS[key]
    delete(edged.cloud)
    named_by = {"distribution"} - {key}

    changes = edged.changes()

    assert {k for k, action in changes.items() if action == "create"} == {key, *along}
    assert {k for k, action in changes.items() if action == "update"} == named_by
    edged.deploy()
    assert inventory() == WHOLE
    assert edged.changes() == {}


@pytest.mark.parametrize("key", DELETIONS)
def test_what_is_gone_is_no_obstacle_to_a_destroy(edged: EdgeRoom, key: str) -> None:
    delete, along = DELETIONS[key]
    delete(edged.cloud)
    assert set(edged.destroy()) == set(EDGE) - {key, *along}
    assert inventory() == {}


@pytest.mark.parametrize("key", DELETIONS)
def test_deleting_twice_is_no_error(edged: EdgeRoom, key: str) -> None:
    engine = edged.engine()
    engine.read()
    step, found, aws = engine._steps[key], engine.found[key], edged.cloud.aws()
    assert found is not None
    if key != "distribution":
        DELETIONS["distribution"][0](edged.cloud)
    step.delete(aws, found)
    step.delete(aws, found)
    assert step.find(aws, engine.outputs) is None


def test_a_destroy_needs_no_state(edged: EdgeRoom) -> None:
    edged.forget()
    edged.destroy()
    assert inventory() == {}


@pytest.mark.parametrize("make", [foreign_access_control, foreign_policy, foreign_function])
def test_what_is_somebody_elses_is_not_touched(bare: EdgeRoom, make: Any) -> None:
    make(bare.cloud)
    before = inventory()
    bare.cloud.wire.clear()
    with pytest.raises(NotOursError, match=f"{NAME} exists already and belongs to somebody else"):
        bare.deploy()
    assert bare.destroy() == []
    assert bare.cloud.wire.mutations == []
    assert inventory() == before
    left = [e.warning for e in bare.cloud.events if isinstance(e, StepWarning)]
    assert any(f"{NAME} was left alone" in text for text in left)


@pytest.mark.parametrize("tags", [{}, {"beekeeper:room": "another"}])
def test_somebodys_distribution_with_our_comment_and_bucket_stays_as_it_is(
    bare: EdgeRoom, tags: dict[str, str]
) -> None:
    theirs = foreign_distribution(bare.cloud, MARK, **tags)
    before = (theirs.etag, dict(theirs.tags))
    bare.deploy()
    assert len(edge().distributions) == 2
    assert bare.changes() == {}
    bare.forget()
    bare.destroy()
    assert distribution() is theirs
    assert (theirs.etag, theirs.tags) == before


def test_ours_is_found_without_its_comment_and_without_the_state(edged: EdgeRoom) -> None:
    distribution().config["Comment"] = "changed"
    edged.forget()
    assert edged.changes() == {"distribution": "update"}
    edged.deploy()
    assert inventory() == WHOLE


def test_a_destroy_takes_every_distribution_of_the_room(edged: EdgeRoom) -> None:
    """A deploy that did not see the first one can have made a second one."""
    foreign_distribution(edged.cloud, MARK, **TAGS)
    assert edged.changes() == {}
    edged.destroy()
    assert edge().distributions == {}


def test_an_edge_that_is_not_wanted_any_more_goes(edged: EdgeRoom) -> None:
    plain = config()
    gone = {key: "delete" for key in EDGE if key != "cached page"}  # which goes with its container
    assert edged.changes(plain) == gone
    edged.deploy(plain)
    assert inventory() == {}
    assert edged.changes(plain) == {}
    assert edged.cloud.recorded(lambda: edged.deploy(plain)) == []


def test_what_others_have_is_no_edge_of_a_room_without_one(bare: EdgeRoom) -> None:
    foreign_access_control(bare.cloud)
    foreign_distribution(bare.cloud)
    foreign_function(bare.cloud)
    before = inventory()
    bare.deploy(config())
    assert inventory() == before


def test_govcloud_has_no_edge() -> None:
    names = Names("sale", ACCOUNT, "us-gov-west-1", "aws-us-gov")
    assert not {step.key for step in steps(config(), names)} & set(EDGE)
    with pytest.raises(ConfigError, match="CloudFront does not exist in us-gov-west-1"):
        steps(EDGED, names)


def test_no_room_in_china_has_an_edge_so_none_is_looked_for() -> None:
    names = Names("sale", ACCOUNT, "cn-north-1", "aws-cn")
    assert not {step.key for step in steps(config(), names)} & set(EDGE)
    assert "cloudfront" not in str(deployer_policies(names))
