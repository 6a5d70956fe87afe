"""A user who has only the printed policies runs a room under a boundary, and can't get more."""

import io
import json
import time
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from boto3.session import Session
from botocore.exceptions import ClientError

import beekeeper
from beekeeper.config import RoomConfig
from beekeeper.diagnosis import policies
from beekeeper.local.crowd import Stage, Visitor
from beekeeper.local.leftovers import leftovers
from beekeeper.local.ministack import address
from beekeeper.local.shop import Shop
from beekeeper.provision.aws import Aws
from beekeeper.provision.names import Names
from beekeeper.provision.policies import allow, document
from beekeeper.provision.resources.role import trust
from tests.support.local_aws import NewUser, StrictAws

pytestmark = [pytest.mark.end_to_end, pytest.mark.xdist_group("local aws")]
NAME, PATH, VISITORS, SECONDS = "bounded", "/events/", 10, 60
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
EVERYTHING = json.dumps(document(allow(["*"], "*")))
# What an account's administrators would allow all functions of events: no IAM, for example.
LIMIT = document(
    allow(["dynamodb:*", "lambda:InvokeFunction", "logs:*", "s3:GetObject", "sqs:*"], "*")
)


@dataclass
class Account:
    """An account whose administrators made a boundary, and a user with the printed policies."""

    aws: StrictAws
    root: Session
    user: Session
    config: RoomConfig
    names: Names
    state_dir: Path
    policies: Sequence[dict[str, Any]]

    @property
    def place(self) -> dict[str, Any]:
        return {"session": self.user, "state_dir": self.state_dir}

    @property
    def user_name(self) -> str:
        arn = self.user.client("sts").get_caller_identity()["Arn"]
        return str(arn).rpartition("/")[2]

    def deploy(self, **values: Any) -> beekeeper.Room:
        return beekeeper.deploy({**self.config.model_dump(), **values}, **self.place)

    def role(self, part: str = "room") -> str:
        return self.names.role(part)


OpenAccount = Callable[[StrictAws], Account]


@pytest.fixture
def open_account(new_user: NewUser, tmp_path: Path) -> Iterator[OpenAccount]:
    """Opens accounts. At the end, removes all that was made in them."""
    opened: list[Account] = []

    def make(aws: StrictAws) -> Account:
        root = aws.session()
        made = root.client("iam").create_policy(
            PolicyName="boundary", PolicyDocument=json.dumps(LIMIT)
        )
        config = RoomConfig(
            name=NAME,
            destination="https://shop.example.com/",
            rate=600,
            permissions_boundary=made["Policy"]["Arn"],
            role_path=PATH,
        )
        printed = policies(config, session=root)
        user = new_user(aws, printed)
        account = Account(aws, root, user, config, Aws(root).names(NAME), tmp_path, printed)
        opened.append(account)
        return account

    yield make
    for account in opened:
        beekeeper.destroy(NAME, session=account.root, state_dir=tmp_path)
        boundary = account.config.permissions_boundary
        account.root.client("iam").delete_policy(PolicyArn=boundary)


@pytest.fixture
def account(strict_aws: StrictAws, open_account: OpenAccount) -> Account:
    return open_account(strict_aws)


# What AWS checks together with other calls, and MiniStack does not.
NOT_CALLED = {
    "apigateway:PUT": "tags of an API",
    "apigateway:TagResource": "tags of an API",
    "apigateway:UntagResource": "tags of an API",
    "lambda:ListTags": "without it, GetFunction omits the tags",
}


def test_the_policies_are_enough(account: Account) -> None:
    before = {f.check: f for f in beekeeper.doctor(account.config, **account.place).findings}
    assert before["boundary"].verdict == "ok", before["boundary"]
    assert account.deploy().changes
    for operate in (beekeeper.off, beekeeper.on, beekeeper.pause):
        operate(NAME, **account.place)
    beekeeper.set_rate(700, room=NAME, **account.place)
    beekeeper.clear(NAME, **account.place)
    status = beekeeper.status(NAME, drift=True, **account.place)
    assert (status.mode, status.rate, status.drift) == ("paused", 700, ())
    assert beekeeper.pass_keys(NAME, **account.place).keys
    found = beekeeper.doctor(account.config, **account.place)
    assert found.is_ready, found.findings
    # A deployer does not need the simulator that also shows the permissions of others.
    assert {f.check for f in found.findings if f.verdict != "ok"} == {"permissions"}

    changed_by_others(account)
    assert account.deploy(rate=90_000, tags={"team": "events"}).changes
    assert account.deploy().changes
    assert not account.deploy().changes
    left_by_others(account)
    assert beekeeper.destroy(NAME, **account.place).deleted
    assert leftovers(account.root, NAME) == []

    decisions = account.aws.decisions(account.user)
    assert {d.action for d in decisions if not d.allowed} == {"iam:SimulatePrincipalPolicy"}
    granted = {a for p in account.policies for s in p["Statement"] for a in s["Action"]}
    assert granted - {d.action for d in decisions if d.allowed} == NOT_CALLED.keys()


def changed_by_others(account: Account) -> None:
    """Change by hand whatever a deploy repairs with an action that nothing else needs."""
    iam, functions = account.root.client("iam"), account.root.client("lambda")
    role, function = account.role(), account.names.function("room")
    iam.update_role(RoleName=role, Description="Theirs.")
    iam.update_assume_role_policy(
        RoleName=role, PolicyDocument=json.dumps(trust("ec2.amazonaws.com"))
    )
    iam.put_role_policy(RoleName=role, PolicyName="theirs", PolicyDocument=EVERYTHING)
    iam.delete_role_permissions_boundary(RoleName=role)
    functions.update_function_code(FunctionName=function, ZipFile=zipped("def handler(): pass"))
    functions.put_function_concurrency(FunctionName=function, ReservedConcurrentExecutions=5)
    (statement,) = json.loads(functions.get_policy(FunctionName=function)["Policy"])["Statement"]
    permission = {"FunctionName": function, "StatementId": statement["Sid"]}
    functions.remove_permission(**permission)
    functions.add_permission(
        **permission, Action="lambda:InvokeFunction", Principal="s3.amazonaws.com"
    )
    sqs = account.root.client("sqs")
    url = sqs.get_queue_url(QueueName=account.names.queue)["QueueUrl"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "7"})
    apis = account.root.client("apigatewayv2")
    (api,) = [a for a in apis.get_apis()["Items"] if a["Name"] == account.names.stem]
    apis.update_api(ApiId=api["ApiId"], Description="Theirs.")


def left_by_others(account: Account) -> None:
    """Leave what a destroy has to remove with an action that nothing else needs."""
    account.root.client("iam").attach_role_policy(RoleName=account.role(), PolicyArn=ADMINISTRATOR)
    s3, bucket = account.root.client("s3"), account.names.bucket
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    (page,) = s3.list_objects_v2(Bucket=bucket)["Contents"]
    s3.put_object(Bucket=bucket, Key=page["Key"], Body=b"theirs")
    s3.create_multipart_upload(Bucket=bucket, Key=page["Key"])


def zipped(code: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("theirs.py", code)
    return content.getvalue()


@pytest.fixture
def deployed(account: Account) -> Account:
    account.deploy()
    return account


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
    rule = {"Rule": names.rule, "Targets": [target]}
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


def test_a_new_path_takes_the_policies_of_both(deployed: Account, new_user: NewUser) -> None:
    moved = deployed.config.model_copy(update={"role_path": "/"})
    both = [*deployed.policies, *policies(moved, session=deployed.root)]
    deployed.user = new_user(deployed.aws, both)
    changes = {c.name: c.action for c in deployed.deploy(role_path="/").changes}
    assert changes[deployed.role()] == "replace"
    assert not deployed.deploy(role_path="/").changes


@pytest.fixture
def new_aws() -> Iterator[StrictAws]:
    """An account as a new customer gets it: 10 functions at once, 2,500 requests a second."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LAMBDA_ACCOUNT_CONCURRENCY", "10")
        patch.setenv("API_GATEWAY_RATE", "2500")
        aws = StrictAws()
    with aws:
        yield aws


@pytest.fixture
def new_account(new_aws: StrictAws, open_account: OpenAccount) -> Account:
    return open_account(new_aws)


@pytest.fixture
def shop() -> Iterator[Shop]:
    shop = Shop(NAME)
    yield shop
    shop.close()


def test_a_room_of_a_new_account(new_account: Account, shop: Shop) -> None:
    account = new_account
    account.config = account.config.model_copy(update={"destination": f"{shop.origin}/"})
    before = {f.check: f for f in beekeeper.doctor(account.config, **account.place).findings}
    assert before["concurrency"].verdict == "problem"
    assert "10 functions" in before["concurrency"].text
    assert before["throttle"].verdict == "ok"
    assert "2,500 requests" in before["throttle"].text

    room = account.deploy()
    assert not account.deploy().changes
    shop.room_url, shop.keys = address(room.url), room.pass_keys().keys
    visitors = [Visitor(shop.room_url) for _ in range(VISITORS)]
    deadline = time.monotonic() + SECONDS
    while waiting := [v for v in visitors if v.stage is not Stage.ENTERED]:
        assert time.monotonic() < deadline, [v.stage.value for v in waiting]
        for visitor in waiting:
            visitor.step()
        time.sleep(0.2)
    status = room.status()
    assert (status.admitted, status.problems) == (VISITORS, ())
    assert status.settings.polls_per_second == 1_250  # a half of the quota
    found = {f.check: f.verdict for f in beekeeper.doctor(NAME, **account.place).findings}
    assert (found["functions"], found["throttle"]) == ("ok", "ok")
    assert beekeeper.destroy(NAME, **account.place).deleted
    assert leftovers(account.root, NAME) == []
