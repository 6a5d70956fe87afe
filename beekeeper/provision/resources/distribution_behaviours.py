"""The distribution's behaviours: which paths lead where, and what is cached. Pure.

Quirks:

- The first behaviour whose path matches is used. So ours come first, and others' after them.
- A list is ``{"Quantity": n, "Items": [...]}``, without ``Items`` when it is empty. Methods come
  back in another order.
- A behaviour has one function for each kind of event, so ours takes the place of another one there.
- A behaviour from before 2020 has ForwardedValues, which exclude a cache policy.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from beekeeper.contract.routes import Path

PAGE, API = "page", "api"  # the ids of the origins
NONE = {"Quantity": 0}
# AWS's managed policies (CloudFront Developer Guide, "Use managed cache policies").
CACHING_OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6"
CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
# API Gateway answers only to its own host name.
ALL_VIEWER_EXCEPT_HOST = "b689b0a8-53d0-40ab-baf2-68738e2966ac"
READS = ["GET", "HEAD"]
ALL_METHODS = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]
VIEWER_REQUEST = "viewer-request"  # a behaviour has one function for it
DEFAULT = "default"  # stands for the path of the default behaviour
UNCACHED = (Path.JOIN, Path.TURN, Path.ENTER, Path.CHECK, Path.PACE)
_LEGACY = ("ForwardedValues", "MinTTL", "DefaultTTL", "MaxTTL")
# What UpdateDistribution requires in addition (Developer Guide, "Required fields for creating and
# updating distributions").
_NEW_BEHAVIOUR = {
    "TrustedSigners": {"Enabled": False, **NONE},
    "TrustedKeyGroups": {"Enabled": False, **NONE},
    "SmoothStreaming": False,
    "LambdaFunctionAssociations": NONE,
    "FunctionAssociations": NONE,
    "FieldLevelEncryptionId": "",
}


def items_of(config: Mapping[str, Any], name: str) -> list[Any]:
    """Return the items of a list in AWS's form."""
    return (config.get(name) or {}).get("Items") or []


def as_list(items: Iterable[Any]) -> dict[str, Any]:
    """Return a list in AWS's form."""
    found = list(items)
    return {"Quantity": len(found), "Items": found} if found else dict(NONE)


def behaviours(*, with_tls: bool) -> dict[str, dict[str, Any]]:
    """Return the behaviours, by path. An emulator on this machine has no TLS."""
    https_only, redirect = ("https-only", "redirect-to-https") if with_tls else ("allow-all",) * 2
    cached = {"methods": READS, "cache_policy": CACHING_OPTIMIZED, "request_policy": ""}
    uncached = {
        "origin": API,
        "viewers": https_only,
        "compress": False,
        "methods": ALL_METHODS,
        "cache_policy": CACHING_DISABLED,
        "request_policy": ALL_VIEWER_EXCEPT_HOST,
    }
    return {
        DEFAULT: {"origin": PAGE, "viewers": redirect, "compress": True, **cached},
        **{path.link: uncached for path in UNCACHED},
        Path.NEWS.link: {"origin": API, "viewers": https_only, "compress": True, **cached},
    }


def behaviours_of(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return our behaviours as attributes, and the headers policy that all of them have."""
    first = items_of(config, "CacheBehaviors")[: len(behaviours(with_tls=True)) - 1]
    by_path = {DEFAULT: config["DefaultCacheBehavior"]}
    by_path |= {each["PathPattern"].lstrip("/"): each for each in first}
    policies = sorted({each.get("ResponseHeadersPolicyId", "") for each in by_path.values()})
    found = {path: _behaviour_of(each) for path, each in by_path.items()}
    return {"behaviours": found, "headers_policy": ", ".join(policies)}


def _behaviour_of(raw: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "origin": raw["TargetOriginId"],
        "viewers": raw["ViewerProtocolPolicy"],
        "compress": raw.get("Compress", False),
        "methods": sorted(items_of(raw, "AllowedMethods")),
        "cache_policy": raw.get("CachePolicyId", ""),
        "request_policy": raw.get("OriginRequestPolicyId", ""),
    }


def function_of(config: Mapping[str, Any]) -> str:
    """Return the ARN of the function that gets the requests for the page. Empty without one."""
    functions = items_of(config["DefaultCacheBehavior"], "FunctionAssociations")
    found = [each["FunctionARN"] for each in functions if each["EventType"] == VIEWER_REQUEST]
    return found[0] if found else ""


def without_function(config: Mapping[str, Any], arn: str) -> dict[str, Any]:
    """Return the configuration without a function of ours. Those of others stay."""
    default = config["DefaultCacheBehavior"]
    functions = items_of(default, "FunctionAssociations")
    kept = as_list(each for each in functions if each["FunctionARN"] != arn)
    return {**config, "DefaultCacheBehavior": {**default, "FunctionAssociations": kept}}


def patched_behaviours(config: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Return the behaviours in AWS's form: the wanted ones, and after them those of others."""
    there = {each["PathPattern"].lstrip("/"): each for each in items_of(config, "CacheBehaviors")}
    ours, policy = dict(wanted["behaviours"]), wanted["headers_policy"]
    default = _behaviour(config.get("DefaultCacheBehavior", {}), ours.pop(DEFAULT), policy)
    default |= _functions(default, wanted["page_function"])
    made = [
        {**_behaviour(there.pop(path, {}), each, policy), "PathPattern": f"/{path}"}
        for path, each in ours.items()
    ]
    return {"DefaultCacheBehavior": default, "CacheBehaviors": as_list([*made, *there.values()])}


def _functions(behaviour: Mapping[str, Any], arn: str) -> dict[str, Any]:
    """Return the behaviour's functions with ours. Without one of ours, all stay as they are."""
    if not arn:
        return {}
    functions = items_of(behaviour, "FunctionAssociations")
    others = [each for each in functions if each["EventType"] != VIEWER_REQUEST]
    ours = {"FunctionARN": arn, "EventType": VIEWER_REQUEST}
    return {"FunctionAssociations": as_list([*others, ours])}


def _behaviour(raw: Mapping[str, Any], wanted: Mapping[str, Any], policy: str) -> dict[str, Any]:
    optional = {"OriginRequestPolicyId": wanted["request_policy"]}
    dropped = {*_LEGACY, *optional}
    return {
        **_NEW_BEHAVIOUR,
        **{name: value for name, value in raw.items() if name not in dropped},
        "TargetOriginId": wanted["origin"],
        "ViewerProtocolPolicy": wanted["viewers"],
        "Compress": wanted["compress"],
        "AllowedMethods": {**as_list(wanted["methods"]), "CachedMethods": as_list(READS)},
        "CachePolicyId": wanted["cache_policy"],
        "ResponseHeadersPolicyId": policy,
        **{name: value for name, value in optional.items() if value},
    }
