"""A CloudFront in moto's place, and as unkind as AWS's. moto lacks most of what a room needs.

- After each change, a distribution is InProgress for some reads, and the first read is outdated.
- A change or a deletion with an outdated version is refused. So is the deletion of what is enabled
  or in use, also for a moment after that has ended.
- A list shows a new distribution late, and has one item on a page.
- Each caller reference is remembered, also after a deletion.
- Lists come back in another order, and with everything that AWS fills in.
"""

import copy
import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore import xform_name
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from moto.cloudfront.models import cloudfront_backends, random_id
from moto.core.serialize import RestXMLSerializer
from moto.core.utils import get_service_model

from tests.support.moto_aws.wire import Call, Forward, Refusal, Rule, answer
from tests.support.rooms import ACCOUNT

Raw = dict[str, Any]
PENDING_READS = 2  # in which a change is InProgress
UNLISTED = 1  # lists without a new distribution
HELD = 1  # refusals to delete what a distribution used that is gone
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


@dataclass
class Edge:
    """Everything that CloudFront has of the account."""

    distributions: dict[str, Distribution] = field(default_factory=dict)
    access_controls: dict[str, Versioned] = field(default_factory=dict)
    policies: dict[str, Versioned] = field(default_factory=dict)
    invalidations: list[Raw] = field(default_factory=list)
    references: set[str] = field(default_factory=set)
    held: dict[str, int] = field(default_factory=dict)  # by id, how often a deletion is refused

    # distributions

    def create_distribution_with_tags(self, call: Raw) -> Raw:
        wanted = call["DistributionConfigWithTags"]
        config = wanted["DistributionConfig"]
        if config["CallerReference"] in self.references:
            raise Refused("DistributionAlreadyExists", 409)
        self._check(config)
        self.references.add(config["CallerReference"])
        tags = {tag["Key"]: tag["Value"] for tag in wanted["Tags"]["Items"]}
        made = Distribution(random_id(), _filled(config), tags=tags)
        self.distributions[made.id] = made
        return made.shown()

    def get_distribution(self, call: Raw) -> Raw:
        return self._distribution(call).shown()

    def get_distribution_config(self, call: Raw) -> Raw:
        config, etag, _ = self._distribution(call).read()
        return {"DistributionConfig": config, "ETag": etag}

    def update_distribution(self, call: Raw) -> Raw:
        found, config = self._distribution(call), call["DistributionConfig"]
        found.check(call)
        if config["CallerReference"] != found.config["CallerReference"]:
            raise Refused("IllegalUpdate")
        behaviours = config["CacheBehaviors"].get("Items", [])
        for behaviour in (config["DefaultCacheBehavior"], *behaviours):
            _require(behaviour, OF_BEHAVIOUR)
        _require(config, REQUIRED)
        self._check(config)
        found.change(_filled(config))
        return {}

    def delete_distribution(self, call: Raw) -> Raw:
        found = self._distribution(call)
        found.check(call)
        if found.config["Enabled"] or found.pending >= 0:
            raise Refused("DistributionNotDisabled", 409)
        used = (*self.access_controls, *self.policies)
        self.held |= {each: HELD for each in used if each in str(found.config)}
        del self.distributions[found.id]
        return {}

    def list_distributions(self, call: Raw) -> Raw:
        shown = []
        for each in self.distributions.values():
            each.unlisted -= 1
            if each.unlisted < 0:
                config = {n: v for n, v in each.config.items() if n != "CallerReference"}
                shown.append({"Id": each.id, "ARN": each.arn, "DomainName": each.host, **config})
        return {"DistributionList": _page(shown, call)}

    def _distribution(self, call: Raw) -> Distribution:
        return _get(self.distributions, call, "NoSuchDistribution")

    def _check(self, config: Raw) -> None:
        for origin in config["Origins"]["Items"]:
            used = origin.get("OriginAccessControlId")
            if used and used not in self.access_controls:
                raise Refused("InvalidOriginAccessControl")
        behaviours = config.get("CacheBehaviors", {}).get("Items", [])
        for behaviour in (config["DefaultCacheBehavior"], *behaviours):
            if behaviour.get("ResponseHeadersPolicyId") not in self.policies:
                raise Refused("NoSuchResponseHeadersPolicy", 404)

    # tags and invalidations

    def list_tags_for_resource(self, call: Raw) -> Raw:
        tags = self._tags(call).items()
        return {"Tags": {"Items": [{"Key": key, "Value": value} for key, value in tags]}}

    def tag_resource(self, call: Raw) -> Raw:
        self._tags(call).update({tag["Key"]: tag["Value"] for tag in call["Tags"]["Items"]})
        return {}

    def untag_resource(self, call: Raw) -> Raw:
        for key in call["TagKeys"]["Items"]:
            self._tags(call).pop(key, None)
        return {}

    def _tags(self, call: Raw) -> dict[str, str]:
        by_arn = {each.arn: each.tags for each in self.distributions.values()}
        if call["Resource"] not in by_arn:
            raise Refused("NoSuchResource", 404)
        return by_arn[call["Resource"]]

    def create_invalidation(self, call: Raw) -> Raw:
        self._distribution({"Id": call["DistributionId"]})
        if call not in self.invalidations:
            self.invalidations.append(call)
        return {}

    # access controls and policies

    def create_origin_access_control(self, call: Raw) -> Raw:
        code = "OriginAccessControlAlreadyExists"
        _create(self.access_controls, call["OriginAccessControlConfig"], code)
        return {}

    def get_origin_access_control(self, call: Raw) -> Raw:
        return {"ETag": self._access_control(call).etag}

    def update_origin_access_control(self, call: Raw) -> Raw:
        found = self._access_control(call)
        found.check(call)
        found.change(call["OriginAccessControlConfig"])
        return {}

    def delete_origin_access_control(self, call: Raw) -> Raw:
        self._access_control(call).check(call)
        self._release(call["Id"], "OriginAccessControlInUse")
        del self.access_controls[call["Id"]]
        return {}

    def list_origin_access_controls(self, call: Raw) -> Raw:
        shown = [{"Id": each.id, **each.config} for each in self.access_controls.values()]
        return {"OriginAccessControlList": _page(shown, call)}

    def _access_control(self, call: Raw) -> Versioned:
        return _get(self.access_controls, call, "NoSuchOriginAccessControl")

    def create_response_headers_policy(self, call: Raw) -> Raw:
        code = "ResponseHeadersPolicyAlreadyExists"
        _create(self.policies, call["ResponseHeadersPolicyConfig"], code)
        return {}

    def get_response_headers_policy(self, call: Raw) -> Raw:
        found = self._policy(call)
        return {"ResponseHeadersPolicy": _shown(found), "ETag": found.etag}

    def update_response_headers_policy(self, call: Raw) -> Raw:
        found = self._policy(call)
        found.check(call)
        found.change(call["ResponseHeadersPolicyConfig"])
        return {}

    def delete_response_headers_policy(self, call: Raw) -> Raw:
        self._policy(call).check(call)
        self._release(call["Id"], "ResponseHeadersPolicyInUse")
        del self.policies[call["Id"]]
        return {}

    def list_response_headers_policies(self, call: Raw) -> Raw:
        shown = [
            {"Type": "custom", "ResponseHeadersPolicy": _shown(p)} for p in self.policies.values()
        ]
        return {"ResponseHeadersPolicyList": _page(shown, call)}

    def _policy(self, call: Raw) -> Versioned:
        return _get(self.policies, call, "NoSuchResponseHeadersPolicy")

    def _release(self, used: str, code: str) -> None:
        self.held[used] = self.held.get(used, 0) - 1
        if self.held[used] >= 0 or any(used in str(d.config) for d in self.distributions.values()):
            raise Refused(code, 409)


def _shown(policy: Versioned) -> Raw:
    modified = {"Id": policy.id, "LastModifiedTime": "2026-01-01T00:00:00Z"}
    return {**modified, "ResponseHeadersPolicyConfig": policy.config}


def _get(store: Mapping[str, Any], call: Raw, code: str) -> Any:
    if call["Id"] not in store:
        raise Refused(code, 404)
    return store[call["Id"]]


def _create(store: dict[str, Versioned], config: Raw, code: str) -> None:
    if config["Name"] in {each.config["Name"] for each in store.values()}:
        raise Refused(code, 409)
    made = Versioned(random_id(), config)
    store[made.id] = made


def _page(items: list[Raw], call: Raw) -> Raw:
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


def _require(part: Raw, names: tuple[str, ...]) -> None:
    if missing := [name for name in names if name not in part]:
        raise Refused("InvalidArgument", 400, f"The parameter {missing[0]} is required.")


def _filled(config: Raw) -> Raw:
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
        behaviour.setdefault("GrpcConfig", {"Enabled": False})
        behaviour["AllowedMethods"]["Items"] = behaviour["AllowedMethods"]["Items"][::-1]
    return made


def edge() -> Edge:
    """Return the account's CloudFront. It lives in moto's, so it goes into its snapshots."""
    store: Any = cloudfront_backends[ACCOUNT]["aws"].__dict__.setdefault("edge", Edge())
    found: Edge = store
    return found


@functools.cache
def _operation(name: str) -> Any:
    return get_service_model("cloudfront").operation_model(name)


def cloudfront(call: Call, request: AWSPreparedRequest, _: Forward) -> AWSResponse | None:
    """Answer in moto's place."""
    if call.service != "cloudfront":
        return None
    do: Callable[[Raw], Raw] = getattr(edge(), xform_name(call.operation))
    try:
        result = do(copy.deepcopy(dict(call.arguments)))
    except Refused as refused:
        return refused.refusal.to(call, request)
    made = RestXMLSerializer(operation_model=_operation(call.operation)).serialize(result)
    return answer(request.url, made["status_code"], made["headers"], made["body"])


EDGE_GAPS: tuple[Rule, ...] = (cloudfront,)
