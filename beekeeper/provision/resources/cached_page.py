"""The waiting page as the edge has it. When it changes, CloudFront is told to read it anew.

Quirks:

- A tag of the distribution has the hash of the page that the edge was last told of. We write it
  after the invalidation, so that a deploy that was killed in between makes the invalidation again.
- CloudFront ignores an invalidation whose reference it knows, so each one has a new reference.
- An invalidation takes seconds to minutes. Nothing has to wait for it: the page that visitors get
  until then works, too.
"""

import secrets
from collections.abc import Iterable, Mapping

from beekeeper.provision.aws import Aws
from beekeeper.provision.engine.step import Attributes, Contained, Found, Owner, known
from beekeeper.provision.grant import Grant, grant
from beekeeper.provision.names import Names
from beekeeper.provision.resources.cloudfront import TAG_PAGE, tags_of
from beekeeper.provision.resources.outputs import ALTERED, EDGE_ARN, EDGE_ID, PAGE_SHA

ALL = ["/*"]  # a wildcard counts as one path (CloudFront Developer Guide, "Pay for invalidation")


class CachedPage(Contained):
    """What the edge may still show."""

    key, kind = "cached page", "cached page"
    needs = ("distribution", "page", "robots")
    container = "distribution"

    def __init__(self, names: Names) -> None:
        self.name = f"{names.edge}/page"
        self._names = names

    def grants(self) -> Iterable[Grant]:
        arns = self._names.cloudfront_arns("distribution")
        yield grant("cloudfront", ("CreateInvalidation",), arns)

    def desired(self, outputs: Mapping[str, str]) -> Attributes:
        return {"sha256": known(outputs, PAGE_SHA), "distribution": known(outputs, EDGE_ARN)}

    def find(self, aws: Aws, outputs: Mapping[str, str]) -> Found | None:
        """Return what the edge was told of. None only if there is no edge yet."""
        if EDGE_ARN not in outputs:
            return None
        arn = outputs[EDGE_ARN]
        told = tags_of(aws, arn).get(TAG_PAGE, "")
        if ALTERED in outputs and told == outputs.get(PAGE_SHA):
            told = ""  # somebody changed the page since, and the edge may show theirs
        attributes = {"sha256": told, "distribution": arn}
        return Found(outputs[EDGE_ID], attributes, Owner.OURS)

    def create(self, aws: Aws, desired: Attributes) -> None:
        """Note the page. The distribution is new, so nothing is cached."""
        self._note(aws, desired["distribution"], desired["sha256"])

    def update(self, aws: Aws, found: Found, changes: Attributes) -> None:
        paths = {"Quantity": len(ALL), "Items": ALL}
        batch = {"Paths": paths, "CallerReference": secrets.token_hex(16)}
        invalidate = aws.client("cloudfront").create_invalidation
        invalidate(DistributionId=found.id, InvalidationBatch=batch)
        self._note(aws, found.attributes["distribution"], changes["sha256"])

    def _note(self, aws: Aws, arn: str, sha: str) -> None:
        tag = {"Key": TAG_PAGE, "Value": sha}
        aws.client("cloudfront").tag_resource(Resource=arn, Tags={"Items": [tag]})
