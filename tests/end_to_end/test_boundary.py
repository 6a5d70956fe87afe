"""A user who has only the printed policies runs a room under a permissions boundary."""

import json

import pytest

import beekeeper
from beekeeper.diagnosis import policies
from beekeeper.local.leftovers import leftovers
from beekeeper.provision.resources.role import trust
from tests.support.bounded_account import ADMINISTRATOR, EVERYTHING, NAME, Account, zipped
from tests.support.local_aws import NewUser

pytestmark = [pytest.mark.end_to_end, pytest.mark.xdist_group("local aws")]
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
    assert beekeeper.report(NAME, **account.place).joined == 0
    assert list(beekeeper.logs(NAME, **account.place)) == []  # it was deployed just now
    assert NAME in [each.room for each in beekeeper.find_rooms(**account.place).rooms]
    found = beekeeper.doctor(account.config, **account.place)
    assert found.is_ready, found.findings
    # A deployer does not need the simulator that also shows the permissions of others. The local
    # AWS runs as many functions as the machine's memory allows, which a first second may exceed.
    doubtful = {f.check for f in found.findings if f.verdict != "ok"}
    assert doubtful - {"first second"} == {"permissions"}

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
    # There is no edge to look at, and no topic.
    unused = granted - {d.action for d in decisions if d.allowed}
    found_unused = sorted(a for a in unused if not a.startswith(("cloudfront:", "sns:")))
    assert found_unused == sorted(NOT_CALLED)


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
    page = s3.list_objects_v2(Bucket=bucket)["Contents"][0]
    s3.put_object(Bucket=bucket, Key=page["Key"], Body=b"theirs")
    s3.create_multipart_upload(Bucket=bucket, Key=page["Key"])


def test_a_new_path_takes_the_policies_of_both(deployed: Account, new_user: NewUser) -> None:
    moved = deployed.config.model_copy(update={"role_path": "/"})
    both = [*deployed.policies, *policies(moved, session=deployed.root)]
    deployed.user = new_user(deployed.aws, both)
    changes = {c.name: c.action for c in deployed.deploy(role_path="/").changes}
    assert changes[deployed.role()] == "replace"
    assert not deployed.deploy(role_path="/").changes
