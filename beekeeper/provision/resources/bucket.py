"""The private S3 bucket of the waiting page: no public access, encrypted.

Quirks:

- In us-east-1, creating a bucket that you own already answers 200, and resets its ACL. So we search
  for it first.
- All regions except us-east-1 require a location constraint.
- Configuration calls to one bucket conflict with each other (OperationAborted, 409). So we make
  them one after another.
- A new bucket can be invisible for a while.
- A destroy deletes only what we write: robots.txt, and the page in whatever language, also in one
  that the configuration does not name. Whoever put another object into the bucket may need it.
- Separate calls set the policy and the tags. If a deploy is killed before the last of them, it
  leaves an empty bucket without tags.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from botocore.exceptions import ClientError

from beekeeper.contract.page import ROBOTS_KEY, is_page_key
from beekeeper.errors import NotOursError, ProvisionError
from beekeeper.provision import tags
from beekeeper.provision.aws import Aws
from beekeeper.provision.denials import refused
from beekeeper.provision.engine.step import AlreadyThere, Attributes, Found, Owner, Resource
from beekeeper.provision.engine.wait import Busy, has_code, ignoring, retrying
from beekeeper.provision.grant import Grant, grant
from beekeeper.provision.names import Names
from beekeeper.provision.policies import document
from beekeeper.provision.resources.s3 import (
    BUSY,
    CHANGE,
    MISSING,
    bucket_of,
    is_our_page,
    put_policy,
    tls_only,
)

NOT_SET = ("NoSuchTagSet", "NoSuchPublicAccessBlockConfiguration")
# The page was under the last of these keys in an earlier version.
OURS = (ROBOTS_KEY, "room.html")
SHOWN = 3
DELETED_AT_ONCE = 1_000
BLOCKED = {
    "BlockPublicAcls": True,
    "IgnorePublicAcls": True,
    "BlockPublicPolicy": True,
    "RestrictPublicBuckets": True,
}


class Bucket(Resource):
    """The bucket, without its objects."""

    key, kind = "bucket", "bucket"

    def __init__(self, names: Names, wanted_tags: Mapping[str, str]) -> None:
        self.name = names.bucket
        self._room = names.room
        self._arn = names.bucket_arn
        self._mine = bucket_of(names)
        self._tags = wanted_tags

    def grants(self) -> Iterable[Grant]:
        actions = (
            "CreateBucket",
            "DeleteBucket",
            "ListBucket",
            "ListBucketVersions",
            "ListBucketMultipartUploads",
            "GetBucketPublicAccessBlock",
            "PutBucketPublicAccessBlock",
            "GetBucketTagging",
            "PutBucketTagging",
        )
        yield grant("s3", actions, self._arn)
        # On all objects, because destroy empties the bucket.
        emptying = ("DeleteObject", "DeleteObjectVersion", "AbortMultipartUpload")
        yield grant("s3", emptying, f"{self._arn}/*")

    def desired(self, outputs: Mapping[str, str]) -> Attributes:
        return {"tags": self._tags, "public_access_block": BLOCKED}

    def find(self, aws: Aws, outputs: Mapping[str, str]) -> Found | None:
        s3 = aws.client("s3")
        try:
            s3.head_bucket(**self._mine)
        except ClientError as error:
            if has_code(error, *MISSING):
                return None
            if has_code(error, "403", "301", "AccessDenied", "PermanentRedirect"):
                raise NotOursError(
                    f"The bucket {self.name} exists, but these credentials can't use it. If it is"
                    " yours, grant s3:ListBucket to the credentials in use, and check that the"
                    " bucket is in this region. If it belongs to somebody else, choose another room"
                    " name."
                ) from error
            raise
        try:
            block = _or_none(lambda: s3.get_public_access_block(**self._mine))
            raw_tags = _or_none(lambda: s3.get_bucket_tagging(**self._mine))
            leftover = raw_tags is None and self._is_empty(aws)
        except ClientError as error:
            if has_code(error, *MISSING):  # HeadBucket can be ahead of the other calls, or behind
                return None
            raise
        found_tags = tags.from_list(raw_tags["TagSet"] if raw_tags else (), self._tags)
        attributes = {
            "tags": found_tags,
            "public_access_block": block["PublicAccessBlockConfiguration"] if block else None,
        }
        untagged = Owner.LEFTOVER if leftover else Owner.UNTAGGED
        return Found.tagged(self._arn, attributes, self._room, untagged=untagged)

    def _is_empty(self, aws: Aws) -> bool:
        """Return whether the bucket is empty.

        If a bucket is empty, untagged, in our account, and has our account, region and room in its
        name, a killed deploy has left it behind. Nobody loses anything if we use it.
        """
        page = aws.client("s3").list_object_versions(**self._mine, MaxKeys=1)
        return not page.get("Versions") and not page.get("DeleteMarkers")

    def create(self, aws: Aws, desired: Attributes) -> None:
        region = aws.region
        place = {} if region == "us-east-1" else {"LocationConstraint": region}
        configuration = {"CreateBucketConfiguration": place} if place else {}
        s3 = aws.client("s3")
        try:
            retrying(
                aws,
                CHANGE,
                (Busy("OperationAborted"),),
                lambda: s3.create_bucket(Bucket=self.name, **configuration),
            )
        except ClientError as error:
            if has_code(error, "BucketAlreadyOwnedByYou"):
                # It did not exist when we checked. So this call created it, and its first answer
                # was lost.
                pass
            elif has_code(error, "BucketAlreadyExists"):
                raise AlreadyThere from error
            else:
                raise
        self._deny_without_tls(aws)
        self._configure(aws, desired)

    def update(self, aws: Aws, found: Found, changes: Attributes) -> None:
        if found.owner is Owner.LEFTOVER:
            self._deny_without_tls(aws)
        self._configure(aws, changes)

    def _deny_without_tls(self, aws: Aws) -> None:
        """Begin the policy. Its own step comes later: with an edge, that is minutes."""
        put_policy(aws, self._mine, document(tls_only(self._arn)))

    def _configure(self, aws: Aws, wanted: Attributes) -> None:
        s3 = aws.client("s3")
        calls: dict[str, Callable[[], Any]] = {
            "tags": lambda: self._put_tags(aws, wanted["tags"]),
            "public_access_block": lambda: s3.put_public_access_block(
                **self._mine, PublicAccessBlockConfiguration=BLOCKED
            ),
        }
        for name, call in calls.items():
            if name in wanted:
                retrying(aws, CHANGE, BUSY, call)

    def _put_tags(self, aws: Aws, wanted: Mapping[str, str]) -> None:
        """Set our tags. The call replaces all tags, so it must have those of others, too."""
        s3 = aws.client("s3")
        found = _or_none(lambda: s3.get_bucket_tagging(**self._mine))
        all_tags = {t["Key"]: t["Value"] for t in found["TagSet"]} if found else {}
        kept = {**tags.of_others(all_tags, self._tags), **wanted}
        s3.put_bucket_tagging(**self._mine, Tagging={"TagSet": tags.as_list(kept)})

    def obstacle(self, aws: Aws, found: Found) -> str:
        keys = sorted(self._keys_of_others(aws))
        if not keys:
            return ""
        shown = ", ".join(keys[:SHOWN]) + (", …" if len(keys) > SHOWN else "")
        return (
            f"The bucket {self.name} has objects that Beekeeper did not put there: {shown}. Move or"
            " delete them, with all their versions and unfinished uploads. Then run destroy again."
        )

    def _keys_of_others(self, aws: Aws) -> Iterator[str]:
        """Yield the keys of objects, old versions and uploads that are not ours."""
        keys = {each["Key"] for each in (*self._versions(aws), *self._uploads(aws))}
        yield from (key for key in keys - {*OURS} if not is_our_page(aws, self._mine, key))

    def _versions(self, aws: Aws) -> Iterator[dict[str, Any]]:
        pages = aws.client("s3").get_paginator("list_object_versions")
        for page in pages.paginate(**self._mine):
            yield from (*page.get("Versions", []), *page.get("DeleteMarkers", []))

    def _uploads(self, aws: Aws) -> Iterator[dict[str, Any]]:
        pages = aws.client("s3").get_paginator("list_multipart_uploads").paginate(**self._mine)
        yield from (upload for page in pages for upload in page.get("Uploads", []))

    def delete(self, aws: Aws, found: Found) -> None:
        not_empty = Busy("BucketNotEmpty")
        busy = (Busy("OperationAborted"), not_empty)
        with ignoring(*MISSING):
            retrying(aws, CHANGE, busy, lambda: self._empty_and_delete(aws, found))

    def _empty_and_delete(self, aws: Aws, found: Found) -> None:
        s3 = aws.client("s3")
        if obstacle := self.obstacle(aws, found):  # it has come since the destroy began
            raise ProvisionError(obstacle)
        for upload in filter(_is_ours, list(self._uploads(aws))):
            self._abort(aws, upload)
        ours = filter(_is_ours, self._versions(aws))
        versions = [{"Key": v["Key"], "VersionId": v["VersionId"]} for v in ours]
        if versions:  # more than S3 takes are left for the next try: the bucket is not empty then
            quiet = {"Objects": versions[:DELETED_AT_ONCE], "Quiet": True}
            self._check(s3.delete_objects(**self._mine, Delete=quiet))
        s3.delete_bucket(**self._mine)

    def _abort(self, aws: Aws, upload: Mapping[str, Any]) -> None:
        which = {"Key": upload["Key"], "UploadId": upload["UploadId"]}
        with ignoring("NoSuchUpload"):  # the upload has ended, or the first answer was lost
            aws.client("s3").abort_multipart_upload(**self._mine, **which)

    def _check(self, response: Mapping[str, Any]) -> None:
        """Raise ProvisionError if AWS denied the deletion of an object.

        Ignore all other errors. After them the bucket is not empty, so everything is tried again.
        """
        for failed in response.get("Errors", []):
            if failed.get("Code") == "AccessDenied":
                message = str(failed.get("Message", "")).rstrip(". ")
                remedy = refused("s3:DeleteObject and s3:DeleteObjectVersion", message)
                raise ProvisionError(
                    f"deleting bucket {self.name}: AccessDenied for its object {failed.get('Key')}:"
                    f" {message}. {remedy} Then run the same command again."
                )


def _is_ours(each: Mapping[str, Any]) -> bool:
    """Return whether a version, a delete marker or an upload is of an object that we write."""
    return each["Key"] in OURS or is_page_key(each["Key"])


def _or_none(call: Callable[[], dict[str, Any]]) -> dict[str, Any] | None:
    with ignoring(*NOT_SET):
        return call()
    return None
