"""MiniStack with what its IAM lacks. Run this file instead of ``-m ministack``.

MiniStack evaluates policies and permissions boundaries itself. But it does not tell them all that a
request is about. This module adds that, as AWS does (Service Authorization Reference):

- the ARNs of roles with their path, of alarms, dashboards, tagged topics and tables, rules, new
  functions, and of what CloudFront has
- the actions of Lambda that have a path of their own, such as DeleteFunctionConcurrency, and those
  of CreateDistributionWithTags
- the condition key iam:PermissionsBoundary: of the request where it sets a boundary, and otherwise
  the one that the role has
- the condition keys dynamodb:Select and dynamodb:Attributes of a Scan
- iam:PassRole, which AWS checks in addition when a call gives a service a role
- boundaries and conditions in SimulateCustomPolicy

It also writes each decision on a user or role into MiniStack's log, for tests to read. The variable
API_GATEWAY_RATE is the account's throttle of API Gateway, in requests a second.
"""

import json
import os
import re
from contextvars import ContextVar
from typing import Any

from ministack.app import main
from ministack.core import iam_actions, iam_evaluator
from ministack.core.responses import get_account_id, get_region
from ministack.services import apigateway_v1, iam

DECISION = "iam decision: "
SETS_BOUNDARY = ("iam:CreateRole", "iam:CreateUser", "iam:PutRolePermissionsBoundary")
# The actions that AWS asks for in place of CreateDistributionWithTags.
WITH_TAGS = ("cloudfront:CreateDistribution", "cloudfront:TagResource")
# The parameters with which a call gives a service a role.
PASSING = {
    "lambda": ("lambda.amazonaws.com", ("Role",)),
    "events": ("events.amazonaws.com", ("RoleArn",)),
    "apigateway": ("apigateway.amazonaws.com", ("credentialsArn",)),
}
extract, request_context = iam_actions.extract_resource_arn, iam_actions.request_tag_context
enforce, denied_response = iam_evaluator.enforce, iam_actions.access_denied_response
passed: ContextVar[dict[str, str]] = ContextVar("passed", default={})  # noqa: B039 - never changed
refused: ContextVar[str] = ContextVar("refused", default="")


def fields_of(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body or b"{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def parameter(params: dict[str, Any], name: str) -> str:
    found = params.get(name, "")
    return str(found[0] if isinstance(found, list) else found)


def resource_arn(
    service: str, method: str, path: str, headers: Any, body: bytes, params: Any, *place: str
) -> str:
    """Return the ARN that AWS checks, and note the roles that the call passes to a service."""
    known = str(extract(service, method, path, headers, body, params, *place))
    fields = fields_of(body)
    passed.set(_passed(service, fields))
    if service == "iam" and (role := parameter(params, "RoleName")):
        return _role_arn(role, params)
    if service == "sns" and (arn := parameter(params, "ResourceArn")):
        return arn
    if service == "cloudfront":
        return parameter(params, "Resource") or _edge_arn(method, path, body, place[1])
    return _named(service, fields, *place) or known


def _edge_arn(method: str, path: str, body: bytes, account: str) -> str:
    """Return the ARN of a part of CloudFront. What is created has a name, or every id."""
    _, kind, *rest = path.strip("/").split("/")
    named = re.search(rb"<Name>([^<]+)</Name>", body) if kind == "function" else None
    part = rest[0] if rest else named[1].decode() if named else "*"
    return f"arn:aws:cloudfront::{account}:{kind}/{part}" if rest or method == "POST" else "*"


def _named(service: str, fields: dict[str, Any], region: str, account: str) -> str:
    """Return the ARN of what the body of a call names, where MiniStack does not."""
    if arn := fields.get("ResourceArn") or fields.get("ResourceARN"):
        return str(arn)
    if service == "lambda" and (function := fields.get("FunctionName")):
        return f"arn:aws:lambda:{region}:{account}:function:{function}"
    if service == "events" and (rule := fields.get("Name") or fields.get("Rule")):
        return f"arn:aws:events:{region}:{account}:rule/{rule}"
    if service != "monitoring":
        return ""
    if dashboard := fields.get("DashboardName") or _first(fields, "DashboardNames"):
        return f"arn:aws:cloudwatch::{account}:dashboard/{dashboard}"
    alarm = _first(fields, "AlarmNames")
    return f"arn:aws:cloudwatch:{region}:{account}:alarm:{alarm}" if alarm else ""


def _first(fields: dict[str, Any], name: str) -> str:
    return str(next(iter(fields.get(name, ())), ""))


def _role_arn(name: str, params: dict[str, Any]) -> str:
    """A role's ARN. IAM knows no path of a role that does not exist, except to create it."""
    if (role := iam._roles.get(name)) and parameter(params, "Action") != "CreateRole":
        return str(role["Arn"])
    path = parameter(params, "Path") or "/"
    return f"arn:aws:iam::{get_account_id()}:role{path}{name}"


def _passed(service: str, fields: dict[str, Any]) -> dict[str, str]:
    """Return the roles that a call passes, with the service that gets them."""
    if service not in PASSING:
        return {}
    to, names = PASSING[service]
    parts = (fields, *fields.get("Targets", ()))
    return {part[n]: to for part in parts if isinstance(part, dict) for n in names if part.get(n)}


def lambda_action(method: str, path: str) -> str | None:
    operation = iam_actions._match_rest_action("lambda", method, path)
    return "InvokeFunction" if operation in ("Invoke", "InvokeAsync") else operation


def context(service: str, action: str, body: bytes, params: Any) -> dict[str, Any]:
    """Return the condition keys of a request, with iam:PermissionsBoundary, and those of a Scan."""
    known: dict[str, Any] = request_context(service, action, body, params)
    if action == "dynamodb:Scan":
        fields = fields_of(body)
        names = list(fields.get("ExpressionAttributeNames", {}).values())
        select = fields.get("Select", "SPECIFIC_ATTRIBUTES" if names else "ALL_ATTRIBUTES")
        return {**known, "dynamodb:Select": select, "dynamodb:Attributes": names}
    if service != "iam":
        return known
    entity = iam._roles.get(parameter(params, "RoleName")) or {}
    boundary = entity.get("PermissionsBoundary")
    if action in SETS_BOUNDARY:
        boundary = parameter(params, "PermissionsBoundary")
    return {**known, "iam:PermissionsBoundary": boundary} if boundary else known


def decide(key: str, action: str, service: str, region: str, *more: Any, **named: Any) -> Any:
    """Decide on a call, on the tags that it sets, and on the roles that it passes."""
    denied = None
    for each in WITH_TAGS if action == "cloudfront:CreateDistributionWithTags" else (action,):
        denied = denied or _noted(key, each, service, region, *more, **named)
    roles, _ = passed.get(), passed.set({})
    for role, to in roles.items():
        if denied is None:
            keys = {"iam:PassedToService": to}
            denied = _noted(
                key, "iam:PassRole", "iam", region, resource_arn=role, service_context=keys
            )
    return denied


def _noted(key: str, action: str, *more: Any, **named: Any) -> Any:
    denied = enforce(key, action, *more, **named)
    refused.set(action if denied else "")
    if not iam_evaluator.is_root_access_key(key or ""):
        note = {"key": key, "action": action, "resource": named.get("resource_arn", "*")}
        line = DECISION + json.dumps({**note, "allowed": denied is None})
        os.write(1, f"{line}\n".encode())  # at once, because other threads write, too
    return denied


def denied(service: str, action: str, *more: Any, **named: Any) -> Any:
    """Answer with the action that was denied, which is not always that of the call."""
    return denied_response(service, refused.get() or action, *more, **named)


def simulate_custom_policy(params: dict[str, Any]) -> Any:
    """SimulateCustomPolicy with boundaries, and with the condition keys that it is given."""
    keys = dict(_context_entries(params))
    layers = [
        [iam_evaluator.parse_policy_document(d) for d in _members(params, f"{name}InputList")]
        for name in ("Policy", "PermissionsBoundaryPolicy")
    ]
    (resource,) = _members(params, "ResourceArns")
    results = ""
    for action in _members(params, "ActionNames"):
        asked = iam_evaluator.EvalContext(
            "", "User", get_account_id(), action, resource, get_region(), service_context=keys
        )
        found = iam_evaluator.evaluate(asked, layers[0], *(layers[1:] if layers[1] else ()))
        words = {"Allow": "allowed", "Deny": "explicitDeny"}
        results += (
            f"<member><EvalActionName>{action}</EvalActionName><EvalDecision>"
            f"{words.get(found.decision, 'implicitDeny')}</EvalDecision><EvalResourceName>"
            f"{resource}</EvalResourceName></member>"
        )
    body = f"<EvaluationResults>{results}</EvaluationResults><IsTruncated>false</IsTruncated>"
    operation = "SimulateCustomPolicy"
    return iam._xml(
        200, f"{operation}Response", f"<{operation}Result>{body}</{operation}Result>", ns="iam"
    )


def _members(params: dict[str, Any], name: str) -> list[str]:
    found: list[str] = []
    while value := parameter(params, f"{name}.member.{len(found) + 1}"):
        found.append(value)
    return found


def _context_entries(params: dict[str, Any]) -> Any:
    prefix, number = "ContextEntries.member", 1
    while key := parameter(params, f"{prefix}.{number}.ContextKeyName"):
        values = _members(params, f"{prefix}.{number}.ContextKeyValues")
        is_list = parameter(params, f"{prefix}.{number}.ContextKeyType").endswith("List")
        yield key.lower(), values if is_list else values[0]
        number += 1


if __name__ == "__main__":
    iam_actions._BOTOCORE_SERVICE_MAP["lambda"] = ["lambda"]
    iam_actions._lambda_action = lambda_action
    iam_actions.extract_resource_arn = resource_arn
    iam_actions.request_tag_context = context
    iam_actions.access_denied_response = denied
    iam_evaluator.enforce = decide
    iam._IAM_HANDLERS["SimulateCustomPolicy"] = simulate_custom_policy
    if rate := os.environ.get("API_GATEWAY_RATE"):
        throttle = {"rateLimit": float(rate), "burstLimit": int(rate) // 2}
        apigateway_v1._ACCOUNT_DEFAULTS["throttleSettings"] = throttle
    main()
