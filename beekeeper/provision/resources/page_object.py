"""The waiting page in the bucket."""

import hashlib
from collections.abc import Iterable, Mapping
from functools import cached_property

from beekeeper.contract.page import PAGE_KEY, POLICY_METADATA
from beekeeper.page import Page, build_page
from beekeeper.provision.aws import Aws
from beekeeper.provision.engine.step import Attributes, Contained, Found, Owner
from beekeeper.provision.engine.wait import Busy, Wait, ignoring, retrying
from beekeeper.provision.grant import Grant, grant
from beekeeper.provision.names import Names

SHA_METADATA = "sha256"
CONTENT_TYPE = "text/html; charset=utf-8"
MISSING = ("404", "NoSuchKey", "NoSuchBucket", "NotFound")
UPLOAD = Wait("the new bucket to accept objects", 120, every=2)


class PageObject(Contained):
    """One object. With some kinds of encryption, its ETag is no checksum, so we store our own."""

    key, kind = "page", "waiting page"
    needs = ("bucket",)
    container = "bucket"

    def __init__(self, names: Names, settings: Mapping[str, object]) -> None:
        self.name = f"{names.bucket}/{PAGE_KEY}"
        mine = {"Bucket": names.bucket, "ExpectedBucketOwner": names.account}
        self._object = {**mine, "Key": PAGE_KEY}
        self._objects_arn = f"{names.bucket_arn}/*"
        self._settings = settings

    @cached_property
    def _page(self) -> Page:
        # Only a deploy and a plan need the page. A destroy must work even if it can't be built.
        return build_page(self._settings)

    def grants(self) -> Iterable[Grant]:
        yield grant("s3", ("GetObject", "PutObject"), self._objects_arn)

    def desired(self, outputs: Mapping[str, str]) -> Attributes:
        sha = hashlib.sha256(self._page.html).hexdigest()
        policy = self._page.content_security_policy
        return {"sha256": sha, "policy": policy, "content_type": CONTENT_TYPE}

    def find(self, aws: Aws, outputs: Mapping[str, str]) -> Found | None:
        with ignoring(*MISSING):
            raw = aws.client("s3").head_object(**self._object)
            metadata = raw["Metadata"]
            attributes = {
                "sha256": metadata.get(SHA_METADATA),
                "policy": metadata.get(POLICY_METADATA),
                "content_type": raw.get("ContentType"),
            }
            return Found(self.name, attributes, Owner.OURS)
        return None

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
