"""The least that whoever deploys, operates and destroys a room must be allowed. Pure.

Scoped to the room's own names, so that two rooms' deployers can't touch each other's. Quirks that
show in it. CloudWatch Logs wants a group's ARN with ``:*`` for most actions, and without for tags.
GetFunction leaves the tags out where ``lambda:ListTags`` is missing. API Gateway's actions are the
verbs of HTTP, and an API's id is not known before it is made.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from beekeeper.config import RoomConfig
from beekeeper.contract import items
from beekeeper.provision.names import FUNCTIONS, Names, Watch
from beekeeper.provision.resources.dashboard import Dashboard


@dataclass(frozen=True, slots=True)
class Grant:
    """Actions of one service on some resources.

    ``examples`` are resources to try it with, where ``resources`` are patterns that somebody's own
    policy need not have in the same words.
    """

    actions: tuple[str, ...]
    resources: tuple[str, ...]
    condition: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    examples: tuple[str, ...] = ()


def named(names: Names) -> list[Grant]:
    """Return the grants that can share a statement: none widens another of the same service."""
    return [
        _queues(names),
        _table(names),
        _bucket(names),
        _objects(names),
        _roles(names),
        _functions(names),
        _log_groups(names),
        _apis(names),
        _rule(names),
        _alarms(names),
        _dashboard(names),
    ]


def apart(names: Names) -> dict[str, Grant]:
    """Return the grants that are statements of their own, by statement id."""
    return {
        "Items": _items(names),
        "PassRoles": _pass_roles(names),
        "Throttle": _throttle(names),
        "Unscoped": _unscoped(),
    }


def optional(names: Names, config: RoomConfig) -> dict[str, Grant]:
    """Return the grants for what not every room has, by statement id."""
    found: dict[str, Grant] = {}
    if config.domain_name:
        found["FirstDomain"] = _first_domain(names)
    if config.certificate_arn:
        found["Certificate"] = _grant("acm", ["DescribeCertificate"], [config.certificate_arn])
    if config.hosted_zone_id:
        found["Record"] = _record(names, config.hosted_zone_id)
    if config.state:
        # Not with the room's own bucket, which may be deleted.
        found |= _state(names, config.state)
    return found


def _grant(service: str, actions: Iterable[str], resources: Iterable[str], **more: Any) -> Grant:
    return Grant(tuple(f"{service}:{a}" for a in actions), tuple(resources), **more)


def _queues(names: Names) -> Grant:
    actions = (
        "CreateQueue",
        "GetQueueUrl",
        "GetQueueAttributes",
        "SetQueueAttributes",
        "DeleteQueue",
        "ListQueueTags",
        "TagQueue",
        "UntagQueue",
    )
    # Of both orders: deploy looks for the other's, too. To save space, one pattern for two queues.
    both = (names, names.other_order)
    lines = [names.queue_arn(each.queue) for each in both]
    dead_letters = [names.queue_arn(each.dead_letter_queue) for each in both]
    pattern = names.queue_arn(f"{names.stem}-dead-letter*")
    return _grant("sqs", actions, (*lines, pattern), examples=(*lines, *dead_letters))


def _table(names: Names) -> Grant:
    actions = (
        "CreateTable",
        "DescribeTable",
        "UpdateTable",
        "DeleteTable",
        "DescribeTimeToLive",
        "UpdateTimeToLive",
        "ListTagsOfResource",
        "TagResource",
        "UntagResource",
    )
    return _grant("dynamodb", actions, [names.table_arn])


def _items(names: Names) -> Grant:
    # The visitors' items are none of the deployer's business. All requests name a key; with
    # ForAllValues a request without one would pass as well, but Scan is not among the actions.
    leading = [items.ROOM, items.KEYS, items.PULSE, items.LEASE]
    condition = {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": leading}}
    actions = ("GetItem", "PutItem", "UpdateItem")
    return _grant("dynamodb", actions, [names.table_arn], condition=condition)


def _bucket(names: Names) -> Grant:
    actions = (
        "CreateBucket",
        "DeleteBucket",
        "ListBucket",
        "ListBucketVersions",
        "ListBucketMultipartUploads",
        "GetBucketPublicAccessBlock",
        "PutBucketPublicAccessBlock",
        "GetBucketPolicy",
        "PutBucketPolicy",
        "GetBucketTagging",
        "PutBucketTagging",
    )
    return _grant("s3", actions, [names.bucket_arn])


def _objects(names: Names) -> Grant:
    # All objects, since destroy empties the bucket of whatever is in it.
    actions = (
        "GetObject",
        "PutObject",
        "DeleteObject",
        "DeleteObjectVersion",
        "AbortMultipartUpload",
    )
    return _grant("s3", actions, [f"{names.bucket_arn}/*"])


def _roles(names: Names) -> Grant:
    actions = (
        "CreateRole",
        "GetRole",
        "DeleteRole",
        "UpdateRole",
        "UpdateAssumeRolePolicy",
        "ListRolePolicies",
        "GetRolePolicy",
        "PutRolePolicy",
        "DeleteRolePolicy",
        "ListAttachedRolePolicies",
        "DetachRolePolicy",
        "ListInstanceProfilesForRole",
        "ListRoleTags",
        "TagRole",
        "UntagRole",
    )
    return _grant("iam", actions, _role_arns(names))


def _pass_roles(names: Names) -> Grant:
    condition = {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}
    return _grant("iam", ["PassRole"], _role_arns(names), condition=condition)


def _role_arns(names: Names) -> list[str]:
    return [names.role_arn(part) for part in FUNCTIONS]


def _functions(names: Names) -> Grant:
    actions = (
        "CreateFunction",
        "GetFunction",
        "GetFunctionConfiguration",
        "UpdateFunctionCode",
        "UpdateFunctionConfiguration",
        "DeleteFunction",
        "PutFunctionConcurrency",
        "DeleteFunctionConcurrency",
        "GetFunctionEventInvokeConfig",
        "PutFunctionEventInvokeConfig",
        "GetPolicy",
        "AddPermission",
        "RemovePermission",
        "InvokeFunction",  # deploy starts the first consumer
        "ListTags",
        "TagResource",
        "UntagResource",
    )
    return _grant("lambda", actions, [names.function_arn(f) for f in FUNCTIONS])


def _log_groups(names: Names) -> Grant:
    actions = (
        "CreateLogGroup",
        "DeleteLogGroup",
        "PutRetentionPolicy",
        "ListTagsForResource",
        "TagResource",
        "UntagResource",
    )
    arns = [names.log_group_arn(part) for part in FUNCTIONS]
    with_and_without = tuple(a for arn in arns for a in (arn, f"{arn}:*"))
    return _grant("logs", actions, (f"{arn}*" for arn in arns), examples=with_and_without)


def _apis(names: Names) -> Grant:
    verbs = ("GET", "POST", "PUT", "PATCH", "DELETE", "TagResource", "UntagResource")
    gateway = _gateway(names)
    # Domains, too, without one in the configuration: one of an earlier configuration is removed.
    paths = ("apis", "apis/*", "domainnames", "domainnames/*")
    known = tuple(f"{gateway}/{path}" for path in paths)
    # For the tags of a new HTTP API, AWS was seen to ask for ".../arn:...::/tags/", an ARN in an
    # ARN (aws-cloudformation/cloudformation-coverage-roadmap#997): hence the star before /tags.
    tags, example = f"{gateway}*/tags/*", f"{gateway}/tags/*"
    # To save space, one pattern for the first two: nothing else begins so.
    patterns = (f"{gateway}/apis*", *known[2:], tags)
    return _grant("apigateway", verbs, patterns, examples=(*known, example))


def _throttle(names: Names) -> Grant:
    # Where doctor reads the account's throttle.
    return _grant("apigateway", ["GET"], [f"{_gateway(names)}/account"])


def _gateway(names: Names) -> str:
    return f"arn:{names.partition}:apigateway:{names.region}::"


def _rule(names: Names) -> Grant:
    actions = (
        "PutRule",
        "DescribeRule",
        "DeleteRule",
        "PutTargets",
        "RemoveTargets",
        "ListTargetsByRule",
        "ListTagsForResource",
        "TagResource",
        "UntagResource",
    )
    return _grant("events", actions, [names.rule_arn])


def _alarms(names: Names) -> Grant:
    tags = ("ListTagsForResource", "TagResource", "UntagResource")
    alarms = [names.alarm(watch) for watch in Watch]
    arns = [names.arn("cloudwatch", f"alarm:{a}") for a in alarms]
    return _grant("cloudwatch", ("PutMetricAlarm", "DeleteAlarms", *tags), arns)


def _dashboard(names: Names) -> Grant:
    # Dashboards are global: their ARN has no region.
    arn = f"arn:{names.partition}:cloudwatch::{names.account}:dashboard/{Dashboard(names).name}"
    return _grant("cloudwatch", ("GetDashboard", "PutDashboard", "DeleteDashboards"), [arn])


def _first_domain(names: Names) -> Grant:
    # The first custom domain of an account makes API Gateway's role for it.
    service = "ops.apigateway.amazonaws.com"
    role = f"role/aws-service-role/{service}/AWSServiceRoleForAPIGateway"
    arn = f"arn:{names.partition}:iam::{names.account}:{role}"
    condition = {"StringEquals": {"iam:AWSServiceName": service}}
    return _grant("iam", ["CreateServiceLinkedRole"], [arn], condition=condition)


def _record(names: Names, zone_id: str) -> Grant:
    actions = ("ListResourceRecordSets", "ChangeResourceRecordSets")
    return _grant("route53", actions, [f"arn:{names.partition}:route53:::hostedzone/{zone_id}"])


def _state(names: Names, state: str) -> dict[str, Grant]:
    path = state.removeprefix("s3://").strip("/")
    bucket = f"arn:{names.partition}:s3:::{path.partition('/')[0]}"
    objects = f"arn:{names.partition}:s3:::{path}/{names.room}.*"
    return {
        "State": _grant("s3", ["GetObject", "PutObject", "DeleteObject"], [objects]),
        # Without it, an object that is not there is answered with 403.
        "States": _grant("s3", ["ListBucket"], [bucket]),
    }


def _unscoped() -> Grant:
    # Reads that can't be scoped to a name. GetAccountSettings is about the account;
    # DescribeLogGroups lists by prefix; DescribeAlarms is granted for all or leaves some out
    # (CloudWatch API reference).
    actions = ("cloudwatch:DescribeAlarms", "lambda:GetAccountSettings", "logs:DescribeLogGroups")
    return Grant(actions, ("*",))
