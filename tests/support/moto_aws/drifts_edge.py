"""What people do to the edge by hand: they delete parts of it, take its names, and change it."""

from collections.abc import Callable
from typing import Any

from tests.support.moto_aws.by_hand import BUCKET, ByHand
from tests.support.moto_aws.cloud import Cloud
from tests.support.moto_aws.drift import OURS, Drift
from tests.support.moto_aws.edge_functions import Function
from tests.support.moto_aws.edge_gaps import edge
from tests.support.moto_aws.edge_store import Distribution, Versioned
from tests.support.rooms import ACCOUNT, REGION

NAME = f"beekeeper-sale-{REGION}"
MARK = f"Beekeeper: room sale in {REGION}"
Raw = dict[str, Any]


def distribution() -> Distribution:
    """Return the only distribution."""
    (found,) = edge().distributions.values()
    return found


def _only(kind: str) -> Versioned:
    (found,) = getattr(edge(), kind).values()
    made: Versioned = found
    return made


def _detached(kind: str) -> ByHand:
    """Delete what the distribution used, which takes it off the distribution first."""

    def delete(_: Cloud) -> None:
        config = distribution().config
        config["Origins"]["Items"][0].pop("OriginAccessControlId")
        for each in (config["DefaultCacheBehavior"], *config["CacheBehaviors"]["Items"]):
            each.pop("ResponseHeadersPolicyId")
            each.pop("FunctionAssociations")
        getattr(edge(), kind).clear()

    return delete


# How each is deleted, and which other ones disappear with it. CloudFront remembers the reference.
DELETIONS: dict[str, tuple[ByHand, tuple[str, ...]]] = {
    "access control": (_detached("access_controls"), ()),
    "headers policy": (_detached("policies"), ()),
    "page function": (_detached("functions"), ()),
    "distribution": (lambda _: edge().distributions.clear(), ("cached page",)),
}


def foreign_access_control(cloud: Cloud) -> None:
    config = {
        "Name": NAME, "Description": "theirs", "SigningBehavior": "never",
        "SigningProtocol": "sigv4", "OriginAccessControlOriginType": "s3",
    }  # fmt: skip
    cloud.client("cloudfront").create_origin_access_control(OriginAccessControlConfig=config)


def foreign_policy(cloud: Cloud) -> None:
    config = {"Name": NAME, "Comment": "theirs"}
    cloud.client("cloudfront").create_response_headers_policy(ResponseHeadersPolicyConfig=config)


def foreign_function(cloud: Cloud) -> None:
    config = {"Comment": "theirs", "Runtime": "cloudfront-js-1.0"}
    make = cloud.client("cloudfront").create_function
    make(Name=NAME, FunctionConfig=config, FunctionCode=b"theirs")


def foreign_distribution(cloud: Cloud, comment: str = MARK, **tags: str) -> Distribution:
    """Make somebody's distribution in front of the room's bucket."""
    policy, before = "theirs", set(edge().distributions)
    edge().policies.setdefault(policy, Versioned(policy, {"Name": policy}))
    behaviour = {
        "TargetOriginId": "theirs", "ViewerProtocolPolicy": "allow-all", "CachePolicyId": "x",
        "ResponseHeadersPolicyId": policy,
        "AllowedMethods": {"Quantity": 2, "Items": ["GET", "HEAD"]},
    }  # fmt: skip
    origin = {"Id": "theirs", "DomainName": f"{BUCKET}.s3.{REGION}.amazonaws.com"}
    config = {
        "CallerReference": f"theirs {len(before)}", "Comment": comment, "Enabled": True,
        "Origins": {"Quantity": 1, "Items": [origin]}, "DefaultCacheBehavior": behaviour,
    }  # fmt: skip
    tagged = {"Items": [{"Key": key, "Value": value} for key, value in tags.items()]}
    wanted = {"DistributionConfig": config, "Tags": tagged}
    cloud.client("cloudfront").create_distribution_with_tags(DistributionConfigWithTags=wanted)
    (made,) = (each for each in edge().distributions.values() if each.id not in before)
    made.unlisted, made.pending = -1, -1
    return made


def _changed(kind: str, change: Callable[[Raw], object]) -> ByHand:
    def by_hand(_: Cloud) -> None:
        found = _only(kind)
        change(found.config)
        found.change(found.config)

    return by_hand


def page_function() -> Function:
    """Return the only CloudFront Function."""
    (found,) = edge().functions.values()
    return found


def _published(code: bytes | None = None, **config: str) -> ByHand:
    """Change the function, and publish that."""

    def by_hand(_: Cloud) -> None:
        found = page_function()
        changed = {**found.config["config"], **config}
        found.change({"config": changed, "code": code or found.config["code"]})
        found.live = Versioned(found.etag, found.config)

    return by_hand


def functions(*associations: tuple[str, str]) -> Raw:
    """Return functions of a behaviour: (ARN, event)."""
    items = [{"FunctionARN": arn, "EventType": event} for arn, event in associations]
    return {"Quantity": len(items), **({"Items": items} if items else {})}


def _to_x(member: str) -> Callable[[Raw], object]:
    return lambda config: config.update({member: "x"})


def _set(**values: Any) -> ByHand:
    def by_hand(_: Cloud) -> None:
        distribution().config |= values
        distribution().etag += "X"

    return by_hand


def _origin(at: int, **values: Any) -> ByHand:
    return lambda _: distribution().config["Origins"]["Items"][at].update(values)


def _no_bucket(_: Cloud) -> None:
    """Make the bucket a host like any other, as with the address of its web site."""
    page = distribution().config["Origins"]["Items"][0]
    page["CustomOriginConfig"] = distribution().config["Origins"]["Items"][1]["CustomOriginConfig"]
    page |= {"OriginAccessControlId": ""}
    page.pop("S3OriginConfig")


def _behaviour(at: int | None, **values: Any) -> ByHand:
    def by_hand(_: Cloud) -> None:
        config = distribution().config
        default, others = config["DefaultCacheBehavior"], config["CacheBehaviors"]["Items"]
        (default if at is None else others[at]).update(values)

    return by_hand


def _behaviour_first(_: Cloud) -> None:
    """Put somebody's behaviour before ours."""
    behaviours = distribution().config["CacheBehaviors"]
    theirs = {**behaviours["Items"][0], "PathPattern": "/*", "TargetOriginId": "page"}
    behaviours["Items"].insert(0, theirs)
    behaviours["Quantity"] += 1


def _custom(**values: Any) -> ByHand:
    def by_hand(_: Cloud) -> None:
        distribution().config["Origins"]["Items"][1]["CustomOriginConfig"].update(values)

    return by_hand


def _error_page(_: Cloud) -> None:
    first = distribution().config["CustomErrorResponses"]["Items"][0]
    first |= {"ResponsePagePath": "/sorry.html", "ResponseCode": "200"}


def _security(**values: Any) -> ByHand:
    return _changed("policies", lambda config: config["SecurityHeadersConfig"].update(values))


def _untag(cloud: Cloud) -> None:
    which = {"Resource": distribution().arn}
    cloud.client("cloudfront").untag_resource(**which, TagKeys={"Items": list(OURS)})


def _tag(**tags: str) -> ByHand:
    return lambda _: distribution().tags.update(tags)


SET_ACCESS = ["cloudfront:UpdateOriginAccessControl"]
SET_POLICY = ["cloudfront:UpdateResponseHeadersPolicy"]
SET = ["cloudfront:UpdateDistribution"]
LEAD = ["s3:PutBucketPolicy", *SET]  # the edge may read the pages before it leads there
SET_FUNCTION = ["cloudfront:UpdateFunction", "cloudfront:PublishFunction"]
THEIRS = f"arn:aws:cloudfront::{ACCOUNT}:function/theirs"
ACM = f"arn:aws:acm:us-east-1:{ACCOUNT}:certificate/theirs"
WITH_HEADER = {"Quantity": 1, "Items": [{"HeaderName": "X-Beekeeper-Edge", "HeaderValue": "k.1"}]}


def _of(name: str, by_hand: ByHand, attribute: str) -> Drift:
    return Drift(name, by_hand, "distribution", {attribute}, SET)


DRIFTS = [
    *(Drift(f"access-{member}", _changed("access_controls", _to_x(member)),
            "access control", {attribute}, SET_ACCESS)
      for member, attribute in {
          "Name": "name", "Description": "description", "SigningBehavior": "signing",
          "SigningProtocol": "protocol", "OriginAccessControlOriginType": "origin_type",
      }.items()),
    Drift("policy-name", _changed("policies", lambda c: c.update(Name="x")),
          "headers policy", {"name"}, SET_POLICY),
    Drift("policy-comment", _changed("policies", lambda c: c.update(Comment="x")),
          "headers policy", {"comment"}, SET_POLICY),
    Drift("csp", _security(ContentSecurityPolicy={"ContentSecurityPolicy": "x", "Override": True}),
          "headers policy", {"content-security-policy"}, SET_POLICY),
    Drift("hsts-gone", _changed(
              "policies", lambda c: c["SecurityHeadersConfig"].pop("StrictTransportSecurity")),
          "headers policy", {"strict-transport-security"}, SET_POLICY),
    Drift("nosniff", _security(ContentTypeOptions={"Override": False}),
          "headers policy", {"x-content-type-options"}, SET_POLICY),
    Drift("referrer", _security(ReferrerPolicy={"ReferrerPolicy": "origin", "Override": True}),
          "headers policy", {"referrer-policy"}, SET_POLICY),
    _of("comment", _set(Comment="x"), "comment"),
    _of("disabled", _set(Enabled=False), "enabled"),
    _of("root", _set(DefaultRootObject=""), "default_object"),
    _of("http", _set(HttpVersion="http1.1"), "http_version"),
    _of("ipv6", _set(IsIPV6Enabled=False), "ipv6"),
    _of("alias", _set(Aliases={"Quantity": 1, "Items": ["theirs.example.com"]}), "aliases"),
    Drift("certificate", _set(ViewerCertificate={
              "ACMCertificateArn": ACM, "MinimumProtocolVersion": "TLSv1"}),
          "distribution", {"certificate", "tls"}, SET),
    _of("bucket", _origin(0, DomainName="theirs.s3.amazonaws.com"), "page_host"),
    _of("folder", _origin(0, OriginPath="/theirs"), "page_host"),
    _of("unsigned", _origin(0, OriginAccessControlId=""), "access_control"),
    _of("no-bucket", _no_bucket, "access_control"),
    _of("api", _origin(1, DomainName="theirs.example.com"), "api_origin"),
    _of("api-path", _origin(1, OriginPath="/theirs"), "api_origin"),
    _of("api-http", _custom(OriginProtocolPolicy="http-only"), "api_origin"),
    _of("api-tls", _custom(OriginSslProtocols={"Quantity": 1, "Items": ["SSLv3"]}), "api_origin"),
    _of("api-port", _custom(HTTPPort=8080), "api_origin"),
    _of("secret", _origin(1, CustomHeaders=WITH_HEADER), "secret"),
    _of("secret-gone", _origin(1, CustomHeaders={"Quantity": 0}), "secret"),
    _of("errors", _set(CustomErrorResponses={"Quantity": 0}), "uncached_errors"),
    _of("error-page", _error_page, "uncached_errors"),
    _of("headers", _behaviour(2, ResponseHeadersPolicyId=""), "headers_policy"),
    _of("behaviour-gone", _set(CacheBehaviors={"Quantity": 0}), "behaviours"),
    _of("behaviour-first", _behaviour_first, "behaviours"),
    *(_of(f"{at}-{name}", _behaviour(at, **{name: value}), "behaviours")
      for at in (None, 0) for name, value in {
          "TargetOriginId": "theirs", "ViewerProtocolPolicy": "allow-all", "CachePolicyId": "x",
          "OriginRequestPolicyId": "x", "AllowedMethods": {"Quantity": 1, "Items": ["GET"]},
      }.items()),
    Drift("function-gone", _behaviour(None, FunctionAssociations=functions()), "distribution",
          {"page_function"}, LEAD),
    Drift("function", _behaviour(None, FunctionAssociations=functions((THEIRS, "viewer-request"))),
          "distribution", {"page_function"}, LEAD),
    Drift("function-comment", _published(Comment="x"), "page function", {"comment"}, SET_FUNCTION),
    Drift("function-runtime", _published(Runtime="cloudfront-js-1.0"), "page function",
          {"runtime"}, SET_FUNCTION),
    Drift("function-code", _published(b"theirs"), "page function", {"sha256"}, SET_FUNCTION),
    _of("uncompressed", _behaviour(None, Compress=False), "behaviours"),
    Drift("untagged", _untag, "distribution", {"tags"}, ["cloudfront:TagResource"]),
    Drift("version", _tag(**{"beekeeper:version": "0.0.1"}), "distribution", {"tags"},
          ["cloudfront:TagResource"]),
    Drift("other-page", _tag(**{"beekeeper:page": "b" * 64}), "cached page", {"sha256"},
          ["cloudfront:CreateInvalidation", "cloudfront:TagResource"]),
]  # fmt: skip
