"""The policy of the bucket: TLS only, and with an edge the distribution may read our objects.

Quirks:

- What the distribution may is bound to its ARN, so it comes after the distribution. Then the policy
  is not a public one, and the block of public access lets it pass (Amazon S3 User Guide, "The
  meaning of public"). Until then, the bucket has the rest of the policy: its own step writes it.
- A distribution that gets the page's function leads visitors to more pages, minutes before this
  step: that of an earlier version could read one page only. So its step writes the policy first.
"""

import json
from collections.abc import Iterable, Mapping

from beekeeper.provision.aws import Aws
from beekeeper.provision.engine.step import UNKNOWN, Attributes, Contained, Found, Owner, known
from beekeeper.provision.engine.wait import ignoring
from beekeeper.provision.grant import Grant, grant
from beekeeper.provision.names import Names
from beekeeper.provision.policies import document, same_meaning
from beekeeper.provision.resources.outputs import EDGE_ARN
from beekeeper.provision.resources.s3 import (
    MISSING,
    bucket_of,
    edge_policy,
    put_policy,
    tls_only,
    written,
)

NO_POLICY = "NoSuchBucketPolicy"


class BucketPolicy(Contained):
    """The policy, which AWS deletes with the bucket."""

    key, kind = "bucket policy", "bucket policy"
    container = "bucket"

    def __init__(self, names: Names, domain_name: str | None = None, *, edge: bool) -> None:
        """Note whether the edge reads the bucket, and the name that may have led there until now.

        A former edge must read the page until the door of the API is open, and until the record of
        that name leads to API Gateway.
        """
        self.name = f"{names.bucket}/policy"
        record = ("dns record",) if domain_name else ()
        self.needs = ("bucket", "distribution") if edge else ("bucket", "door", *record)
        self._arn = names.bucket_arn
        self._mine = bucket_of(names)
        self._edge = edge

    def grants(self) -> Iterable[Grant]:
        yield grant("s3", ("GetBucketPolicy", "PutBucketPolicy"), self._arn)

    def desired(self, outputs: Mapping[str, str]) -> Attributes:
        if self._edge:
            distribution = known(outputs, EDGE_ARN)
            if distribution is UNKNOWN:
                return {"policy": UNKNOWN}
            return {"policy": same_meaning(edge_policy(distribution, self._arn))}
        return {"policy": same_meaning(document(tls_only(self._arn)))}

    def find(self, aws: Aws, outputs: Mapping[str, str]) -> Found | None:
        with ignoring(*MISSING, NO_POLICY):
            raw = aws.client("s3").get_bucket_policy(**self._mine)
            found, wanted = same_meaning(json.loads(raw["Policy"])), self.desired(outputs)["policy"]
            # What an emulator needs in addition is no drift.
            is_written = wanted is not UNKNOWN and found == same_meaning(written(aws, wanted))
            return Found(self.name, {"policy": wanted if is_written else found}, Owner.OURS)
        return None

    def create(self, aws: Aws, desired: Attributes) -> None:
        put_policy(aws, self._mine, desired["policy"])

    def update(self, aws: Aws, found: Found, changes: Attributes) -> None:
        self.create(aws, changes)
