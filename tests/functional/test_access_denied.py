"""A read that is refused is no absence: nothing is changed, and the error says what to grant."""

import pytest

from beekeeper.errors import BeekeeperError, NotOursError, ProvisionError

from .cloud import Cloud
from .inventory import inventory
from .wire import refuse

# Each call that a plan makes: AWS's code for a refusal, and the action to grant.
READS = {
    "apigatewayv2:GetApis": ("AccessDeniedException", "apigateway:GET"),
    "apigatewayv2:GetDomainNames": ("AccessDeniedException", "apigateway:GET"),
    "apigatewayv2:GetIntegrations": ("AccessDeniedException", "apigateway:GET"),
    "apigatewayv2:GetRoutes": ("AccessDeniedException", "apigateway:GET"),
    "apigatewayv2:GetStage": ("AccessDeniedException", "apigateway:GET"),
    "cloudwatch:DescribeAlarms": ("AccessDenied", "cloudwatch:DescribeAlarms"),
    "cloudwatch:GetDashboard": ("AccessDenied", "cloudwatch:GetDashboard"),
    "cloudwatch:ListTagsForResource": ("AccessDenied", "cloudwatch:ListTagsForResource"),
    "dynamodb:DescribeTable": ("AccessDeniedException", "dynamodb:DescribeTable"),
    "dynamodb:DescribeTimeToLive": ("AccessDeniedException", "dynamodb:DescribeTimeToLive"),
    "dynamodb:GetItem": ("AccessDeniedException", "dynamodb:GetItem"),
    "dynamodb:ListTagsOfResource": ("AccessDeniedException", "dynamodb:ListTagsOfResource"),
    "events:DescribeRule": ("AccessDeniedException", "events:DescribeRule"),
    "events:ListTagsForResource": ("AccessDeniedException", "events:ListTagsForResource"),
    "events:ListTargetsByRule": ("AccessDeniedException", "events:ListTargetsByRule"),
    "iam:GetRole": ("AccessDenied", "iam:GetRole"),
    "iam:GetRolePolicy": ("AccessDenied", "iam:GetRolePolicy"),
    "iam:ListRolePolicies": ("AccessDenied", "iam:ListRolePolicies"),
    "iam:ListRoleTags": ("AccessDenied", "iam:ListRoleTags"),
    "lambda:GetFunction": ("AccessDeniedException", "lambda:GetFunction"),
    "lambda:GetFunctionEventInvokeConfig": (
        "AccessDeniedException",
        "lambda:GetFunctionEventInvokeConfig",
    ),
    "lambda:GetPolicy": ("AccessDeniedException", "lambda:GetPolicy"),
    "logs:DescribeLogGroups": ("AccessDeniedException", "logs:DescribeLogGroups"),
    "logs:ListTagsForResource": ("AccessDeniedException", "logs:ListTagsForResource"),
    "s3:GetBucketPolicy": ("AccessDenied", "s3:GetBucketPolicy"),
    "s3:GetBucketTagging": ("AccessDenied", "s3:GetBucketTagging"),
    "s3:GetPublicAccessBlock": ("AccessDenied", "s3:GetBucketPublicAccessBlock"),
    "s3:HeadBucket": ("AccessDenied", "s3:ListBucket"),
    "s3:HeadObject": ("AccessDenied", "s3:GetObject"),
    "sqs:GetQueueAttributes": ("AccessDenied", "sqs:GetQueueAttributes"),
    "sqs:GetQueueUrl": ("AccessDenied", "sqs:GetQueueUrl"),
    "sqs:ListQueueTags": ("AccessDenied", "sqs:ListQueueTags"),
}


def test_these_are_all_the_reads_there_are(deployed: Cloud) -> None:
    deployed.changes()
    assert set(deployed.wire.names()) == {*READS, "sts:GetCallerIdentity"}


@pytest.mark.parametrize("name", sorted(READS))
def test_a_refused_read_stops_everything(deployed: Cloud, name: str) -> None:
    code, action = READS[name]
    before = inventory()
    message = "User: arn:aws:iam::123456789012:user/x is not authorized."
    deployed.wire.add(refuse(name, code, message, 403))

    for do in (deployed.engine().plan, deployed.deploy, deployed.destroy):
        with pytest.raises(ProvisionError, match=action) as raised:
            do()
        assert isinstance(raised.value, NotOursError) == (name == "s3:HeadBucket")

    assert deployed.wire.mutations == []
    assert inventory() == before


# The calls of a first deploy that change something, and what an error must say about each.
WRITES = {
    "apigatewayv2:CreateApi": "apigateway:POST",
    "apigatewayv2:CreateIntegration": "apigateway:POST",
    "apigatewayv2:CreateRoute": "apigateway:POST",
    "apigatewayv2:CreateStage": "apigateway:POST",
    "cloudwatch:PutDashboard": "cloudwatch:PutDashboard",
    "cloudwatch:PutMetricAlarm": "cloudwatch:PutMetricAlarm",
    "dynamodb:CreateTable": "dynamodb:CreateTable",
    "dynamodb:PutItem": "dynamodb:PutItem",
    "dynamodb:UpdateTimeToLive": "dynamodb:UpdateTimeToLive",
    "events:PutRule": "events:PutRule",
    "events:PutTargets": "events:PutTargets",
    "iam:CreateRole": "iam:CreateRole",
    "iam:PutRolePolicy": "iam:PutRolePolicy",
    "lambda:AddPermission": "lambda:AddPermission",
    "lambda:CreateFunction": "lambda:CreateFunction",
    "lambda:PutFunctionConcurrency": "lambda:PutFunctionConcurrency",
    "lambda:PutFunctionEventInvokeConfig": "lambda:PutFunctionEventInvokeConfig",
    "logs:CreateLogGroup": "logs:CreateLogGroup",
    "logs:PutRetentionPolicy": "logs:PutRetentionPolicy",
    "s3:CreateBucket": "s3:CreateBucket",
    "s3:PutBucketPolicy": "s3:PutBucketPolicy",
    "s3:PutBucketTagging": "s3:PutBucketTagging",
    "s3:PutObject": "s3:PutObject",
    "s3:PutPublicAccessBlock": "s3:PutBucketPublicAccessBlock",
    "sqs:CreateQueue": "sqs:CreateQueue",
}


def test_these_are_all_the_writes_there_are(cloud: Cloud) -> None:
    cloud.deploy()
    assert {str(call) for call in cloud.wire.mutations} == WRITES.keys()


@pytest.mark.parametrize("name", sorted(WRITES))
def test_a_refused_write_names_the_action_and_the_rest_is_resumed(cloud: Cloud, name: str) -> None:
    cloud.wire.add(refuse(name, "AccessDenied", "Access Denied", 403))
    with pytest.raises(ProvisionError, match=rf"creating .*Grant {WRITES[name]} to"):
        cloud.deploy(workers=4)
    assert cloud.time.sleeps == []  # waiting does not help

    cloud.wire.clear()
    cloud.deploy()
    assert cloud.changes() == {}
    cloud.destroy()
    assert inventory() == {}


def test_what_aws_names_is_named(cloud: Cloud) -> None:
    message = (
        "User: arn:aws:sts::1:assumed-role/x is not authorized to perform: iam:PassRole on"
        " resource: arn:aws:iam::1:role/y"
    )
    cloud.wire.add(refuse("lambda:CreateFunction", "AccessDeniedException", message, 403))
    with pytest.raises(BeekeeperError, match="Grant iam:PassRole to"):
        cloud.deploy()
