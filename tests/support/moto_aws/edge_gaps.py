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
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from botocore import xform_name
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from moto.cloudfront.models import cloudfront_backends, random_id
from moto.core.serialize import RestXMLSerializer
from moto.core.utils import get_service_model

from tests.support.moto_aws import edge_store
from tests.support.moto_aws.edge_functions import Functions
from tests.support.moto_aws.edge_store import Distribution, Raw, Refused, Versioned
from tests.support.moto_aws.wire import Call, Forward, Rule, answer
from tests.support.rooms import ACCOUNT

HELD = 1  # refusals to delete what a distribution used that is gone


@dataclass
class Edge(Functions):
    """Everything that CloudFront has of the account."""

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
        made = Distribution(random_id(), edge_store.filled(config), tags=tags)
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
            edge_store.require(behaviour, edge_store.OF_BEHAVIOUR)
        edge_store.require(config, edge_store.REQUIRED)
        self._check(config)
        found.change(edge_store.filled(config))
        return {}

    def delete_distribution(self, call: Raw) -> Raw:
        found = self._distribution(call)
        found.check(call)
        if found.config["Enabled"] or found.pending >= 0:
            raise Refused("DistributionNotDisabled", 409)
        functions = (each.arn for each in self.functions.values())
        used = (*self.access_controls, *self.policies, *functions)
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
        return {"DistributionList": edge_store.page(shown, call)}

    def _distribution(self, call: Raw) -> Distribution:
        return edge_store.get(self.distributions, call, "NoSuchDistribution")

    def _check(self, config: Raw) -> None:
        for origin in config["Origins"]["Items"]:
            if "S3OriginConfig" in origin and "CustomOriginConfig" in origin:
                raise Refused("InvalidArgument")
            used = origin.get("OriginAccessControlId")
            if used and used not in self.access_controls:
                raise Refused("InvalidOriginAccessControl")
        behaviours = config.get("CacheBehaviors", {}).get("Items", [])
        for behaviour in (config["DefaultCacheBehavior"], *behaviours):
            if behaviour.get("ResponseHeadersPolicyId", "") not in ("", *self.policies):
                raise Refused("NoSuchResponseHeadersPolicy", 404)
            self.check_functions(behaviour)

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
        edge_store.create(self.access_controls, call["OriginAccessControlConfig"], code)
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
        self.release(call["Id"], "OriginAccessControlInUse")
        del self.access_controls[call["Id"]]
        return {}

    def list_origin_access_controls(self, call: Raw) -> Raw:
        shown = [{"Id": each.id, **each.config} for each in self.access_controls.values()]
        return {"OriginAccessControlList": edge_store.page(shown, call)}

    def _access_control(self, call: Raw) -> Versioned:
        return edge_store.get(self.access_controls, call, "NoSuchOriginAccessControl")

    def create_response_headers_policy(self, call: Raw) -> Raw:
        code = "ResponseHeadersPolicyAlreadyExists"
        edge_store.create(self.policies, call["ResponseHeadersPolicyConfig"], code)
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
        self.release(call["Id"], "ResponseHeadersPolicyInUse")
        del self.policies[call["Id"]]
        return {}

    def list_response_headers_policies(self, call: Raw) -> Raw:
        shown = [
            {"Type": "custom", "ResponseHeadersPolicy": _shown(p)} for p in self.policies.values()
        ]
        return {"ResponseHeadersPolicyList": edge_store.page(shown, call)}

    def _policy(self, call: Raw) -> Versioned:
        return edge_store.get(self.policies, call, "NoSuchResponseHeadersPolicy")

    def release(self, used: str, code: str) -> None:
        self.held[used] = self.held.get(used, 0) - 1
        if self.held[used] >= 0 or any(used in str(d.config) for d in self.distributions.values()):
            raise Refused(code, 409)


def _shown(policy: Versioned) -> Raw:
    modified = {"Id": policy.id, "LastModifiedTime": "2026-01-01T00:00:00Z"}
    return {**modified, "ResponseHeadersPolicyConfig": policy.config}


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
    return answer(request.url, made["status_code"], made["headers"], _text(made["body"]))


def _text(body: bytes | str) -> str:
    return body.decode() if isinstance(body, bytes) else body


EDGE_GAPS: tuple[Rule, ...] = (cloudfront,)
