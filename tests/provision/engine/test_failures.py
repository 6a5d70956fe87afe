"""How errors of AWS are shown: the activity, the resource, the cause, and what to do."""

import pytest
from botocore.exceptions import (
    ClientError,
    EndpointConnectionError,
    NoCredentialsError,
    ParamValidationError,
    ReadTimeoutError,
)

import beekeeper
from beekeeper.errors import BeekeeperError, CredentialsError, ProvisionError
from beekeeper.provision import consumer_start
from beekeeper.provision.engine import graph
from beekeeper.provision.engine.events import StepFailed, StepWarning
from beekeeper.provision.engine.failures import explained
from beekeeper.provision.engine.wait import Wait, until
from beekeeper.provision.resources.outputs import API_ID
from tests.support.moto_aws.cloud import Cloud
from tests.support.moto_aws.wire import instead, refuse
from tests.support.rooms import DESTINATION

URL = "https://sqs.example/"


@pytest.mark.parametrize(
    ("error", "kind", "text"),
    [
        (ReadTimeoutError(endpoint_url=URL), ProvisionError, "AWS did not answer"),
        (EndpointConnectionError(endpoint_url=URL), CredentialsError, "can't be reached"),
        (NoCredentialsError(), CredentialsError, "No AWS credentials were found"),
        (ParamValidationError(report="x"), ProvisionError, "Parameter validation failed"),
        (ProvisionError("as it is"), ProvisionError, "^as it is$"),
    ],
)
def test_errors_of_this_side(error: Exception, kind: type[BeekeeperError], text: str) -> None:
    problem = explained(error, "create", "queue", "beekeeper-sale")
    assert type(problem) is kind
    with pytest.raises(kind, match=text):
        raise problem


@pytest.mark.parametrize(
    ("action", "is_told"), [("create", True), ("delete", True), ("read", False), ("reading", False)]
)
def test_only_what_was_changed_continues(action: str, is_told: bool) -> None:
    refused = ClientError({"Error": {"Code": "X"}, "ResponseMetadata": {}}, "Create")
    for error in (refused, ReadTimeoutError(endpoint_url=URL)):
        text = str(explained(error, action, "queue", "beekeeper-sale"))
        assert ("It continues from there." in text) is is_told
        assert ("Try again." in text) is not is_told


@pytest.mark.parametrize(
    ("code", "status", "kind", "text"),
    [
        ("ExpiredToken", 403, CredentialsError, "have expired"),
        ("InvalidClientTokenId", 403, CredentialsError, "does not know these credentials"),
        ("RequestThrottled", 403, ProvisionError, "Grant sqs:GetQueueUrl"),
        ("ThrottlingException", 400, ProvisionError, "Wait a minute"),
        ("KmsOptInRequired", 400, ProvisionError, "Try again"),
        ("OptInRequired", 403, CredentialsError, "No grant is missing"),
        ("SubscriptionRequiredException", 400, CredentialsError, "registration is not complete"),
        ("InvalidAccessKeyId", 403, CredentialsError, "or the region is not enabled"),
    ],
)
def test_errors_of_aws(
    cloud: Cloud, code: str, status: int, kind: type[BeekeeperError], text: str
) -> None:
    cloud.wire.add(refuse("sqs:GetQueueUrl", code, "Why.", status))
    with pytest.raises(kind, match=text):
        cloud.deploy()
    failed = [e for e in cloud.events if isinstance(e, StepFailed)]
    assert {e.action for e in failed} == {"read"}
    assert all(text in e.error for e in failed)


def test_what_aws_names_is_named(cloud: Cloud) -> None:
    message = (
        "User: arn:aws:sts::1:assumed-role/x is not authorized to perform: iam:PassRole on"
        " resource: arn:aws:iam::1:role/y"
    )
    cloud.wire.add(refuse("lambda:CreateFunction", "AccessDeniedException", message, 403))
    with pytest.raises(ProvisionError, match="Grant iam:PassRole to"):
        cloud.deploy()


DENIED = "User: arn:aws:iam::1:user/x is not authorized to perform: iam:CreateRole on resource: y "


@pytest.mark.parametrize(
    ("policy", "who", "whom"),
    [
        ("service control policy", "service control policy of your organisation", "organisation"),
        ("resource control policy", "resource control policy of your org", "your organisation"),
        ("permissions boundary", "permissions boundary of the credentials", "your account"),
        ("session policy", "session policy of the credentials", "manage the sign-in"),
        ("VPC endpoint policy", "policy of the VPC endpoint", "manage your network"),
    ],
)
@pytest.mark.parametrize(
    "how", ["with an explicit deny in a {}", "because no {} allows the action"]
)
def test_who_forbids_it_is_named_and_whom_to_ask(
    cloud: Cloud, policy: str, who: str, whom: str, how: str
) -> None:
    cloud.wire.add(refuse("iam:CreateRole", "AccessDenied", DENIED + how.format(policy), 403))
    with pytest.raises(ProvisionError) as raised:
        cloud.deploy()
    text = str(raised.value)
    assert who in text
    assert whom in text.partition("forbids iam:CreateRole. ")[2]
    assert "Grant iam:CreateRole" not in text


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("because no identity-based policy allows the iam:CreateRole action", "Grant iam:Cr"),
        ("because no resource-based policy allows the iam:CreateRole action", "Grant iam:Cr"),
        ("with an explicit deny in an identity-based policy", "If the policy demands MFA"),
        ("with an explicit deny", "If the policy demands MFA"),
        ("with an explicit deny in a resource-based policy", "out of the resource's policy"),
        (
            "with an explicit deny in a service control policy: arn:aws:organizations::1:policy/o",
            "Ask those who manage your organisation",
        ),
    ],
)
def test_a_grant_is_the_remedy_only_where_one_is_missing(cloud: Cloud, how: str, said: str) -> None:
    cloud.wire.add(refuse("iam:CreateRole", "AccessDenied", DENIED + how, 403))
    with pytest.raises(ProvisionError) as raised:
        cloud.deploy()
    assert said in str(raised.value)
    assert ("Grant " in str(raised.value)) == said.startswith("Grant ")


def test_a_consumer_that_cannot_be_started_is_explained(cloud: Cloud) -> None:
    cloud.wire.add(refuse("lambda:Invoke", "AccessDeniedException", "No.", 403))
    with pytest.raises(ProvisionError, match=r"starting function.*Grant lambda:InvokeFunction to"):
        beekeeper.deploy(
            name="sale",
            destination=DESTINATION,
            rate=600,
            session=cloud.session,
            state_dir=cloud.state_dir,
        )


def test_a_consumer_that_is_busy_is_started_a_little_later(deployed: Cloud) -> None:
    pending = "The function is currently in the following state: Pending"
    deployed.wire.add(refuse("lambda:Invoke", "ResourceConflictException", pending, 409, times=2))
    consumer_start.start(deployed.aws(), deployed.names())
    assert deployed.wire.names(mutating=True) == ["lambda:Invoke"] * 3


def test_a_dashboard_that_cloudwatch_does_not_like_is_a_warning(cloud: Cloud) -> None:
    problems = [{"DataPath": "/widgets/0", "Message": "Should have property x"}]
    cloud.wire.add(
        instead("cloudwatch:PutDashboard", lambda _: {"DashboardValidationMessages": problems}, 1)
    )
    aws = cloud.aws()
    warnings: list[str] = []
    aws.on_warning = warnings.append
    step = cloud.engine()._steps["dashboard"]
    desired = step.desired({API_ID: "a1"})
    assert desired is not None
    step.create(aws, desired)
    assert warnings == ["CloudWatch reports a problem with the dashboard: Should have property x"]
    assert StepWarning("dashboard", "create", warnings[0]).warning == warnings[0]


def test_a_wait_ends(cloud: Cloud) -> None:
    with pytest.raises(BeekeeperError, match="the moon took longer than 10 s"):
        until(cloud.aws(), Wait("the moon", 10), lambda: None)
    assert sum(cloud.time.sleeps) == 10


def test_the_other_errors_of_a_run_are_noted() -> None:
    def fail(key: str) -> None:
        raise ProvisionError(key)

    with pytest.raises(ProvisionError) as raised:
        graph.run({"a": [], "b": []}, fail, workers=2)
    both = {str(raised.value), *getattr(raised.value, "__notes__", [])}
    assert both in ({"a", "Also: b"}, {"b", "Also: a"}, {"a"}, {"b"})


def test_a_step_starts_after_those_that_it_needs_and_none_after_a_failure() -> None:
    needs = {"c": ["b"], "b": ["a"], "a": [], "d": ["c"]}
    done: list[str] = []

    def work(key: str) -> None:
        if key == "c":
            raise ProvisionError(key)
        done.append(key)

    with pytest.raises(ProvisionError, match="c"):
        graph.run(needs, work, workers=4)
    assert done == ["a", "b"]


def test_steps_that_need_each_other_are_an_error() -> None:
    with pytest.raises(ValueError, match="circle"):
        graph.run({"a": ["b"], "b": ["a"]}, lambda _: None, workers=1)
