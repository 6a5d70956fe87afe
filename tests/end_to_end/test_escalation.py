"""A user who has only the printed policies, with a boundary, can't give itself more."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.exceptions import ClientError

from beekeeper.provision.policies import document
from beekeeper.provision.resources.role import trust
from tests.support.bounded_account import ADMINISTRATOR, EVERYTHING, PATH, Account, zipped

pytestmark = [pytest.mark.end_to_end, pytest.mark.xdist_group("local aws")]


@dataclass(frozen=True)
class Attempt:
    """A call with which a user could get more, and the action that must be denied."""

    denied: str
    operation: str
    arguments: dict[str, Any]
    service: str = "iam"


def attempts(account: Account, foreign: str, api: str) -> Iterator[Attempt]:
    """Yield the ways to get more. ``foreign`` is the ARN of an administrator's role."""
    names, boundary = account.names, account.config.permissions_boundary
    ours, theirs, me = account.role(), foreign.rpartition("/")[2], account.user_name
    new = {"RoleName": ours, "Path": PATH, "AssumeRolePolicyDocument": json.dumps(trust())}
    put = {"PolicyName": "more", "PolicyDocument": EVERYTHING}

    def iam(operation: str, **arguments: Any) -> Attempt:
        action = "".join(word.capitalize() for word in operation.split("_"))
        return Attempt(f"iam:{action}", operation, arguments)

    yield iam("create_role", **new)
    yield iam("create_role", **new, PermissionsBoundary=ADMINISTRATOR)
    yield iam("create_role", **{**new, "Path": "/"}, PermissionsBoundary=boundary)
    yield iam("create_role", **{**new, "RoleName": "more"}, PermissionsBoundary=boundary)
    yield iam("put_role_policy", RoleName=theirs, **put)
    yield iam("update_assume_role_policy", RoleName=theirs, PolicyDocument=json.dumps(trust()))
    yield iam("put_role_permissions_boundary", RoleName=ours, PermissionsBoundary=ADMINISTRATOR)
    yield iam("put_role_permissions_boundary", RoleName=theirs, PermissionsBoundary=boundary)
    yield iam("delete_role_permissions_boundary", RoleName=ours)
    yield iam(
        "create_policy_version", PolicyArn=boundary, PolicyDocument=EVERYTHING, SetAsDefault=True
    )
    yield iam("set_default_policy_version", PolicyArn=boundary, VersionId="v1")
    yield iam("delete_policy", PolicyArn=boundary)
    yield iam("create_policy", **put)
    yield iam("attach_role_policy", RoleName=ours, PolicyArn=ADMINISTRATOR)
    yield iam("create_user", UserName="more")
    yield iam("create_access_key", UserName=me)
    yield iam("create_login_profile", UserName=me, Password="Correct-1-Horse")
    yield iam("attach_user_policy", UserName=me, PolicyArn=ADMINISTRATOR)
    yield iam("put_user_policy", UserName=me, **put)
    yield iam("add_user_to_group", UserName=me, GroupName="administrators")
    yield Attempt(
        "sts:AssumeRole", "assume_role", {"RoleArn": foreign, "RoleSessionName": "me"}, "sts"
    )
    passing = {"FunctionName": names.function("room"), "Role": foreign}
    yield Attempt("iam:PassRole", "update_function_configuration", passing, "lambda")
    code = {"Code": {"ZipFile": zipped("")}, "Handler": "theirs.handler", "Runtime": "python3.12"}
    yield Attempt("iam:PassRole", "create_function", {**passing, **code}, "lambda")
    target = {"Id": "more", "Arn": names.function_arn("consumer"), "RoleArn": foreign}
    rule = {"Rule": names.rule("consumer"), "Targets": [target]}
    yield Attempt("iam:PassRole", "put_targets", rule, "events")
    integration = {"ApiId": api, "IntegrationType": "AWS_PROXY", "CredentialsArn": foreign}
    yield Attempt("iam:PassRole", "create_integration", integration, "apigatewayv2")


def test_a_user_cannot_give_itself_more(deployed: Account, administrator: str) -> None:
    (api,) = deployed.root.client("apigatewayv2").get_apis()["Items"]
    for attempt in attempts(deployed, administrator, api["ApiId"]):
        call = getattr(deployed.user.client(attempt.service), attempt.operation)
        before = len(deployed.aws.decisions(deployed.user))
        with pytest.raises(ClientError) as refused:
            call(**attempt.arguments)
        assert "AccessDenied" in refused.value.response["Error"]["Code"], (attempt, refused.value)
        decisions = deployed.aws.decisions(deployed.user)[before:]
        assert [d.action for d in decisions if not d.allowed] == [attempt.denied], attempt


@pytest.fixture
def administrator(account: Account) -> Iterator[str]:
    """A role of the account that may do everything, and that the account's users may assume."""
    iam = account.root.client("iam")
    everyone = {"AWS": f"arn:aws:iam::{account.names.account}:root"}
    trusting = {"Effect": "Allow", "Principal": everyone, "Action": "sts:AssumeRole"}
    role = iam.create_role(
        RoleName="administrator", AssumeRolePolicyDocument=json.dumps(document(trusting))
    )
    iam.attach_role_policy(RoleName="administrator", PolicyArn=ADMINISTRATOR)
    yield role["Role"]["Arn"]
    iam.detach_role_policy(RoleName="administrator", PolicyArn=ADMINISTRATOR)
    iam.delete_role(RoleName="administrator")


MORE = """
import boto3

def handler(event, context):
    try:
        return boto3.client("iam").create_user(UserName="more")["User"]["Arn"]
    except Exception as error:
        return str(error)
"""


def test_no_policy_of_a_role_reaches_beyond_the_boundary(deployed: Account) -> None:
    """The user may write any policy for a role of the room, and any code for its functions."""
    iam, functions = deployed.user.client("iam"), deployed.user.client("lambda")
    role, function = deployed.role(), deployed.names.function("room")
    deployed.root.client("iam").attach_role_policy(RoleName=role, PolicyArn=ADMINISTRATOR)
    iam.put_role_policy(RoleName=role, PolicyName="more", PolicyDocument=EVERYTHING)
    functions.update_function_code(FunctionName=function, ZipFile=zipped(MORE))
    functions.update_function_configuration(FunctionName=function, Handler="theirs.handler")
    answer = functions.invoke(FunctionName=function)["Payload"].read().decode()
    assert "AccessDenied" in answer
    assert "iam:CreateUser" in answer

    root = deployed.root.client("iam")
    root.delete_role_permissions_boundary(RoleName=role)
    answer = functions.invoke(FunctionName=function)["Payload"].read().decode()
    assert "user/more" in answer, "it was not the boundary that denied it"
    root.delete_user(UserName="more")
    with pytest.raises(ClientError, match="iam:PutRolePolicy"):
        iam.put_role_policy(RoleName=role, PolicyName="more", PolicyDocument=EVERYTHING)
    deployed.deploy()
    found = iam.get_role(RoleName=role)["Role"]["PermissionsBoundary"]
    assert found["PermissionsBoundaryArn"] == deployed.config.permissions_boundary
    assert iam.list_role_policies(RoleName=role)["PolicyNames"] == ["beekeeper"]
