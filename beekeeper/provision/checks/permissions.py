"""Asks IAM's policy simulator what the credentials are allowed to do. Reads only.

Quirks:

- The simulator knows users, groups and roles, but not sessions. So we look up the role of a
  session, because the session's ARN does not have the role's path.
- We must give the simulator what a real request would have (``ContextEntries``). If a condition
  uses a key that we did not give, such as MFA, the simulator answers with a denial. That denial
  means nothing.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from botocore.exceptions import ClientError

from beekeeper.provision.aws import Aws
from beekeeper.provision.engine.wait import has_code
from beekeeper.provision.grant import Grant, combined

DENIED = ("AccessDenied", "AccessDeniedException")


class NotSimulated(Exception):
    """IAM can't simulate these credentials. The text says why."""


def denied_actions(aws: Aws, wanted: Iterable[Grant]) -> list[str]:
    """Return the ``wanted`` actions that the credentials in use have no permission for.

    Each has the form ``action on resource``. Raises NotSimulated, and any error with which IAM
    refuses the simulation.
    """
    account, caller = aws.identity
    if caller.endswith(":root"):
        return []  # the root user has every permission
    source = _principal(aws, account, caller)
    return sorted({denied for g in combined(wanted) for denied in _denied(aws, source, g)})


def _principal(aws: Aws, account: str, caller: str) -> str:
    """Return the user or role whose policies apply."""
    kind, _, rest = caller.split(":", 5)[5].partition("/")
    if kind == "user":
        return caller
    if kind != "assumed-role":
        raise NotSimulated(f"IAM can't simulate {caller}, because it is neither a user nor a role.")
    role = rest.split("/")[0]
    try:
        return str(aws.client("iam").get_role(RoleName=role)["Role"]["Arn"])
    except ClientError as error:
        if not has_code(error, *DENIED):
            raise
        return f"arn:{aws.partition}:iam::{account}:role/{role}"


def _denied(aws: Aws, source: str, grant: Grant) -> Iterator[str]:
    pages = (
        aws.client("iam")
        .get_paginator("simulate_principal_policy")
        .paginate(
            PolicySourceArn=source,
            ActionNames=list(grant.actions),
            ResourceArns=list(grant.examples),
            ContextEntries=_context(grant),
        )
    )
    for result in (r for page in pages for r in page["EvaluationResults"]):
        if missing := result.get("MissingContextValues"):
            raise NotSimulated(
                f"The policies of the credentials depend on {', '.join(missing)}, which the"
                " simulator does not know."
            )
        yield from _denied_resources(result)


def _denied_resources(result: dict[str, Any]) -> Iterator[str]:
    action = result["EvalActionName"]
    each = {
        r["EvalResourceName"]: r["EvalResourceDecision"]
        for r in result.get("ResourceSpecificResults", [])
    } or {result.get("EvalResourceName", "*"): result["EvalDecision"]}
    yield from (f"{action} on {name}" for name, said in each.items() if said != "allowed")


def _context(grant: Grant) -> list[dict[str, Any]]:
    """Return what our requests contain, from the conditions of our own policy."""
    return [
        {
            "ContextKeyName": key,
            "ContextKeyType": "stringList" if isinstance(value, list) else "string",
            "ContextKeyValues": value if isinstance(value, list) else [value],
        }
        for condition in grant.condition.values()
        for key, value in condition.items()
    ]
