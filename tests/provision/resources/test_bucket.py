"""S3: conflicts, buckets and objects that are not visible yet, names of other people."""

import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from beekeeper.errors import NotOursError, ProvisionError
from beekeeper.provision.state import StateFile
from tests.support.moto_aws.by_hand import BUCKET
from tests.support.moto_aws.cloud import Cloud
from tests.support.moto_aws.inventory import inventory
from tests.support.moto_aws.wire import Call, Forward, answer, lose_answer, refuse
from tests.support.rooms import ACCOUNT, ROOM, config

ABORTED = (
    "OperationAborted",
    "A conflicting conditional operation is currently in progress against this resource.",
    409,
)
GONE = ("NoSuchBucket", "The specified bucket does not exist", 404)
CONFIGURATION = ("PutBucketTagging", "PutPublicAccessBlock")


def test_conflicts_are_waited_out(cloud: Cloud) -> None:
    for operation in ("CreateBucket", *CONFIGURATION):
        cloud.wire.add(refuse(f"s3:{operation}", *ABORTED, times=3))
    cloud.deploy()
    assert cloud.changes() == {}
    assert sum(cloud.time.sleeps) == 3 * 3 * 2


def test_a_conflict_that_does_not_end_is_an_error(cloud: Cloud) -> None:
    cloud.wire.add(refuse("s3:PutPublicAccessBlock", *ABORTED))
    with pytest.raises(ProvisionError, match=f"creating bucket {BUCKET}: OperationAborted"):
        cloud.deploy()
    assert 300 <= sum(cloud.time.sleeps) <= 310


def test_a_new_bucket_that_is_not_there_yet(cloud: Cloud) -> None:
    for operation in (*CONFIGURATION, "GetPublicAccessBlock", "PutObject"):
        cloud.wire.add(refuse(f"s3:{operation}", *GONE, times=2))
    cloud.deploy()
    assert cloud.changes() == {}


def test_the_answer_to_the_creation_is_lost(cloud: Cloud) -> None:
    cloud.wire.add(lose_answer("s3:CreateBucket"))
    cloud.deploy()
    assert cloud.changes() == {}


def test_a_bucket_of_another_account_that_we_may_not_even_see(cloud: Cloud) -> None:
    """HeadBucket answers 404 while the name is free, then 403: somebody else was faster."""
    code = "BucketAlreadyExists"
    cloud.wire.add(
        refuse("s3:CreateBucket", code, "The requested bucket name is not available.", 409),
        refuse("s3:HeadBucket", "403", "Forbidden", 403, when=lambda _: _tried(cloud)),
    )
    with pytest.raises(NotOursError, match=BUCKET):
        cloud.deploy()
    state = StateFile(cloud.state_dir, ROOM).read()
    assert state is not None
    assert "bucket" not in {r.key for r in state.resources}


def _tried(cloud: Cloud) -> bool:
    return "s3:CreateBucket" in cloud.wire.names()


def test_a_bucket_that_we_may_not_use_is_not_absent(cloud: Cloud) -> None:
    cloud.wire.add(refuse("s3:HeadBucket", "403", "Forbidden", 403))
    with pytest.raises(NotOursError, match=f"{BUCKET} exists.*s3:ListBucket"):
        cloud.deploy()
    assert cloud.wire.mutations == []


def test_every_call_says_whose_bucket_it_expects(cloud: Cloud) -> None:
    cloud.deploy()
    cloud.destroy()
    calls = [c for c in cloud.wire.calls if c.service == "s3" and c.operation != "CreateBucket"]
    assert {c.arguments.get("ExpectedBucketOwner") for c in calls} == {ACCOUNT}


@pytest.mark.parametrize("region", ["us-east-1", "eu-west-1"])
def test_the_location_is_given_everywhere_but_in_us_east_1(cloud: Cloud, region: str) -> None:
    room = config(region=region)
    cloud.deploy(room)
    (call,) = [c for c in cloud.wire.calls if c.operation == "CreateBucket"]
    given = call.arguments.get("CreateBucketConfiguration")
    assert given == (None if region == "us-east-1" else {"LocationConstraint": region})
    assert cloud.changes(room) == {}
    cloud.destroy(room)
    assert inventory(region) == {}


def test_versions_markers_and_uploads_go_with_the_bucket(deployed: Cloud) -> None:
    s3 = deployed.client("s3")
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    for _ in range(2):
        s3.put_object(Bucket=BUCKET, Key="room", Body=b"x")
    s3.delete_object(Bucket=BUCKET, Key="room")
    s3.create_multipart_upload(Bucket=BUCKET, Key="room")
    deployed.destroy()
    assert inventory() == {}


@pytest.mark.parametrize("what", ["object", "old version", "upload"])
def test_objects_of_others_are_an_obstacle_before_anything_is_removed(
    deployed: Cloud, what: str
) -> None:
    s3 = deployed.client("s3")
    if what == "old version":
        enabled = {"Status": "Enabled"}
        s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration=enabled)
    if what == "upload":
        s3.create_multipart_upload(Bucket=BUCKET, Key="theirs")
    else:
        s3.put_object(Bucket=BUCKET, Key="theirs", Body=b"x")
    if what == "old version":
        s3.delete_object(Bucket=BUCKET, Key="theirs")
    before = inventory()
    deployed.wire.clear()
    with pytest.raises(ProvisionError, match=r"Nothing was removed.*did not put there: theirs"):
        deployed.destroy()
    assert inventory() == before
    assert [c for c in deployed.wire.mutations if c.service != "dynamodb"] == []


def test_the_answer_to_an_abort_is_lost(deployed: Cloud) -> None:
    """botocore repeats the call, and S3 answers that there is no such upload."""
    deployed.client("s3").create_multipart_upload(Bucket=BUCKET, Key="room")
    deployed.wire.add(
        lose_answer("s3:AbortMultipartUpload"),
        refuse("s3:AbortMultipartUpload", "NoSuchUpload", "The upload may have been aborted", 404),
    )
    deployed.destroy()
    assert inventory() == {}


def test_an_empty_bucket_of_a_killed_deploy_is_taken_over(cloud: Cloud) -> None:
    """Made, not tagged yet, and the state file is lost: the name is nobody else's."""
    cloud.make_bucket(BUCKET)
    cloud.wire.clear()
    assert cloud.changes()["bucket"] == "update"
    cloud.deploy()
    assert "s3:CreateBucket" not in cloud.wire.names()
    assert cloud.changes() == {}
    cloud.destroy()
    assert inventory() == {}


@pytest.mark.parametrize("what", ["version", "delete marker", "tag"])
def test_a_bucket_with_anything_in_it_is_not_taken_over(cloud: Cloud, what: str) -> None:
    s3 = cloud.client("s3")
    cloud.make_bucket(BUCKET)
    if what == "tag":
        s3.put_bucket_tagging(Bucket=BUCKET, Tagging={"TagSet": [{"Key": "a", "Value": "b"}]})
    else:
        versioning = {"Status": "Enabled"}
        s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration=versioning)
        s3.put_object(Bucket=BUCKET, Key="theirs", Body=b"x")
    if what == "delete marker":
        version = s3.list_object_versions(Bucket=BUCKET)["Versions"][0]["VersionId"]
        s3.delete_object(Bucket=BUCKET, Key="theirs")
        s3.delete_object(Bucket=BUCKET, Key="theirs", VersionId=version)
    cloud.wire.clear()
    with pytest.raises(NotOursError, match=BUCKET):
        cloud.deploy()
    assert cloud.wire.mutations == []


def test_a_page_that_comes_late(deployed: Cloud) -> None:
    late = [b"one", b"two"]

    def write(call: Call, request: AWSPreparedRequest, forward: Forward) -> AWSResponse | None:
        if str(call) == "s3:DeleteBucket" and late:
            deployed.client("s3").put_object(Bucket=BUCKET, Key="room", Body=late.pop())
        return None

    deployed.wire.add(write)
    deployed.destroy()
    assert not late
    assert inventory() == {}


def test_an_object_of_others_that_comes_late_is_not_deleted(deployed: Cloud) -> None:
    s3 = deployed.client("s3")

    def write(call: Call, request: AWSPreparedRequest, forward: Forward) -> AWSResponse | None:
        if str(call) == "s3:DeleteBucket":
            s3.put_object(Bucket=BUCKET, Key="theirs", Body=b"x")
        return None

    deployed.wire.add(write)
    with pytest.raises(ProvisionError, match="did not put there: theirs"):
        deployed.destroy()
    assert s3.get_object(Bucket=BUCKET, Key="theirs")["Body"].read() == b"x"


def test_objects_that_may_not_be_deleted_are_an_error_at_once(deployed: Cloud) -> None:
    error = "<Error><Key>room</Key><Code>AccessDenied</Code><Message>No.</Message></Error>"

    def deny(call: Call, request: AWSPreparedRequest, forward: Forward) -> AWSResponse | None:
        if str(call) != "s3:DeleteObjects":
            return None
        headers = {"content-type": "application/xml"}
        return answer(request.url, 200, headers, f"<DeleteResult>{error}</DeleteResult>")

    deployed.wire.add(deny)
    with pytest.raises(ProvisionError, match=r"object room.*s3:DeleteObjectVersion"):
        deployed.destroy()
    assert deployed.time.sleeps == []
    assert BUCKET in inventory()["buckets"]


def test_a_bucket_that_goes_while_it_is_deleted(deployed: Cloud) -> None:
    deployed.wire.add(lose_answer("s3:DeleteBucket"))
    deployed.destroy()
    assert inventory() == {}
