"""What a CloudFront stores: distributions and what else is changed by version. See edge_gaps.py."""

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from moto.cloudfront.models import random_id

from tests.support.moto_aws.wire import Refusal
from tests.support.rooms import ACCOUNT

T = TypeVar("T")
Raw = dict[str, Any]
PENDING_READS = 2  # in which a change is InProgress
UNLISTED = 1  # lists without a new distribution
# What UpdateDistribution requires (Developer Guide, "Required fields for creating and updating").
REQUIRED = (
    "CallerReference", "Aliases", "DefaultRootObject", "Origins", "DefaultCacheBehavior",
    "CacheBehaviors", "CustomErrorResponses", "Comment", "Logging", "PriceClass", "Enabled",
    "ViewerCertificate", "Restrictions", "WebACLId", "HttpVersion",
)  # fmt: skip
OF_BEHAVIOUR = (
    "TargetOriginId", "ViewerProtocolPolicy", "AllowedMethods", "SmoothStreaming", "Compress",
    "LambdaFunctionAssociations", "FieldLevelEncryptionId",
)  # fmt: skip
FILLED: Raw = {
    "Aliases": {"Quantity": 0},
    "DefaultRootObject": "",
    "OriginGroups": {"Quantity": 0},
    "CacheBehaviors": {"Quantity": 0},
    "CustomErrorResponses": {"Quantity": 0},
    "Logging": {"Enabled": False, "IncludeCookies": False, "Bucket": "", "Prefix": ""},
    "PriceClass": "PriceClass_All",
    "Restrictions": {"GeoRestriction": {"RestrictionType": "none", "Quantity": 0}},
    "WebACLId": "",
    "HttpVersion": "http2",
    "IsIPV6Enabled": True,
    "Staging": False,
}
FILLED_BEHAVIOUR: Raw = {
    "SmoothStreaming": False,
    "Compress": False,
    "LambdaFunctionAssociations": {"Quantity": 0},
    "FieldLevelEncryptionId": "",
    "GrpcConfig": {"Enabled": False},
}


class Refused(Exception):
    """CloudFront refuses a call."""

    def __init__(self, code: str, status: int = 400, message: str = "No.") -> None:
        super().__init__(code)
        self.refusal = Refusal(code, message, status)


@dataclass
class Versioned:
    """What is read with a version, and changed only with the current one."""

    id: str
    config: Raw
    etag: str = field(default_factory=random_id)

    def check(self, call: Raw) -> None:
        if not call.get("IfMatch"):
            raise Refused("InvalidIfMatchVersion")
        if call["IfMatch"] != self.etag:
            raise Refused("PreconditionFailed", 412)

    def change(self, config: Raw) -> None:
        self.config, self.etag = config, random_id()


@dataclass
class Distribution(Versioned):
    host: str = field(default_factory=lambda: f"{random_id(uppercase=False)}.cloudfront.net")
    tags: dict[str, str] = field(default_factory=dict)
    pending: int = PENDING_READS
    unlisted: int = UNLISTED
    former: tuple[Raw, str] | None = None  # what the next read shows instead

    @property
    def arn(self) -> str:
        return f"arn:aws:cloudfront::{ACCOUNT}:distribution/{self.id}"

    def change(self, config: Raw) -> None:
        self.former = (self.config, self.etag)
        super().change(config)
        self.pending = PENDING_READS

    def read(self) -> tuple[Raw, str, str]:
        """Return the configuration, its version and the status, as CloudFront shows them now."""
        if self.former:
            (config, etag), self.former = self.former, None
            return config, etag, "Deployed"
        self.pending = max(self.pending - 1, -1)
        return self.config, self.etag, "Deployed" if self.pending < 0 else "InProgress"

    def shown(self) -> Raw:
        config, etag, status = self.read()
        whole = {
            "Id": self.id, "ARN": self.arn, "Status": status, "DomainName": self.host,
            "LastModifiedTime": "2026-01-01T00:00:00Z", "InProgressInvalidationBatches": 0,
            "DistributionConfig": config,
        }  # fmt: skip
        return {"Distribution": whole, "ETag": etag}


def get(store: Mapping[str, T], call: Raw, code: str) -> T:
    if call["Id"] not in store:
        raise Refused(code, 404)
    return store[call["Id"]]


def create(store: dict[str, Versioned], config: Raw, code: str) -> None:
    if config["Name"] in {each.config["Name"] for each in store.values()}:
        raise Refused(code, 409)
    made = Versioned(random_id(), config)
    store[made.id] = made


def page(items: list[Raw], call: Raw) -> Raw:
    """Return one item of a list. The marker is the number of the next one."""
    at = int(call.get("Marker") or 0)
    more = {"NextMarker": str(at + 1)} if at + 1 < len(items) else {}
    return {
        "Quantity": 1,
        "MaxItems": 1,
        "IsTruncated": bool(more),
        **more,
        "Items": items[at : at + 1],
    }


def require(part: Raw, names: tuple[str, ...]) -> None:
    if missing := [name for name in names if name not in part]:
        raise Refused("InvalidArgument", 400, f"The parameter {missing[0]} is required.")


def filled(config: Raw) -> Raw:
    """Return a configuration as AWS shows it."""
    made = {**FILLED, **copy.deepcopy(config)}
    certificate = made.get("ViewerCertificate", {})
    if arn := certificate.get("ACMCertificateArn"):
        made["ViewerCertificate"] = {**certificate, "Certificate": arn, "CertificateSource": "acm"}
    else:
        made["ViewerCertificate"] = {
            "CloudFrontDefaultCertificate": True, "MinimumProtocolVersion": "TLSv1",
            "SSLSupportMethod": "vip", "CertificateSource": "cloudfront",
        }  # fmt: skip
    for origin in made["Origins"]["Items"]:
        origin.setdefault("ConnectionAttempts", 3)
        origin.setdefault("OriginShield", {"Enabled": False})
    for behaviour in (made["DefaultCacheBehavior"], *made["CacheBehaviors"].get("Items", [])):
        for name, value in FILLED_BEHAVIOUR.items():
            behaviour.setdefault(name, value)
        behaviour["AllowedMethods"]["Items"] = behaviour["AllowedMethods"]["Items"][::-1]
    return made
