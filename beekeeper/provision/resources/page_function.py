"""The CloudFront Function that chooses the page of the visitor's language, when there are several.

Quirks:

- It has two stages. An update changes DEVELOPMENT, and visitors get LIVE, which has what was last
  published. So we compare LIVE, and a deploy that was killed in between publishes again.
- Only a function that was published can be used by a distribution. A new one is deployed with the
  distribution. To publish a change of it deploys the distribution once more, and gives that a new
  version.
- Its name is unique in the account, and its comment says whose it is. It could have tags, but
  CloudFront's other parts of a room can't.
- It can't be deleted while a distribution uses it.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from importlib.resources import files
from typing import Any

from beekeeper.provision.aws import Aws
from beekeeper.provision.engine.step import Attributes, Found, Owner, Resource, new_only
from beekeeper.provision.engine.wait import Wait, ignoring, until
from beekeeper.provision.grant import Grant, grant
from beekeeper.provision.names import Names
from beekeeper.provision.resources.cloudfront import changing, deleting

MISSING = "NoSuchFunctionExists"
EXISTS = "FunctionAlreadyExists"
IN_USE = "FunctionInUse"
DEVELOPMENT, LIVE = "DEVELOPMENT", "LIVE"
RUNTIME = "cloudfront-js-2.0"
IN_PROGRESS = "IN_PROGRESS"
# As long as a distribution may take.
PUBLISHED = Wait("CloudFront to publish the function, which takes minutes", 5_400, every=15)
SOURCE = ("assets", "edge", "language.js")
PLACEHOLDER = "{{languages}}"


def language_code(offered: Sequence[str]) -> str:
    """Return the function's code for the languages that the room offers. The first is the default.

    CloudFront takes at most 10 KB (Developer Guide, "Quotas on CloudFront Functions").
    """
    source = files("beekeeper").joinpath(*SOURCE).read_text(encoding="utf-8")
    return source.replace(PLACEHOLDER, " ".join(offered))


class PageFunction(Resource):
    """The function that chooses the page."""

    key, kind = "page function", "CloudFront function"
    # It leads to the pages, so they come first.
    needs = ("page",)

    def __init__(self, names: Names, offered: Sequence[str]) -> None:
        self.name = names.edge
        self._names = names
        self._offered = offered

    @cached_property
    def _source(self) -> bytes:
        return language_code(self._offered).encode()

    def grants(self) -> Iterable[Grant]:
        verbs = ("Create", "Describe", "Get", "Update", "Publish", "Delete")
        actions = [f"{verb}Function" for verb in verbs]
        yield grant("cloudfront", actions, self._names.page_function_arn)

    def desired(self, outputs: Mapping[str, str]) -> Attributes:
        return {
            "comment": self._names.edge_mark,
            "runtime": RUNTIME,
            "sha256": _sha256(self._source),
        }

    def find(self, aws: Aws, outputs: Mapping[str, str]) -> Found | None:
        newest = self._described(aws, DEVELOPMENT)
        if newest is None:
            return None
        live = self._described(aws, LIVE)
        attributes = self._live(aws, live) if live else {}
        comments = (newest["FunctionConfig"].get("Comment", ""), attributes.get("comment"))
        return Found(
            self.name,
            attributes,
            Owner.OURS if self._names.edge_mark in comments else Owner.UNTAGGED,
            whose="somebody else (its comment does not name the room)",
        )

    def _live(self, aws: Aws, described: Mapping[str, Any]) -> dict[str, Any]:
        """Return the attributes of what visitors get."""
        answer = aws.client("cloudfront").get_function(Name=self.name, Stage=LIVE)
        return {
            "comment": described["FunctionConfig"].get("Comment", ""),
            "runtime": described["FunctionConfig"]["Runtime"],
            "sha256": _sha256(answer["FunctionCode"].read()),
        }

    def _described(self, aws: Aws, stage: str) -> dict[str, Any] | None:
        with ignoring(MISSING):
            answer = aws.client("cloudfront").describe_function(Name=self.name, Stage=stage)
            summary: dict[str, Any] = answer["FunctionSummary"]
            return summary
        return None

    def create(self, aws: Aws, desired: Attributes) -> None:
        with new_only(EXISTS):
            version = aws.client("cloudfront").create_function(**self._wanted)["ETag"]
        changing(aws, lambda: self._publish(aws, version))

    def update(self, aws: Aws, found: Found, changes: Attributes) -> None:
        client = aws.client("cloudfront")

        def update() -> None:
            made = client.update_function(**self._wanted, IfMatch=self._version(aws))
            self._publish(aws, made["ETag"])

        changing(aws, update)
        # A deploy that is killed here waits in the next one, for the distribution.
        until(aws, PUBLISHED, lambda: self._status(aws) not in (None, IN_PROGRESS) or None)

    @property
    def _wanted(self) -> dict[str, Any]:
        config = {"Comment": self._names.edge_mark, "Runtime": RUNTIME}
        return {"Name": self.name, "FunctionConfig": config, "FunctionCode": self._source}

    def _publish(self, aws: Aws, version: str) -> None:
        """Publish a version, if the answer to an earlier call was not lost.

        CloudFront refuses to publish a version twice (hashicorp/terraform-provider-aws#49572).
        """
        if self._status(aws) is None:
            aws.client("cloudfront").publish_function(Name=self.name, IfMatch=version)

    def _status(self, aws: Aws) -> str | None:
        """Return the status of what visitors get. None if it is not what we want."""
        live = self._described(aws, LIVE)
        if live is None or self._live(aws, live) != self.desired({}):
            return None
        return str(live["Status"])

    def _version(self, aws: Aws) -> str:
        describe = aws.client("cloudfront").describe_function
        return str(describe(Name=self.name, Stage=DEVELOPMENT)["ETag"])

    def delete(self, aws: Aws, found: Found) -> None:
        delete = aws.client("cloudfront").delete_function
        with ignoring(MISSING):
            deleting(aws, IN_USE, lambda: delete(Name=self.name, IfMatch=self._version(aws)))


def _sha256(code: bytes) -> str:
    return hashlib.sha256(code).hexdigest()
