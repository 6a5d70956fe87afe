"""doctor: whether the functions can do their work under the configured boundary."""

import json
from collections.abc import Sequence

from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from tests.support.moto_aws.cloud import Cloud
from tests.support.moto_aws.doctors import diagnose, finding, xml
from tests.support.moto_aws.wire import Call, Forward, refuse
from tests.support.rooms import ACCOUNT, REGION

BOUNDARY = f"arn:aws:iam::{ACCOUNT}:policy/boundary"
LIMIT = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
}


class CustomSimulator:
    """IAM's simulator of given policies, whose boundary denies some actions."""

    def __init__(self, denied: Sequence[str] = (), missing: str = "") -> None:
        self.denied = denied
        self.missing = f"<MissingContextValues><member>{missing}</member></MissingContextValues>"
        if not missing:
            self.missing = ""
        self.asked: list[str] = []

    def __call__(
        self, call: Call, request: AWSPreparedRequest, forward: Forward
    ) -> AWSResponse | None:
        if str(call) != "iam:SimulateCustomPolicy":
            return None
        assert json.loads(call.arguments["PermissionsBoundaryPolicyInputList"][0]) == LIMIT
        assert not any("*" in action for action in call.arguments["ActionNames"])
        assert not any("*" in resource for resource in call.arguments["ResourceArns"])
        given = {
            e["ContextKeyName"]: e["ContextKeyValues"] for e in call.arguments["ContextEntries"]
        }
        assert given["aws:RequestedRegion"] == [REGION]
        self.asked += call.arguments["ActionNames"]
        members = "".join(
            f"<member><EvalActionName>{action}</EvalActionName><EvalResourceName>arn:x"
            f"</EvalResourceName><EvalDecision>{self._said(action)}</EvalDecision>{self.missing}</member>"
            for action in call.arguments["ActionNames"]
        )
        body = f"<EvaluationResults>{members}</EvaluationResults><IsTruncated>false</IsTruncated>"
        return xml("iam", "SimulateCustomPolicy", body)(call, request, forward)

    def _said(self, action: str) -> str:
        return "implicitDeny" if action in self.denied else "allowed"


def make_boundary(cloud: Cloud) -> None:
    iam = cloud.client("iam")
    iam.create_policy(PolicyName="boundary", PolicyDocument=json.dumps(LIMIT))
    cloud.wire.clear()


def test_a_boundary_that_allows_all_that_the_functions_need(cloud: Cloud) -> None:
    make_boundary(cloud)
    simulator = CustomSimulator()
    found = diagnose(cloud, simulator, permissions_boundary=BOUNDARY)
    assert finding(found, "boundary")[0] == "ok"
    assert {"sqs:SendMessage", "logs:PutLogEvents", "s3:GetObject"} <= set(simulator.asked)


def test_what_a_boundary_lacks_is_named(cloud: Cloud) -> None:
    make_boundary(cloud)
    simulator = CustomSimulator(["sqs:SendMessage"])
    verdict, text = finding(diagnose(cloud, simulator, permissions_boundary=BOUNDARY), "boundary")
    assert verdict == "problem"
    assert "does not allow what the functions need: sqs:SendMessage on" in text
    assert "plan --policies" in text


def test_a_boundary_that_depends_on_what_the_simulator_does_not_know(cloud: Cloud) -> None:
    make_boundary(cloud)
    simulator = CustomSimulator(["sqs:SendMessage"], missing="aws:PrincipalTag/team")
    verdict, text = finding(diagnose(cloud, simulator, permissions_boundary=BOUNDARY), "boundary")
    assert verdict == "unknown"
    assert "depends on aws:PrincipalTag/team, which the simulator does not know" in text


def test_a_boundary_that_does_not_exist(cloud: Cloud) -> None:
    verdict, text = finding(diagnose(cloud, permissions_boundary=BOUNDARY), "boundary")
    assert verdict == "problem"
    assert f"no policy {BOUNDARY}" in text


def test_without_the_simulator_it_is_unknown(cloud: Cloud) -> None:
    make_boundary(cloud)
    denied = refuse("iam:SimulateCustomPolicy", "AccessDenied", status=403)
    verdict, text = finding(diagnose(cloud, denied, permissions_boundary=BOUNDARY), "boundary")
    assert verdict == "unknown"
    assert "Grant iam:SimulateCustomPolicy" in text
