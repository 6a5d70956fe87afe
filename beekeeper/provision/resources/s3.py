"""What the bucket's steps share: which bucket, and the errors of a bucket that is new or busy."""

from beekeeper.provision.engine.wait import Busy, Wait
from beekeeper.provision.names import Names

MISSING = ("404", "NoSuchBucket", "NoSuchKey", "NotFound")
BUSY = (Busy("OperationAborted"), Busy("NoSuchBucket"))
CHANGE = Wait("S3 to accept a change of the bucket", 300, every=2)


def bucket_of(names: Names) -> dict[str, str]:
    """Return the arguments that say which bucket is meant, and that it has to be ours."""
    return {"Bucket": names.bucket, "ExpectedBucketOwner": names.account}
