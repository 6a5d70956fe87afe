"""What a room needs and moto lacks or gets wrong. These rules answer from moto's own state."""

import time
from typing import Any

import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from moto.apigatewayv2.models import apigatewayv2_backends
from moto.awslambda.models import LambdaFunction
from moto.awslambda_simple.models import lambda_simple_backends
from moto.dynamodb.models import dynamodb_backends
from moto.s3.models import FakeBucket

from beekeeper.contract import items, pulse_item
from beekeeper.rules.line import Pulse
from tests.support.moto_aws.domain_gaps import DOMAIN_GAPS
from tests.support.moto_aws.edge_gaps import EDGE_GAPS
from tests.support.moto_aws.wire import Call, Forward, Refusal, Rule, instead
from tests.support.rooms import ACCOUNT

THROTTLE = {"throttleSettings": {"rateLimit": 10_000.0, "burstLimit": 5_000}}
PLENTY = {"ConcurrentExecutions": 1_000, "UnreservedConcurrentExecutions": 1_000}


def account_settings(call: Call) -> dict[str, Any]:
    return {"AccountLimit": PLENTY, "AccountUsage": {}}


def update_stage(call: Call) -> dict[str, Any]:
    wanted = call.arguments
    stage = _api(call).stages[wanted["StageName"]]
    if "AutoDeploy" in wanted:
        stage.auto_deploy = wanted["AutoDeploy"]
    if settings := wanted.get("DefaultRouteSettings"):
        names = {name[0].lower() + name[1:]: value for name, value in settings.items()}
        stage.default_route_settings = {**stage.default_route_settings, **names}
    made: dict[str, Any] = stage.to_json()
    return made


def _conflict(code: str, message: str) -> Refusal:
    return Refusal(code, message, 409)


def add_permission(call: Call, request: AWSPreparedRequest, _: Forward) -> AWSResponse | None:
    """Refuse a statement id that exists. moto adds a second one."""
    if str(call) != "lambda:AddPermission":
        return None
    sid = call.arguments["StatementId"]
    if sid not in {s["Sid"] for f in _functions(call, request) for s in f.policy.statements}:
        return None
    message = (
        f"The statement id ({sid}) provided already exists. Please provide a new statement id, or"
        " remove the existing statement."
    )
    return _conflict("ResourceConflictException", message).to(call, request)


def put_invoke_config(call: Call, request: AWSPreparedRequest, _: Forward) -> AWSResponse | None:
    """Remove the previous one. moto adds the new one after it."""
    if str(call) == "lambda:PutFunctionEventInvokeConfig":
        for function in _functions(call, request):
            function.event_invoke_config.clear()
    return None


def consumer_publishes(call: Call, request: AWSPreparedRequest, _: Forward) -> None:
    """Write the pulse of a consumer that was invoked. It is fresh also for moto's clock."""
    if str(call) == "lambda:Invoke":
        region, name = request.url.split(".")[1], call.arguments["FunctionName"]
        table = dynamodb_backends[ACCOUNT][region].tables[name.removesuffix("-consumer")]
        pulse = pulse_item.pulse_values(Pulse(as_of=time.time()))
        table.put_item({**items.key(items.PULSE), **pulse})


def update_code(call: Call, request: AWSPreparedRequest, _: Forward) -> AWSResponse | None:
    """Set the architectures, which moto ignores here."""
    if str(call) == "lambda:UpdateFunctionCode":
        for function in _functions(call, request):
            function.architectures = call.arguments.get("Architectures", function.architectures)
    return None


def _functions(call: Call, request: AWSPreparedRequest) -> list[Any]:
    """Return the function that a call names, in the region of the call."""
    region = request.url.split(".")[1]
    functions = lambda_simple_backends[ACCOUNT][region].list_functions()
    return [f for f in functions if f.function_name == call.arguments["FunctionName"]]


def create_in_api(call: Call, request: AWSPreparedRequest, _: Forward) -> AWSResponse | None:
    """Refuse a route or a stage that exists. moto makes a second one."""
    if str(call) not in ("apigatewayv2:CreateRoute", "apigatewayv2:CreateStage"):
        return None
    api = _api(call)
    if call.arguments.get("StageName") in api.stages:
        return _conflict("ConflictException", "Stage already exists").to(call, request)
    key = call.arguments.get("RouteKey")
    if key in {route.route_key for route in api.routes.values()}:
        message = f"Route with key {key} already exists for this API"
        return _conflict("ConflictException", message).to(call, request)
    return None


def _api(call: Call) -> Any:
    regions = apigatewayv2_backends[ACCOUNT].values()
    return next(
        b.apis[call.arguments["ApiId"]] for b in regions if call.arguments["ApiId"] in b.apis
    )


GAPS: tuple[Rule, ...] = (
    add_permission,
    put_invoke_config,
    update_code,
    create_in_api,
    instead("lambda:GetAccountSettings", account_settings),
    instead("apigateway:GetAccount", lambda _: THROTTLE),
    instead("apigatewayv2:UpdateStage", update_stage),
    instead("apigatewayv2:GetDeployments", lambda _: {"items": []}),
    *DOMAIN_GAPS,
    *EDGE_GAPS,
)


def ignore_policy_conditions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep moto's S3 from enforcing bucket policies, because it ignores their conditions."""
    from moto.iam.access_control import PermissionResult

    monkeypatch.setattr(
        FakeBucket, "get_permission", lambda self, action, resource: PermissionResult.NEUTRAL
    )


def keep_logging(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make moto's functions keep their LoggingConfig."""
    make, update = LambdaFunction.__init__, LambdaFunction.update_configuration
    show = LambdaFunction.get_configuration

    def made(self: Any, account_id: str, spec: dict[str, Any], *more: Any, **named: Any) -> None:
        make(self, account_id, spec, *more, **named)
        self.logging = spec.get("LoggingConfig", {"LogFormat": "Text"})

    def updated(self: Any, changes: dict[str, Any]) -> Any:
        self.logging = changes.get("LoggingConfig", self.logging)
        return update(self, changes)

    def shown(self: Any, *some: Any, **named: Any) -> dict[str, Any]:
        return {**show(self, *some, **named), "LoggingConfig": self.logging}

    monkeypatch.setattr(LambdaFunction, "__init__", made)
    monkeypatch.setattr(LambdaFunction, "update_configuration", updated)
    monkeypatch.setattr(LambdaFunction, "get_configuration", shown)
