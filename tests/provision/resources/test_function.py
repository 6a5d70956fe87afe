"""Lambda: roles that it can't assume yet, busy functions, errors that reveal too much."""

from typing import Any

import pytest

from beekeeper.errors import ProvisionError
from beekeeper.provision.engine.events import StepWaiting
from beekeeper.provision.resources.function import LOGGING
from tests.support.moto_aws.cloud import FORMER_TAG, Cloud, text_of
from tests.support.moto_aws.inventory import inventory
from tests.support.moto_aws.lambda_answers import FUNCTION, IN_PROGRESS, INVALID, MISSING
from tests.support.moto_aws.wire import Call, changed, instead, lose_answer, refuse
from tests.support.rooms import ACCOUNT, REGION, config

NOT_ASSUMED = "The role defined for the function cannot be assumed by Lambda."
NO_PERMISSIONS = (
    "The provided execution role does not have permissions to call CreateNetworkInterface on EC2"
)
NO_KMS = (
    "Lambda was unable to configure access to your environment variables because the KMS key is"
    " invalid for CreateGrant. KMS Exception: InvalidArnException KMS Message: ARN does not refer"
    " to a valid principal"
)
PENDING = (
    "ResourceConflictException",
    "The operation cannot be performed at this time. The function is currently in the following"
    " state: Pending",
    409,
)


def _state(state: str = "Active", update: str = "Successful", **more: str) -> Any:
    def change(body: dict[str, Any]) -> None:
        body["Configuration"] |= {"State": state, "LastUpdateStatus": update, **more}

    return change


@pytest.mark.parametrize("message", [NOT_ASSUMED, NO_PERMISSIONS, NO_KMS])
def test_a_role_that_cannot_be_assumed_yet_is_waited_for(cloud: Cloud, message: str) -> None:
    cloud.wire.add(refuse("lambda:CreateFunction", INVALID, message, times=3))
    cloud.deploy()
    assert cloud.time.sleeps == [2, 2, 2]
    (wait,) = {(e.key.split()[0], e.what) for e in cloud.events if isinstance(e, StepWaiting)}
    assert wait == ("function", "IAM to let Lambda use the new role")
    assert cloud.changes() == {}


def test_a_role_that_can_never_be_assumed_is_an_error(cloud: Cloud) -> None:
    cloud.wire.add(refuse("lambda:CreateFunction", INVALID, NOT_ASSUMED))
    match = "creating function beekeeper-sale-.*cannot be assumed by Lambda"
    with pytest.raises(ProvisionError, match=match):
        cloud.deploy()
    assert 300 <= sum(cloud.time.sleeps) <= 310


# As AWS wrote it to users in eu-west-3, and to one whose layer was for another processor.
NO_ARM = (
    'Architecture "arm64" is not supported in eu-west-3. Please select "x86_64" or remove the'
    " Architectures value from your request and try again",
    "Runtime provided does not support the following architectures [arm64]. Please select different"
    " architectures from [x86_64] or select a different runtime.",
)
NO_PYTHON = (
    "Value python3.13 at 'runtime' failed to satisfy constraint: Member must satisfy enum value"
    " set: [python3.12, java21] or be a valid ARN"
)


def _is_for_arm(call: Call) -> bool:
    return "arm64" in call.arguments.get("Architectures", ())


@pytest.mark.parametrize("message", NO_ARM)
def test_a_region_without_arm64_names_the_setting(cloud: Cloud, message: str) -> None:
    cloud.wire.add(refuse("lambda:CreateFunction", INVALID, message, when=_is_for_arm))
    match = 'Lambda does not offer arm64 in .*Set architecture = "x86_64" in the configuration'
    with pytest.raises(ProvisionError, match=match):
        cloud.deploy()
    assert cloud.time.sleeps == []
    intel = config(architecture="x86_64")
    cloud.deploy(intel)
    assert cloud.changes(intel) == {}
    cloud.destroy()
    assert inventory() == {}


def test_a_room_on_x86_stays_as_it_is_where_there_is_no_arm64(cloud: Cloud) -> None:
    intel = config(architecture="x86_64")
    cloud.deploy(intel)
    cloud.wire.add(refuse("lambda:UpdateFunctionCode", INVALID, NO_ARM[0], when=_is_for_arm))
    with pytest.raises(ProvisionError, match='Set architecture = "x86_64"'):
        cloud.deploy()
    assert cloud.changes(intel) == {}


def test_a_region_without_the_runtime_is_named(cloud: Cloud) -> None:
    cloud.wire.add(refuse("lambda:CreateFunction", INVALID, NO_PYTHON))
    match = f"Lambda does not offer python3.13 in {REGION}.*set another region"
    with pytest.raises(ProvisionError, match=match):
        cloud.deploy()
    cloud.destroy()
    assert inventory() == {}


def test_a_parameter_that_is_simply_wrong_is_an_error_at_once(cloud: Cloud) -> None:
    cloud.wire.add(refuse("lambda:CreateFunction", INVALID, "Unsupported runtime"))
    with pytest.raises(ProvisionError, match="Unsupported runtime"):
        cloud.deploy()
    assert cloud.time.sleeps == []


def test_a_function_that_is_pending_is_waited_for(cloud: Cloud) -> None:
    cloud.wire.add(refuse("lambda:PutFunctionEventInvokeConfig", *PENDING, times=2))
    cloud.wire.add(refuse("lambda:PutFunctionConcurrency", *PENDING, times=2))
    cloud.wire.add(changed("lambda:GetFunction", _state("Pending"), times=3))
    cloud.deploy()
    assert cloud.changes() == {}


def test_nothing_is_asked_of_a_function_that_is_not_ready(cloud: Cloud) -> None:
    cloud.wire.add(changed("lambda:GetFunction", _state("Pending"), times=3))
    cloud.deploy()
    assert cloud.time.sleeps == [1, 1, 1]


@pytest.mark.parametrize("status", [0, 500])
def test_the_answer_to_the_creation_is_lost(cloud: Cloud, status: int) -> None:
    """botocore repeats the call, and Lambda answers "Function already exist"."""
    cloud.wire.add(lose_answer("lambda:CreateFunction", times=4, status=status))
    cloud.deploy()
    assert len(inventory()["functions"]) == 4
    assert cloud.changes() == {}


def test_a_new_function_that_is_not_found_for_a_while(cloud: Cloud) -> None:
    cloud.wire.add(refuse("lambda:GetFunction", *MISSING, times=8))  # four of them the plan's
    for operation in ("AddPermission", "PutFunctionEventInvokeConfig", "PutFunctionConcurrency"):
        cloud.wire.add(refuse(f"lambda:{operation}", *MISSING, times=2))
    cloud.deploy()
    assert cloud.changes() == {}


def _change_all(cloud: Cloud) -> None:
    client = cloud.client("lambda")
    client.update_function_configuration(FunctionName=FUNCTION, MemorySize=640)
    client.update_function_code(FunctionName=FUNCTION, ZipFile=b"theirs")
    client.delete_function_event_invoke_config(FunctionName=FUNCTION)
    client.delete_function_concurrency(FunctionName=FUNCTION)
    arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{FUNCTION}"
    client.tag_resource(Resource=arn, Tags={FORMER_TAG: "x"})
    cloud.wire.clear()


CHANGES = (
    "UpdateFunctionConfiguration",
    "UpdateFunctionCode",
    "PutFunctionEventInvokeConfig",
    "PutFunctionConcurrency",
    "TagResource",
    "UntagResource",
)


@pytest.mark.parametrize("busy", [IN_PROGRESS, PENDING], ids=["in progress", "pending"])
def test_each_change_waits_for_the_one_before(deployed: Cloud, busy: tuple[str, str, int]) -> None:
    _change_all(deployed)
    for operation in CHANGES:
        deployed.wire.add(refuse(f"lambda:{operation}", *busy, times=2))
    deployed.wire.add(changed("lambda:GetFunction", _state(update="InProgress"), times=6))
    deployed.deploy()
    made = [call.operation for call in deployed.wire.mutations]
    assert list(dict.fromkeys(made)) == list(CHANGES)
    assert all(made.count(operation) == 3 for operation in CHANGES)
    assert deployed.changes() == {}


def test_a_function_that_stays_busy_is_an_error(deployed: Cloud) -> None:
    _change_all(deployed)
    deployed.wire.add(refuse("lambda:UpdateFunctionConfiguration", *IN_PROGRESS))
    with pytest.raises(ProvisionError, match=f"updating function {FUNCTION}: ResourceConflict"):
        deployed.deploy()
    assert 300 <= sum(deployed.time.sleeps) <= 310


def test_an_update_that_failed_is_an_error_and_is_made_again(deployed: Cloud) -> None:
    deployed.client("lambda").update_function_configuration(FunctionName=FUNCTION, Timeout=3)
    deployed.wire.clear()
    failed = _state(update="Failed", LastUpdateStatusReason="The image was not right")

    def once_updated(body: dict[str, Any]) -> None:
        if "lambda:UpdateFunctionConfiguration" in deployed.wire.names():
            failed(body)

    deployed.wire.add(changed("lambda:GetFunction", once_updated))
    with pytest.raises(ProvisionError, match="failed to start: The image was not right"):
        deployed.deploy()

    # AWS shows what we requested, and that it failed. So deploy requests it again.
    deployed.wire.clear()
    deployed.wire.add(changed("lambda:GetFunction", failed, times=6))
    assert "function consumer" in deployed.changes()
    deployed.wire.clear()
    deployed.wire.add(changed("lambda:GetFunction", _failed_before_update(deployed)))
    deployed.deploy()
    assert "lambda:UpdateFunctionConfiguration" in deployed.wire.names()
    deployed.wire.clear()
    assert deployed.changes() == {}


def _failed_before_update(cloud: Cloud) -> Any:
    failed = _state(update="Failed", LastUpdateStatusReason="The image was not right")

    def change(body: dict[str, Any]) -> None:
        is_ours = body["Configuration"]["FunctionName"] == FUNCTION
        if is_ours and "lambda:UpdateFunctionConfiguration" not in cloud.wire.names():
            failed(body)

    return change


def test_an_environment_that_is_too_large_is_not_echoed(cloud: Cloud) -> None:
    message = (
        "Lambda was unable to configure your environment variables because the environment"
        ' variables you have provided exceeded the 4KB limit. String measured: {"KEY":"s3cr3t"}'
    )
    cloud.wire.add(refuse("lambda:CreateFunction", INVALID, message))
    with pytest.raises(ProvisionError, match="exceeded the 4KB limit") as raised:
        cloud.deploy()
    assert "s3cr3t" not in text_of(raised.value)
    assert "s3cr3t" not in str(cloud.events)


def test_what_aws_fills_in_is_no_drift(deployed: Cloud) -> None:
    def filled(body: dict[str, Any]) -> None:
        body["Configuration"] |= {
            "TracingConfig": {"Mode": "PassThrough"},
            "EphemeralStorage": {"Size": 512},
            "LoggingConfig": {**LOGGING, "LogGroup": f"/aws/lambda/{FUNCTION}"},
            "SnapStart": {"ApplyOn": "None", "OptimizationStatus": "Off"},
            "RuntimeVersionConfig": {"RuntimeVersionArn": "arn:aws:lambda:eu-central-1::runtime:x"},
            "Layers": [],
        }
        body.setdefault("Tags", {})["aws:cloudformation:stack-name"] = "x"

    deployed.wire.add(changed("lambda:GetFunction", filled))
    assert deployed.changes() == {}


def test_a_deletion_waits_until_the_function_is_gone(deployed: Cloud) -> None:
    gone_at = deployed.time.now + 20

    def deleting(_: Any) -> dict[str, str]:
        return {"FunctionName": FUNCTION, "State": "Deleting"}

    still = instead("lambda:GetFunctionConfiguration", deleting)
    deployed.wire.add(
        refuse("lambda:DeleteFunction", *IN_PROGRESS, times=2),
        lose_answer("lambda:DeleteFunction", times=2),
        lambda *call: still(*call) if deployed.time.now < gone_at else None,
    )
    deployed.destroy()
    assert deployed.time.now >= gone_at
    assert inventory() == {}
