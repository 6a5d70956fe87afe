"""The rooms that tests are about, as configurations and names. Nothing here touches AWS."""

from typing import Any

from beekeeper import RoomConfig
from beekeeper.provision.names import Names

ROOM, REGION, ACCOUNT = "sale", "eu-central-1", "123456789012"
NAMES = Names(ROOM, ACCOUNT, REGION, "aws")
DESTINATION = "https://shop.example.com/"
# Two languages are enough to see what a deploy does with more than one.
LANGUAGES = {"languages": ["en", "fr"]}
BASE: dict[str, Any] = {"name": ROOM, "destination": DESTINATION, "rate": 600, "page": LANGUAGES}
DOMAIN_NAME = "queue.example.com"
CERTIFICATE = f"arn:aws:acm:{REGION}:{ACCOUNT}:certificate/1a2b-3c4d"
DOMAIN = {"domain_name": DOMAIN_NAME, "certificate_arn": CERTIFICATE}
# With an edge, the certificate is CloudFront's.
EDGE_CERTIFICATE = CERTIFICATE.replace(REGION, "us-east-1")
AT_EDGE = {**DOMAIN, "certificate_arn": EDGE_CERTIFICATE, "edge": True}
WEB_ACL_ID = "1a2b3c4d-1a2b-1a2b-1a2b-1a2b3c4d5e6f"
WEB_ACL = f"arn:aws:wafv2:us-east-1:{ACCOUNT}:global/webacl/visitors/{WEB_ACL_ID}"


def config(**values: Any) -> RoomConfig:
    """Return the configuration of a plain room, with other values."""
    return RoomConfig(**{**BASE, **values})


def with_domain(**values: Any) -> RoomConfig:
    """Return the configuration of a room with a custom domain."""
    return config(**{**DOMAIN, **values})


GOVERNED = config(governor={"mode": "automatic"})
WITH_ALL = with_domain(hosted_zone_id="Z0123456789ABCDEFGHIJ", state="s3://our-bucket/beekeeper")
OF_EDGE = config(**AT_EDGE, hosted_zone_id="Z0123456789ABCDEFGHIJ", web_acl_arn=WEB_ACL)
BOUND = config(permissions_boundary=f"arn:aws:iam::{ACCOUNT}:policy/boundary", role_path="/events/")
