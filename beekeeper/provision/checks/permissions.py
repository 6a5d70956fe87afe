"""Asks IAM's policy simulator what the credentials are allowed to do. Reads only.

Quirks:

- The simulator knows users, groups and roles, but not sessions. So we look up the role of a
  session, because the session's ARN does not have the role's path.
- We must give the simulator what a real request would have (``ContextEntries``). If a condition
  uses a key that we did not give, such as MFA, the simulator answers with a denial. That denial
  means nothing.
- For a denial it tells whether the organisation's service control policies (SCPs) and the
  permissions boundary would have allowed the action. It ignores SCPs that have conditions.
- It does not know apigateway:TagResource and UntagResource. The tags of an HTTP API need the verbs
  on ``/tags/*``, which are tried.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from beekeeper.provision.aws import Aws
from beekeeper.provision.denials import Denier
from beekeeper.provision.engine.wait import has_code
from beekeeper.provision.grant import Grant, combined
from beekeeper.provision.policies import Conditions

UNKNOWN_ACTIONS = ("apigateway:TagResource", "apigateway:UntagResource")
SHOWN = 6  # of what is denied; an action on all roles is five
DENIED = ("AccessDenied", "AccessDeniedException")


class NotSimulated(Exception):
    """IAM can't simulate these credentials. The text says why."""


@dataclass(frozen=True, slots=True, order=True)
class Denial:
    """An action that is denied on a resource."""

    denier: Denier
    action: str
    resource: str

    def __str__(self) -> str:
        return f"{self.action} on {self.resource}"


def denied_actions(aws: Aws, wanted: Iterable[Grant]) -> list[Denial]:
    """Return the ``wanted`` actions that the credentials in use have no permission for.

    Raises NotSimulated, and any error with which IAM refuses the simulation.
    """
    account, caller = aws.identity
    if caller.endswith(":root"):
        return []  # the root user has every permission
    source = _principal(aws, account, caller)
    return sorted({denied for g in combined(wanted) for denied in _denied(aws, source, g)})


def listed(denied: Sequence[object]) -> str:
    """Return a list of what is denied, for people. A long one is cut."""
    shown = ", ".join(map(str, denied[:SHOWN]))
    return f"{shown}, and {len(denied) - SHOWN} more" if len(denied) > SHOWN else shown


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


def _denied(aws: Aws, source: str, grant: Grant) -> Iterator[Denial]:
    actions = [action for action in grant.actions if action not in UNKNOWN_ACTIONS]
    pages = (
        aws.client("iam")
        .get_paginator("simulate_principal_policy")
        .paginate(
            PolicySourceArn=source,
            ActionNames=actions,
            ResourceArns=list(grant.examples),
            ContextEntries=context_entries(grant.condition, aws.region),
        )
    )
    for result in simulated(pages, "The policies of the credentials depend"):
        yield from _denied_resources(result)


def simulated(pages: Iterable[Mapping[str, Any]], depends: str) -> Iterator[Mapping[str, Any]]:
    """Yield the results of a simulation. Raise NotSimulated if they depend on unknown values."""
    for result in (r for page in pages for r in page["EvaluationResults"]):
        if missing := result.get("MissingContextValues"):
            raise NotSimulated(
                f"{depends} on {', '.join(missing)}, which the simulator does not know."
            )
        yield result


def _denied_resources(result: Mapping[str, Any]) -> Iterator[Denial]:
    parts = result.get("ResourceSpecificResults") or [result]
    for part in parts:
        if part.get("EvalResourceDecision", part.get("EvalDecision")) != "allowed":
            denier = _denier({**result, **part})
            resource = part.get("EvalResourceName", "*")
            yield Denial(denier, result["EvalActionName"], resource)


def _denier(result: Mapping[str, Any]) -> Denier:
    """Return what denies an action. The parts of the answer are missing where nothing applies."""
    organisation = result.get("OrganizationsDecisionDetail", {})
    if organisation.get("AllowedByOrganizations") is False:
        return Denier.ORGANISATION
    boundary = result.get("PermissionsBoundaryDecisionDetail", {})
    if boundary.get("AllowedByPermissionsBoundary") is False:
        return Denier.BOUNDARY
    decision = result.get("EvalResourceDecision", result.get("EvalDecision"))
    return Denier.EXPLICIT if decision == "explicitDeny" else Denier.NO_GRANT


def context_entries(condition: Conditions, region: str) -> list[dict[str, Any]]:
    """Return what our requests contain: the region, and what our own policies' conditions ask."""
    given = {**condition, "": {"aws:RequestedRegion": region}}
    return [
        {
            "ContextKeyName": key,
            "ContextKeyType": "stringList" if isinstance(value, list) else "string",
            "ContextKeyValues": value if isinstance(value, list) else [value],
        }
        for keys in given.values()
        for key, value in keys.items()
    ]
