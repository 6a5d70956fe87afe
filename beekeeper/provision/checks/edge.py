"""Checks whether the account can have one more edge. Reads only.

Quirks:

- CloudFront counts per account, in all regions together. AWS documents 20 response headers policies
  (its own do not count). The page has said 200 distributions, and says 500 today. So we warn at the
  lower number (CloudFront Developer Guide, "Quotas").
- An account's own quotas are in Service Quotas, which needs another permission. So this warns, and
  a deploy finds out.
"""

from beekeeper.provision.aws import Aws
from beekeeper.provision.resources.cloudfront import listed
from beekeeper.results import Finding, Verdict

CHECK = "edge"
DISTRIBUTIONS, HEADERS_POLICIES = 200, 20
REMEDY = (
    "If the quota was not raised, deploy is refused: ask for more in Service Quotas (CloudFront, in"
    " us-east-1), or delete what you don't need."
)


def edge(aws: Aws) -> Finding:
    """Report whether the account has as many distributions or policies as AWS usually allows."""
    cloudfront = aws.client("cloudfront")
    distributions = listed(cloudfront.list_distributions, "DistributionList")
    list_policies = cloudfront.list_response_headers_policies
    policies = listed(list_policies, "ResponseHeadersPolicyList", Type="custom")
    counts = (
        (len(list(distributions)), DISTRIBUTIONS, "CloudFront distributions"),
        (len(list(policies)), HEADERS_POLICIES, "response headers policies of CloudFront"),
    )
    reached = [f"{n:,} {what}, and AWS allows {limit:,}" for n, limit, what in counts if n >= limit]
    if reached:
        text = f"The account has {', and '.join(reached)} if nobody asked for more."
        return Finding(CHECK, Verdict.WARNING, text, REMEDY)
    return Finding(CHECK, Verdict.OK, "The account has room for one more CloudFront distribution.")
