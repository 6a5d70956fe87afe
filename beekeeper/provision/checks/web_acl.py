"""Checks whether the edge can use its web ACL (AWS WAF), and visitors get past it. Reads only.

Quirks:

- A web ACL of CloudFront is read in us-east-1, with the scope CLOUDFRONT, wherever the room is.
- CloudFront reads it with the deployer's permissions. Without them, it refuses the distribution:
  "InvalidWebACLId: Unable to verify read permissions on Web ACL".
"""

from collections.abc import Iterable

from botocore.exceptions import ClientError

from beekeeper.config import RoomConfig
from beekeeper.config.edge import EDGE_REGION
from beekeeper.provision.aws import Aws
from beekeeper.provision.engine.wait import has_code
from beekeeper.provision.grant import Grant, grant
from beekeeper.results import Finding, Verdict

CHECK = "web ACL"


def grants(config: RoomConfig) -> Iterable[Grant]:
    """Return the permission that a deployer needs for this check, and CloudFront for a deploy."""
    if config.web_acl_arn:
        yield grant("wafv2", ["GetWebACL"], config.web_acl_arn, statement="WebAcl")


def web_acl(aws: Aws, arn: str) -> Finding:
    """Report whether the web ACL exists, and whether it lets visitors through by default."""
    *_, name, acl_id = arn.split("/")
    read = aws.client("wafv2", region=EDGE_REGION).get_web_acl
    try:
        found = read(Name=name, Scope="CLOUDFRONT", Id=acl_id)["WebACL"]
    except ClientError as error:
        if not has_code(error, "WAFNonexistentItemException"):
            raise
        text = f"There is no web ACL {arn} in this account."
        remedy = "Copy the ARN from the AWS WAF console (Global), and correct web_acl_arn."
        return Finding(CHECK, Verdict.PROBLEM, text, remedy)
    if "Block" in found["DefaultAction"]:
        text = f"The web ACL {name} blocks every request that none of its rules allows."
        remedy = "Check that a rule allows your visitors, or let its default action be Allow."
        return Finding(CHECK, Verdict.WARNING, text, remedy)
    return Finding(CHECK, Verdict.OK, f"The web ACL {name} is there.")
