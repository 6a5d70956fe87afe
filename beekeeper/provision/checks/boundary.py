"""Checks whether the functions can do their work under the configured permissions boundary.

Reads only. Under a boundary that lacks an action, the room is deployed without an error, but its
functions fail. So IAM's policy simulator is asked about each statement of their policies.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from botocore.exceptions import ClientError

from beekeeper.config import RoomConfig
from beekeeper.provision.aws import Aws
from beekeeper.provision.blueprint import function_policies
from beekeeper.provision.checks.permissions import NotSimulated, context_entries, listed, simulated
from beekeeper.provision.engine.wait import has_code
from beekeeper.provision.grant import Grant, grant, unscoped
from beekeeper.provision.names import Names
from beekeeper.provision.policies import Document, as_document, document
from beekeeper.results import Finding, Verdict

CHECK = "boundary"


def grants(config: RoomConfig) -> Iterable[Grant]:
    """Return the permissions that a deployer needs for this check."""
    if config.permissions_boundary:
        actions = ["GetPolicy", "GetPolicyVersion"]
        yield grant("iam", actions, config.permissions_boundary, statement="Boundary")
        # It is given the policies, so it shows nothing of the account.
        yield unscoped("iam:SimulateCustomPolicy")


def boundary(aws: Aws, arn: str, names: Names, *, governed: bool = False) -> Finding:
    """Report whether the boundary exists, and allows what the functions of the room need."""
    limit = _document(aws, arn)
    if limit is None:
        text = f"There is no policy {arn} in this account."
        remedy = "Correct permissions_boundary, or ask those who manage your account for the ARN."
        return Finding(CHECK, Verdict.PROBLEM, text, remedy)
    policies = function_policies(names, governed=governed).values()
    wanted = [statement for policy in policies for statement in policy["Statement"]]
    try:
        denied = sorted({action for each in wanted for action in _denied(aws, limit, each)})
    except NotSimulated as reason:
        remedy = "Compare it with what the functions need: python -m beekeeper plan --policies"
        return Finding(CHECK, Verdict.UNKNOWN, str(reason), remedy)
    if not denied:
        text = f"The permissions boundary {arn} allows what the functions need."
        return Finding(CHECK, Verdict.OK, text)
    text = (
        f"The permissions boundary {arn} does not allow what the functions need: {listed(denied)}."
    )
    remedy = (
        "Ask those who manage the boundary to allow these actions. `python -m beekeeper plan"
        " --policies` prints all that the functions need."
    )
    return Finding(CHECK, Verdict.PROBLEM, text, remedy)


def _document(aws: Aws, arn: str) -> Document | None:
    iam = aws.client("iam")
    try:
        version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
        found = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]
    except ClientError as error:
        if has_code(error, "NoSuchEntity"):
            return None
        raise
    policy: Document = as_document(found["Document"])
    return policy


def _denied(aws: Aws, limit: Document, statement: dict[str, Any]) -> Iterator[str]:
    """Yield the actions of a statement that the boundary denies."""
    pages = (
        aws.client("iam")
        .get_paginator("simulate_custom_policy")
        .paginate(
            PolicyInputList=[json.dumps(document(statement))],
            PermissionsBoundaryPolicyInputList=[json.dumps(limit)],
            ActionNames=[action.rstrip("*") for action in statement["Action"]],
            ResourceArns=[_example(statement["Resource"])],
            ContextEntries=context_entries(statement.get("Condition", {}), aws.region),
        )
    )
    for result in simulated(pages, "The permissions boundary depends"):
        if result["EvalDecision"] != "allowed":
            yield f"{result['EvalActionName']} on {result.get('EvalResourceName', '*')}"


def _example(resource: str) -> str:
    """Return one of the resources that a pattern means: a log stream, or the default page."""
    example = "log-stream:example" if resource.endswith(":*") else ""
    return resource.removesuffix("*") + example
