"""The waiting page in the bucket."""

import hashlib
from collections.abc import Mapping
from typing import ClassVar

from botocore.exceptions import ClientError

from beekeeper.contract.page import PAGE_KEY, POLICY_METADATA
from beekeeper.page import Page
from beekeeper.provision.aws import Aws
from beekeeper.provision.engine.step import Attributes, Found
from beekeeper.provision.engine.wait import Busy, Wait, has_code, retrying

SHA_METADATA = "sha256"
CONTENT_TYPE = "text/html; charset=utf-8"
MISSING = ("404", "NoSuchKey", "NoSuchBucket", "NotFound")
UPLOAD = Wait("the new bucket to take objects", 120, every=2)


class PageObject:
    """One object; the ETag is no checksum under every encryption, so our own is kept beside it."""

    key, kind = "page", "waiting page"
    needs: tuple[str, ...] = ("bucket",)
    fixed: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, bucket: str, account: str, room: str, page: Page) -> None:
        self.name = f"{bucket}/{PAGE_KEY}"
        self._object = {"Bucket": bucket, "Key": PAGE_KEY, "ExpectedBucketOwner": account}
        self._room = room
        self._page = page

    def desired(self, outputs: Mapping[str, str]) -> Attributes:
        sha = hashlib.sha256(self._page.html).hexdigest()
        policy = self._page.content_security_policy
        return {"sha256": sha, "policy": policy, "content_type": CONTENT_TYPE}

    def find(self, aws: Aws, outputs: Mapping[str, str]) -> Found | None:
        try:
            raw = aws.client("s3").head_object(**self._object)
        except ClientError as error:
            if has_code(error, *MISSING):
                return None
            raise
        metadata = raw["Metadata"]
        attributes = {
            "sha256": metadata.get(SHA_METADATA),
            "policy": metadata.get(POLICY_METADATA),
            "content_type": raw.get("ContentType"),
        }
        return Found(self.name, attributes, self._room)

    def create(self, aws: Aws, desired: Attributes) -> None:
        put = aws.client("s3").put_object
        metadata = {SHA_METADATA: desired["sha256"], POLICY_METADATA: desired["policy"]}
        retrying(
            aws,
            UPLOAD,
            (Busy("NoSuchBucket"),),
            lambda: put(
                **self._object,
                Body=self._page.html,
                ContentType=CONTENT_TYPE,
                Metadata=metadata,
            ),
        )

    def update(self, aws: Aws, found: Found, changes: Attributes) -> None:
        self.create(aws, self.desired({}))

    def delete(self, aws: Aws, found: Found) -> None:
        """Nothing to do: the bucket is emptied with all its versions."""
