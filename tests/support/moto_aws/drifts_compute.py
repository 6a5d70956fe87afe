"""Changes by hand to roles, functions with their permissions, the API, and the rule."""

import json
from typing import Any

from beekeeper.provision.resources.role import trust
from beekeeper.provision.resources.rule import DESCRIPTION
from tests.support.moto_aws.by_hand import STEM, ByHand, api_id
from tests.support.moto_aws.cloud import Cloud
from tests.support.moto_aws.drift import Drift
from tests.support.rooms import ACCOUNT, REGION

ROLE = f"{STEM}-producer-{REGION}"
FUNCTION = f"{STEM}-consumer"
FUNCTION_ARN = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{FUNCTION}"
RULE = f"{STEM}-consumer"
STARTS = DESCRIPTION.format(part="consumer")
RULE_ARN = f"arn:aws:events:{REGION}:{ACCOUNT}:rule/{RULE}"
ALLOW_ALL: dict[str, Any] = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
}


def _function(**configuration: Any) -> ByHand:
    return lambda c: c.client("lambda").update_function_configuration(
        FunctionName=FUNCTION, **configuration
    )


def _reserve(part: str, executions: int) -> ByHand:
    """Reserve by hand. test_function_concurrency.py has the console's "Throttle", which is 0."""
    return lambda c: c.client("lambda").put_function_concurrency(
        FunctionName=f"{STEM}-{part}", ReservedConcurrentExecutions=executions
    )


def _layer(cloud: Cloud) -> None:
    made = cloud.client("lambda").publish_layer_version(
        LayerName="theirs", Content={"ZipFile": b"theirs"}
    )
    _function(Layers=[made["LayerVersionArn"]])(cloud)


def _api(**changes: Any) -> ByHand:
    return lambda c: c.client("apigatewayv2").update_api(ApiId=api_id(c), **changes)


def _locked_route(cloud: Cloud) -> None:
    api, which = cloud.client("apigatewayv2"), {"ApiId": api_id(cloud)}
    route = next(r for r in api.get_routes(**which)["Items"] if r["RouteKey"] == "ANY /turn")
    api.update_route(**which, RouteId=route["RouteId"], AuthorizationType="AWS_IAM")


def _route(cloud: Cloud) -> None:
    api = cloud.client("apigatewayv2")
    which = {"ApiId": api_id(cloud)}
    integrations = {
        i["IntegrationUri"]: i["IntegrationId"] for i in api.get_integrations(**which)["Items"]
    }
    room = next(i for uri, i in integrations.items() if uri.endswith("-room"))
    route = next(r for r in api.get_routes(**which)["Items"] if r["RouteKey"] == "ANY /turn")
    api.update_route(**which, RouteId=route["RouteId"], Target=f"integrations/{room}")


def _integration(**changes: Any) -> ByHand:
    def change(cloud: Cloud) -> None:
        api = cloud.client("apigatewayv2")
        which = {"ApiId": api_id(cloud)}
        found = api.get_integrations(**which)["Items"]
        room = next(i for i in found if i["IntegrationUri"].endswith("-room"))
        api.update_integration(**which, IntegrationId=room["IntegrationId"], **changes)

    return change


def _stage(**settings: Any) -> ByHand:
    return lambda c: c.client("apigatewayv2").update_stage(
        ApiId=api_id(c), StageName="$default", **settings
    )


def _permission(**changes: str) -> ByHand:
    which = {"FunctionName": FUNCTION, "StatementId": "beekeeper"}
    ours = {
        "Action": "lambda:InvokeFunction",
        "Principal": "events.amazonaws.com",
        "SourceArn": RULE_ARN,
    }

    def change(cloud: Cloud) -> None:
        cloud.client("lambda").remove_permission(**which)
        cloud.client("lambda").add_permission(**which, **{**ours, **changes})

    return change


def _extra_target(cloud: Cloud) -> None:
    target = {"Id": "theirs", "Arn": FUNCTION_ARN}
    cloud.client("events").put_targets(Rule=RULE, Targets=[target])


def _changed_target(cloud: Cloud) -> None:
    target = {"Id": "worker-0", "Arn": FUNCTION_ARN, "RetryPolicy": {"MaximumRetryAttempts": 7}}
    cloud.client("events").put_targets(Rule=RULE, Targets=[target])


CONFIGURE = ["lambda:UpdateFunctionConfiguration"]
PERMIT = ["lambda:AddPermission", "lambda:RemovePermission"]
SET_API = ["apigatewayv2:UpdateApi"]
DRIFTS = [
    # roles
    Drift("trust", lambda c: c.client("iam").update_assume_role_policy(
              RoleName=ROLE, PolicyDocument=json.dumps(trust("ec2.amazonaws.com"))),
          "role producer", {"trust"}, ["iam:UpdateAssumeRolePolicy"]),
    Drift("policy", lambda c: c.client("iam").put_role_policy(
              RoleName=ROLE, PolicyName="beekeeper", PolicyDocument=json.dumps(ALLOW_ALL)),
          "role producer", {"policies"}, ["iam:PutRolePolicy"]),
    Drift("policy-added", lambda c: c.client("iam").put_role_policy(
              RoleName=ROLE, PolicyName="theirs", PolicyDocument=json.dumps(ALLOW_ALL)),
          "role producer", {"policies"}, ["iam:DeleteRolePolicy", "iam:PutRolePolicy"]),
    Drift("role-description",
          lambda c: c.client("iam").update_role(RoleName=ROLE, Description="theirs"),
          "role producer", {"description"}, ["iam:UpdateRole"]),
    # functions
    Drift("logging", _function(LoggingConfig={"LogFormat": "Text"}), "function consumer",
          {"configuration"}, CONFIGURE),
    Drift("memory", _function(MemorySize=640), "function consumer", {"configuration"}, CONFIGURE),
    Drift("timeout", _function(Timeout=3), "function consumer", {"configuration"}, CONFIGURE),
    Drift("runtime", _function(Runtime="python3.12"), "function consumer", {"configuration"},
          CONFIGURE),
    Drift("handler", _function(Handler="theirs.handler"), "function consumer", {"configuration"},
          CONFIGURE),
    Drift("environment", _function(Environment={"Variables": {}}), "function consumer",
          {"configuration"}, CONFIGURE),
    Drift("role", _function(Role=f"arn:aws:iam::{ACCOUNT}:role/{ROLE}"), "function consumer",
          {"configuration"}, CONFIGURE),
    Drift("code", lambda c: c.client("lambda").update_function_code(
              FunctionName=FUNCTION, ZipFile=b"theirs", Architectures=["arm64"]),
          "function consumer", {"code"}, ["lambda:UpdateFunctionCode"]),
    Drift("retries", lambda c: c.client("lambda").put_function_event_invoke_config(
              FunctionName=FUNCTION, MaximumRetryAttempts=2, MaximumEventAgeInSeconds=60),
          "function consumer", {"asynchronous"}, ["lambda:PutFunctionEventInvokeConfig"]),
    Drift("retries-gone", lambda c: c.client("lambda").delete_function_event_invoke_config(
              FunctionName=FUNCTION),
          "function consumer", {"asynchronous"}, ["lambda:PutFunctionEventInvokeConfig"]),
    Drift("reserved", lambda c: c.client("lambda").put_function_concurrency(
              FunctionName=FUNCTION, ReservedConcurrentExecutions=0),
          "function consumer", {"reserved_concurrency"}, ["lambda:PutFunctionConcurrency"]),
    Drift("reserved-gone", lambda c: c.client("lambda").delete_function_concurrency(
              FunctionName=FUNCTION),
          "function consumer", {"reserved_concurrency"}, ["lambda:PutFunctionConcurrency"]),
    *(Drift(f"throttled-{part}", _reserve(part, 1), f"function {part}", {"reserved_concurrency"},
            ["lambda:DeleteFunctionConcurrency"])
      for part in ("producer", "room", "turnstile")),
    Drift("vpc", _function(VpcConfig={"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"]}),
          "function consumer", {"subnets"}, CONFIGURE),
    Drift("layer", _layer, "function consumer", {"layers"}, CONFIGURE),
    Drift("function-role-id", lambda c: c.client("lambda").untag_resource(
              Resource=FUNCTION_ARN, TagKeys=["beekeeper:role-id"]),
          "function consumer", {"tags"}, ["lambda:TagResource"]),
    Drift("permission", _permission(SourceArn=f"{RULE_ARN}-theirs"), "permission consumer",
          {"source"}, PERMIT),
    Drift("permission-action", _permission(Action="lambda:GetFunction"), "permission consumer",
          {"action"}, PERMIT),
    Drift("permission-service", _permission(Principal="s3.amazonaws.com"), "permission consumer",
          {"service"}, PERMIT),
    # API
    Drift("api-name", _api(Name="theirs"), "api", {"name"}, SET_API),
    Drift("api-description", _api(Description="theirs"), "api", {"description"}, SET_API),
    Drift("api-closed", _api(DisableExecuteApiEndpoint=True), "api", {"endpoint_disabled"},
          SET_API),
    Drift("route", _route, "routes", {"ANY /turn"}, ["apigatewayv2:UpdateRoute"]),
    Drift("route-locked", _locked_route, "routes", {"ANY /turn"}, ["apigatewayv2:UpdateRoute"]),
    Drift("integration", _integration(IntegrationUri=FUNCTION_ARN), "routes",
          {"ANY /room", "ANY /robots.txt"},
          ["apigatewayv2:CreateIntegration", *["apigatewayv2:UpdateRoute"] * 2]),
    Drift("payload", _integration(PayloadFormatVersion="1.0"), "routes",
          {"ANY /room", "ANY /robots.txt"},
          ["apigatewayv2:CreateIntegration", *["apigatewayv2:UpdateRoute"] * 2]),
    Drift("throttle", _stage(DefaultRouteSettings={"ThrottlingRateLimit": 1.0}), "stage",
          {"rate_per_second"}, ["apigatewayv2:UpdateStage"]),
    Drift("burst", _stage(DefaultRouteSettings={"ThrottlingBurstLimit": 1}), "stage",
          {"burst"}, ["apigatewayv2:UpdateStage"]),
    Drift("auto-deploy", _stage(AutoDeploy=False), "stage", {"auto_deploy"},
          ["apigatewayv2:UpdateStage"]),
    # rule
    Drift("schedule", lambda c: c.client("events").put_rule(
              Name=RULE, ScheduleExpression="rate(1 hour)", Description=STARTS),
          "rule", {"schedule"}, ["events:PutRule"]),
    Drift("rule-description", lambda c: c.client("events").put_rule(
              Name=RULE, ScheduleExpression="rate(1 minute)", Description="theirs"),
          "rule", {"description"}, ["events:PutRule"]),
    Drift("disabled", lambda c: c.client("events").disable_rule(Name=RULE), "rule", {"enabled"},
          ["events:PutRule"]),
    Drift("target", _changed_target, "rule", {"targets"}, ["events:PutTargets"]),
    Drift("target-added", _extra_target, "rule", {"targets"},
          ["events:PutTargets", "events:RemoveTargets"]),
    Drift("target-gone",
          lambda c: c.client("events").remove_targets(Rule=RULE, Ids=["worker-0"]),
          "rule", {"targets"}, ["events:PutTargets"]),
]  # fmt: skip
