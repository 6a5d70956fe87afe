"""The objects in the bucket: the waiting page, and robots.txt, which only an edge reads there.

With some kinds of encryption, the ETag of an object is no checksum, so we store our own.
"""

import hashlib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from functools import cached_property

from beekeeper.contract.page import PAGE_KEY, PAGE_TYPE, ROBOTS_KEY
from beekeeper.contract.robots import robots_txt
from beekeeper.page import SourceError, build_page
from beekeeper.provision.aws import Aws
from beekeeper.provision.engine.step import Attributes, Contained, Found, Owner
from beekeeper.provision.engine.wait import Busy, Wait, ignoring, retrying
from beekeeper.provision.grant import Grant, grant
from beekeeper.provision.names import Names
from beekeeper.provision.resources.outputs import ALTERED, PAGE_SHA
from beekeeper.provision.resources.s3 import MISSING, bucket_of

SHA_METADATA = "sha256"
TEXT = "text/plain; charset=utf-8"
# A browser asks each time, and gets a page only if it has changed. The edge keeps an object for a
# day, because a deploy tells it of a new page (CloudFront Developer Guide, "Manage how long content
# stays in the cache").
CACHE_CONTROL = "public, max-age=0, s-maxage=86400"
UPLOAD = Wait("the new bucket to accept objects", 120, every=2)


class BucketObject(Contained):
    """One object. Its ``content`` is what a deploy writes."""

    needs: tuple[str, ...] = ("bucket",)
    container = "bucket"
    content_type = TEXT

    def __init__(self, names: Names, object_key: str) -> None:
        self.name = f"{names.bucket}/{object_key}"
        self._object = {**bucket_of(names), "Key": object_key}
        self._objects_arn = f"{names.bucket_arn}/*"

    @property
    def content(self) -> bytes:
        raise NotImplementedError

    def grants(self) -> Iterable[Grant]:
        yield grant("s3", ("GetObject", "PutObject"), self._objects_arn)

    def desired(self, outputs: Mapping[str, str]) -> Attributes:
        return {
            "sha256": hashlib.sha256(self.content).hexdigest(),
            "content_type": self.content_type,
            "cache_control": CACHE_CONTROL,
        }

    def find(self, aws: Aws, outputs: Mapping[str, str]) -> Found | None:
        with ignoring(*MISSING):
            raw = aws.client("s3").head_object(**self._object)
            attributes = {
                "sha256": raw["Metadata"].get(SHA_METADATA),
                "content_type": raw.get("ContentType"),
                "cache_control": raw.get("CacheControl"),
            }
            return Found(self.name, attributes, Owner.OURS, self._outputs(attributes))
        return None

    def _outputs(self, found: Attributes) -> Mapping[str, str]:
        return {} if found == self.desired({}) else {ALTERED: self.name}

    def create(self, aws: Aws, desired: Attributes) -> None:
        put = aws.client("s3").put_object
        retrying(
            aws,
            UPLOAD,
            (Busy("NoSuchBucket"),),
            lambda: put(
                **self._object,
                Body=self.content,
                ContentType=desired["content_type"],
                CacheControl=desired["cache_control"],
                Metadata={SHA_METADATA: desired["sha256"]},
            ),
        )

    def update(self, aws: Aws, found: Found, changes: Attributes) -> None:
        self.create(aws, self.desired({}))


class PageObject(BucketObject):
    """The waiting page."""

    key, kind = "page", "waiting page"
    # After the routes, which come after the functions: a new page can ask for what is new there.
    needs = ("bucket", "routes")
    content_type = PAGE_TYPE

    def __init__(self, names: Names, settings: Mapping[str, object]) -> None:
        super().__init__(names, PAGE_KEY)
        self._settings = settings

    @cached_property
    def content(self) -> bytes:
        return build_page(self._settings)

    def _outputs(self, found: Attributes) -> Mapping[str, str]:
        """Return the SHA-256 of the page that is there after this deploy, also if it is not yet.

        The plan compares it with the page that the edge was told of. A destroy reads, too, and must
        work even if the page can't be built.
        """
        with suppress(SourceError):
            sha = hashlib.sha256(self.content).hexdigest()
            return {PAGE_SHA: sha, **super()._outputs(found)}
        return {}


class Robots(BucketObject):
    """robots.txt. Without an edge, the ``room`` function answers with it."""

    key, kind = "robots", "robots.txt"

    def __init__(self, names: Names) -> None:
        super().__init__(names, ROBOTS_KEY)

    @cached_property
    def content(self) -> bytes:
        return robots_txt().encode()
