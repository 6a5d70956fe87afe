"""The bucket's policy: TLS only, and with an edge one distribution may read the two objects."""

import json
from typing import Any

import pytest

from beekeeper.errors import ProvisionError
from beekeeper.provision.blueprint import steps
from beekeeper.provision.engine.step import UNKNOWN
from beekeeper.provision.resources.bucket_policy import BucketPolicy
from beekeeper.provision.resources.outputs import EDGE_ARN
from tests.support.moto_aws.by_hand import BUCKET
from tests.support.moto_aws.cloud import Bench, Cloud
from tests.support.moto_aws.wire import refuse
from tests.support.rooms import ACCOUNT, NAMES, config

DISTRIBUTION = f"arn:aws:cloudfront::{ACCOUNT}:distribution/E1"
OTHER = f"arn:aws:cloudfront::{ACCOUNT}:distribution/E2"
NEW = ("MalformedPolicy", "Invalid principal in policy")


def at_the_edge(cloud: Cloud, distribution: str = DISTRIBUTION) -> Bench:
    return Bench(cloud, BucketPolicy(NAMES, edge=True), {EDGE_ARN: distribution})


def stored(cloud: Cloud) -> dict[str, Any]:
    raw = cloud.client("s3").get_bucket_policy(Bucket=BUCKET)["Policy"]
    policy: dict[str, Any] = json.loads(raw)
    return {statement["Effect"]: statement for statement in policy["Statement"]}


def test_one_distribution_may_read_the_two_objects_and_nothing_else(deployed: Cloud) -> None:
    bench = at_the_edge(deployed)
    assert bench.create().attributes == bench.step.desired(bench.outputs)
    may = stored(deployed)["Allow"]
    assert may["Principal"] == {"Service": "cloudfront.amazonaws.com"}
    assert may["Action"] == "s3:GetObject"
    objects = [f"arn:aws:s3:::{BUCKET}/{key}" for key in ("robots.txt", "room", "room.*")]
    assert sorted(may["Resource"]) == objects
    assert may["Condition"] == {"StringEquals": {"aws:SourceArn": DISTRIBUTION}}
    assert stored(deployed)["Deny"]["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_another_distribution_is_drift_and_so_is_one_that_is_not_known_yet(deployed: Cloud) -> None:
    made = at_the_edge(deployed).create()
    assert at_the_edge(deployed, OTHER).step.desired({EDGE_ARN: OTHER}) != made.attributes
    assert BucketPolicy(NAMES, edge=True).desired({}) == {"policy": UNKNOWN}
    assert BucketPolicy(NAMES, edge=False).desired({EDGE_ARN: OTHER}) != made.attributes


def test_the_right_of_the_edge_goes_with_the_edge(deployed: Cloud) -> None:
    at_the_edge(deployed).create()
    assert deployed.changes() == {"bucket policy": "update"}
    deployed.deploy()
    assert stored(deployed).keys() == {"Deny"}


def test_an_edge_can_read_the_page_for_as_long_as_the_door_sends_visitors_there() -> None:
    needs = {
        edge: {s.key: s.needs for s in steps(config(edge=edge), NAMES)} for edge in (False, True)
    }
    assert "door" in needs[False]["bucket policy"]
    assert "bucket policy" in needs[True]["door"]


def test_a_principal_that_is_not_known_yet_is_waited_for(deployed: Cloud) -> None:
    deployed.wire.add(refuse("s3:PutBucketPolicy", *NEW, times=3))
    at_the_edge(deployed).create()
    assert deployed.time.sleeps == [2, 2, 2]


def test_a_policy_that_is_wrong_is_an_error_at_once(cloud: Cloud) -> None:
    cloud.wire.add(refuse("s3:PutBucketPolicy", "MalformedPolicy", "Policy has invalid resource"))
    with pytest.raises(ProvisionError, match=f"creating bucket {BUCKET}: Malformed"):
        cloud.deploy()
    assert cloud.time.sleeps == []


@pytest.mark.parametrize("leftover", [False, True], ids=["new", "leftover"])
def test_nothing_is_read_without_tls_from_the_start(cloud: Cloud, *, leftover: bool) -> None:
    """Also while the edge takes minutes, before the policy's own step."""
    if leftover:
        cloud.make_bucket(BUCKET)
    cloud.wire.add(refuse("s3:PutBucketTagging", "AccessDenied", "No.", 403))
    with pytest.raises(ProvisionError, match="s3:PutBucketTagging"):
        cloud.deploy()
    assert stored(cloud).keys() == {"Deny"}


def test_conflicts_and_a_bucket_that_is_not_there_yet_are_waited_out(cloud: Cloud) -> None:
    for code, status in (("OperationAborted", 409), ("NoSuchBucket", 404)):
        cloud.wire.add(refuse("s3:PutBucketPolicy", code, "No.", status, times=2))
    cloud.deploy()
    assert cloud.changes() == {}
    assert cloud.time.sleeps == [2] * 4


def test_a_policy_in_other_words_is_no_drift(deployed: Cloud) -> None:
    s3 = deployed.client("s3")
    policy: dict[str, Any] = json.loads(s3.get_bucket_policy(Bucket=BUCKET)["Policy"])
    (statement,) = policy["Statement"]
    statement["Principal"] = {"AWS": "*"}
    statement["Action"] = ["s3:*"]
    statement["Resource"].reverse()
    statement["Condition"]["Bool"]["aws:SecureTransport"] = False
    policy["Statement"] = statement
    s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps(policy))
    assert deployed.changes() == {}


def test_nobody_is_exempt_from_tls_in_aws(deployed: Cloud) -> None:
    s3 = deployed.client("s3")
    policy = json.loads(s3.get_bucket_policy(Bucket=BUCKET)["Policy"])
    (statement,) = policy["Statement"]
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    statement["Condition"]["NotIpAddress"] = {"aws:SourceIp": "127.0.0.0/8"}
    s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps({**policy, "Statement": [statement]}))
    assert deployed.changes() == {"bucket policy": "update"}


def test_what_an_emulator_needs_in_addition_is_no_drift(
    deployed: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = at_the_edge(deployed)
    meta = bench.aws.client("s3").meta
    monkeypatch.setattr(meta, "_endpoint_url", "http://127.0.0.1:4566", raising=False)
    assert bench.create().attributes == bench.step.desired(bench.outputs)
    condition = stored(deployed)["Deny"]["Condition"]
    assert condition["NotIpAddress"] == {"aws:SourceIp": "127.0.0.0/8"}
    assert condition["Bool"] == {"aws:SecureTransport": "false"}
    assert stored(deployed)["Allow"]["Condition"] == {
        "StringEquals": {"aws:SourceArn": DISTRIBUTION}
    }
