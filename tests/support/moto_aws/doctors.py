"""The answers that doctor gets from a healthy account, and from others."""

import json
from collections.abc import Sequence
from typing import Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse

import beekeeper
from beekeeper.results import Finding, Status
from tests.support.moto_aws.cloud import Cloud
from tests.support.moto_aws.inventory import inventory
from tests.support.moto_aws.wire import Call, Forward, Rule, answer, instead
from tests.support.rooms import ACCOUNT, config

XML = {"content-type": "text/xml"}
# These change nothing: simulations of permissions, and CALL in contract/functions.py.
LOOKS = {"iam:SimulatePrincipalPolicy", "iam:SimulateCustomPolicy", "lambda:Invoke"}


def damaged(status: Status) -> list[Finding]:
    """Return what is wrong with the items. That no consumer works is another problem."""
    return [problem for problem in status.problems if problem.check == "items"]


def xml(name: str, operation: str, body: str) -> Rule:
    """Return a rule: the call is answered with this result."""
    result = f"<{operation}Result>{body}</{operation}Result>"
    text = f"<{operation}Response>{result}</{operation}Response>"

    def rule(call: Call, request: AWSPreparedRequest, forward: Forward) -> AWSResponse | None:
        return answer(request.url, 200, XML, text) if str(call) == f"{name}:{operation}" else None

    return rule


def caller(arn: str) -> Rule:
    body = f"<Arn>{arn}</Arn><UserId>U</UserId><Account>{ACCOUNT}</Account>"
    return xml("sts", "GetCallerIdentity", body)


class Simulator:
    """IAM's policy simulator, for a principal that is allowed all actions except some."""

    def __init__(
        self,
        denied: Sequence[str] = (),
        missing: str = "",
        by_organisation: Sequence[str] = (),
        by_boundary: Sequence[str] = (),
        explicitly: Sequence[str] = (),
    ) -> None:
        self.denied = (*denied, *by_organisation, *by_boundary)
        self.explicitly = explicitly
        self.by_organisation, self.by_boundary = by_organisation, by_boundary
        self.missing = missing
        self.asked: list[dict[str, Any]] = []

    def __call__(
        self, call: Call, request: AWSPreparedRequest, forward: Forward
    ) -> AWSResponse | None:
        if str(call) != "iam:SimulatePrincipalPolicy":
            return None
        self.asked.append(dict(call.arguments))
        members = "".join(map(self._member, call.arguments["ActionNames"]))
        body = f"<EvaluationResults>{members}</EvaluationResults><IsTruncated>false</IsTruncated>"
        answered = xml("iam", "SimulatePrincipalPolicy", body)(call, request, forward)
        assert answered
        return answered

    def _member(self, action: str) -> str:
        said = "implicitDeny" if action in self.denied else "allowed"
        said = "explicitDeny" if action in self.explicitly else said
        resources = self.asked[-1]["ResourceArns"]
        organisation = str(action not in self.by_organisation).lower()
        boundary = (
            "<PermissionsBoundaryDecisionDetail><AllowedByPermissionsBoundary>"
            f"{str(action not in self.by_boundary).lower()}"
            "</AllowedByPermissionsBoundary></PermissionsBoundaryDecisionDetail>"
        )
        each = "".join(
            f"<member><EvalResourceName>{arn}</EvalResourceName>"
            f"<EvalResourceDecision>{said}</EvalResourceDecision>{boundary}</member>"
            for arn in resources
        )
        missing = f"<member>{self.missing}</member>" if self.missing else ""
        return (
            f"<member><EvalActionName>{action}</EvalActionName>"
            f"<EvalResourceName>{resources[0]}</EvalResourceName>"
            f"<EvalDecision>{said}</EvalDecision>"
            "<OrganizationsDecisionDetail><AllowedByOrganizations>"
            f"{organisation}</AllowedByOrganizations></OrganizationsDecisionDetail>{boundary}"
            f"<MissingContextValues>{missing}</MissingContextValues>"
            f"<ResourceSpecificResults>{each}</ResourceSpecificResults></member>"
        )


def concurrency(total: int, unreserved: int | None = None) -> Rule:
    limit = {
        "ConcurrentExecutions": total,
        "UnreservedConcurrentExecutions": total if unreserved is None else unreserved,
    }
    return instead("lambda:GetAccountSettings", lambda _: {"AccountLimit": limit})


def throttle(rate: float) -> Rule:
    settings = {"throttleSettings": {"rateLimit": rate, "burstLimit": int(rate / 2)}}
    return instead("apigateway:GetAccount", lambda _: settings)


def diagnose(cloud: Cloud, *rules: Rule, **values: Any) -> beekeeper.Diagnosis:
    """Run doctor with these rules. All other calls get the answers of a healthy account."""
    arrivals = values.pop("arrivals_per_minute", None)
    cloud.wire.add(*rules, Simulator(), throttle(10_000.0))
    before = inventory()
    found = beekeeper.doctor(
        config(**values),
        session=cloud.session,
        state_dir=cloud.state_dir,
        arrivals_per_minute=arrivals,
    )
    assert {*map(str, cloud.wire.mutations)} <= LOOKS
    assert inventory() == before
    assert json.dumps(found.to_dict())
    return found


def finding(found: beekeeper.Diagnosis, check: str) -> tuple[str, str]:
    """Return the verdict and the whole text of one check."""
    by_check = {f.check: f for f in found.findings}
    assert len(by_check) == len(found.findings)
    return by_check[check].verdict, f"{by_check[check].text} {by_check[check].remedy}"
