"""The objects in the bucket: the waiting pages, and robots.txt, which only an edge reads there.

With some kinds of encryption, the ETag of an object is no checksum, so we store our own.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from functools import cached_property
from typing import Any

from beekeeper.contract.page import PAGE_KEY, PAGE_TYPE, ROBOTS_KEY, page_key
from beekeeper.contract.robots import robots_txt
from beekeeper.page import SourceError, build_pages, languages_of
from beekeeper.provision.aws import Aws
from beekeeper.provision.engine.step import Attributes, Contained, Found, Owner
from beekeeper.provision.engine.wait import Busy, Wait, ignoring, retrying
from beekeeper.provision.grant import Grant, grant
from beekeeper.provision.names import Names
from beekeeper.provision.resources.outputs import ALTERED, PAGE_SHA
from beekeeper.provision.resources.s3 import MISSING, SHA_METADATA, bucket_of, is_our_page

SHA_CHARACTERS = 16  # enough to see that a page has changed
TEXT = "text/plain; charset=utf-8"
# A browser asks each time, and gets a page only if it has changed. The edge keeps an object for a
# day, because a deploy tells it of a new page (CloudFront Developer Guide, "Manage how long content
# stays in the cache").
CACHE_CONTROL = "public, max-age=0, s-maxage=86400"
UPLOAD = Wait("the new bucket to accept objects", 120, every=2)


class BucketObjects(Contained):
    """Objects by their keys. Their ``contents`` are what a deploy writes."""

    needs: tuple[str, ...] = ("bucket",)
    container = "bucket"
    content_type = TEXT

    def __init__(self, names: Names, *keys: str) -> None:
        self.name = f"{names.bucket}/{keys[0]}"
        self._keys = keys
        self._bucket = bucket_of(names)
        self._objects_arn = f"{names.bucket_arn}/*"

    @property
    def contents(self) -> Mapping[str, bytes]:
        raise NotImplementedError

    def grants(self) -> Iterable[Grant]:
        yield grant("s3", ("GetObject", "PutObject"), self._objects_arn)

    def desired(self, outputs: Mapping[str, str]) -> Attributes:
        return {
            key: self._shown(_sha256(content), self.content_type, CACHE_CONTROL)
            for key, content in self.contents.items()
        }

    def _shown(self, sha: str, content_type: str, cache_control: str) -> str:
        """Return what is known of an object, in few words: a plan can show fifteen of them."""
        headers = f", {content_type}, {cache_control}"
        return sha + headers.replace(f", {self.content_type}, {CACHE_CONTROL}", "")

    def find(self, aws: Aws, outputs: Mapping[str, str]) -> Found | None:
        heads = {key: self._head(aws, key) for key in self._keys}
        there = {key: head for key, head in heads.items() if head}
        return Found(self.name, there, Owner.OURS, self._outputs(there)) if there else None

    def _head(self, aws: Aws, key: str) -> str | None:
        with ignoring(*MISSING):
            raw = aws.client("s3").head_object(**self._bucket, Key=key)
            sha = raw["Metadata"].get(SHA_METADATA, "")
            return self._shown(sha, raw.get("ContentType", ""), raw.get("CacheControl", ""))
        return None

    def _outputs(self, found: Attributes) -> Mapping[str, str]:
        return {} if found == self.desired({}) else {ALTERED: self.name}

    def create(self, aws: Aws, desired: Attributes) -> None:
        for key in desired:
            self._put(aws, key, self.contents[key])

    def _put(self, aws: Aws, key: str, content: bytes) -> None:
        put = aws.client("s3").put_object
        retrying(
            aws,
            UPLOAD,
            (Busy("NoSuchBucket"),),
            lambda: put(
                **self._bucket,
                Key=key,
                Body=content,
                ContentType=self.content_type,
                CacheControl=CACHE_CONTROL,
                Metadata={SHA_METADATA: _sha256(content)},
            ),
        )

    def update(self, aws: Aws, found: Found, changes: Attributes) -> None:
        self.create(aws, changes)


class PageObject(BucketObjects):
    """The waiting page: an object for each language that the room offers."""

    key, kind = "page", "waiting page"
    # After the routes, which come after the functions: a new page can ask for what is new there.
    needs = ("bucket", "routes")
    content_type = PAGE_TYPE

    def __init__(self, names: Names, settings: Mapping[str, Any]) -> None:
        self._keys_of = _keys_of(settings)
        super().__init__(names, *self._keys_of.values())
        self._settings = settings

    @cached_property
    def contents(self) -> Mapping[str, bytes]:
        pages = build_pages(self._settings)
        return {self._keys_of[language]: page for language, page in pages.items()}

    def _outputs(self, found: Attributes) -> Mapping[str, str]:
        """Return one SHA-256 of all pages that are there after this deploy, also if not there yet.

        The plan compares it with that of the pages that the edge was told of. A destroy reads, too,
        and must work even if the page can't be built.
        """
        with suppress(SourceError):
            whole = hashlib.sha256(json.dumps(self.desired({})).encode()).hexdigest()
            return {PAGE_SHA: whole, **super()._outputs(found)}
        return {}


class FormerPages(Contained):
    """The pages of languages that the room does not offer any more."""

    key, kind = "former pages", "waiting page"
    # After the edge, which led visitors to them until now: see the needs of the bucket's policy.
    needs = ("bucket", "page", "bucket policy")
    container = "bucket"

    def __init__(self, names: Names, settings: Mapping[str, Any]) -> None:
        self.name = f"{names.bucket}/no longer offered"
        self._wanted = _keys_of(settings).values()
        self._bucket = bucket_of(names)
        self._bucket_arn = names.bucket_arn

    def grants(self) -> Iterable[Grant]:
        yield grant("s3", ("ListBucket",), self._bucket_arn)
        yield grant("s3", ("DeleteObject", "GetObject"), f"{self._bucket_arn}/*")

    def desired(self, outputs: Mapping[str, str]) -> Attributes | None:
        return None

    def find(self, aws: Aws, outputs: Mapping[str, str]) -> Found | None:
        with ignoring(*MISSING):
            raw = aws.client("s3").list_objects_v2(**self._bucket, Prefix=PAGE_KEY)
            others = {each["Key"] for each in raw.get("Contents", [])} - set(self._wanted)
            former = sorted(key for key in others if is_our_page(aws, self._bucket, key))
            return Found(", ".join(former), {"keys": former}, Owner.OURS) if former else None
        return None

    def create(self, aws: Aws, desired: Attributes) -> None:
        """Never called, because no former page is wanted."""

    def update(self, aws: Aws, found: Found, changes: Attributes) -> None:
        """Never called, because no former page is wanted."""

    def delete(self, aws: Aws, found: Found) -> None:
        with ignoring(*MISSING):
            for key in found.attributes["keys"]:
                aws.client("s3").delete_object(**self._bucket, Key=key)


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:SHA_CHARACTERS]


def _keys_of(settings: Mapping[str, Any]) -> dict[str, str]:
    """Return the key of the page in each language that the room offers."""
    offered = languages_of(settings)
    return {language: page_key(language, offered) for language in offered}


class Robots(BucketObjects):
    """robots.txt. Without an edge, the ``room`` function answers with it."""

    key, kind = "robots", "robots.txt"

    def __init__(self, names: Names) -> None:
        super().__init__(names, ROBOTS_KEY)

    @cached_property
    def contents(self) -> Mapping[str, bytes]:
        return {ROBOTS_KEY: robots_txt().encode()}
