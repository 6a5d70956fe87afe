"""Checks whether the account can have one more edge. Reads only.

Quirks:

- CloudFront counts per account, in all regions together. AWS documents 20 response headers policies
  (its own do not count). The page has said 200 distributions, and says 500 today. So we warn at the
  lower number (CloudFront Developer Guide, "Quotas").
- An account's own quotas are in Service Quotas, which needs another permission. So this warns, and
  a deploy finds out.
"""

from collections.abc import Iterator

from beekeeper.provision.aws import Aws
from beekeeper.results import Finding, Verdict

CHECK = "edge"
DISTRIBUTIONS, HEADERS_POLICIES = 200, 20
REMEDY = (
    "If the quota was not raised, deploy is refused: ask for more in Service Quotas (CloudFront, in"
    " us-east-1), or delete what you don't need."
)


def edge(aws: Aws) -> Finding:
    """Report whether the account has as many distributions or policies as AWS usually allows."""
    counts = (
        (_distributions(aws), DISTRIBUTIONS, "CloudFront distributions"),
        (
            sum(1 for _ in _policies(aws)),
            HEADERS_POLICIES,
            "response headers policies of CloudFront",
        ),
    )
    reached = [f"{n:,} {what}, and AWS allows {limit:,}" for n, limit, what in counts if n >= limit]
    if reached:
        text = f"The account has {', and '.join(reached)} if nobody asked for more."
        return Finding(CHECK, Verdict.WARNING, text, REMEDY)
    return Finding(CHECK, Verdict.OK, "The account has room for one more CloudFront distribution.")


def _distributions(aws: Aws) -> int:
    pages = aws.client("cloudfront").get_paginator("list_distributions").paginate()
    return sum(len(page["DistributionList"].get("Items", ())) for page in pages)


def _policies(aws: Aws) -> Iterator[object]:
    """Yield the account's own policies. boto3 has no paginator for them."""
    marker: dict[str, str] = {}
    while True:
        answer = aws.client("cloudfront").list_response_headers_policies(Type="custom", **marker)
        found = answer["ResponseHeadersPolicyList"]
        yield from found.get("Items", ())
        if not found.get("NextMarker"):
            return
        marker = {"Marker": found["NextMarker"]}
