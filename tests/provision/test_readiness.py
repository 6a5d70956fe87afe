"""Functions that Lambda has put to sleep: deploy, on and doctor wake them and wait."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse

import beekeeper
from beekeeper.errors import ProvisionError, TimedOutError
from beekeeper.provision.engine.events import Event, StepWaiting
from beekeeper.provision.names import FUNCTION_NAMES
from tests.support.moto_aws.by_hand import STEM
from tests.support.moto_aws.cloud import Cloud
from tests.support.moto_aws.doctors import diagnose, finding
from tests.support.moto_aws.sleepers import Sleepers
from tests.support.moto_aws.wire import Call, Forward, answer, refuse
from tests.support.rooms import BASE, ROOM

ALL = [f"{STEM}-{part}" for part in FUNCTION_NAMES]
pytestmark = pytest.mark.usefixtures("deployed_room")


def test_deploy_wakes_what_sleeps_and_waits(cloud: Cloud, where: dict[str, Any]) -> None:
    sleepers = Sleepers(ALL)
    cloud.wire.add(sleepers)
    plan = beekeeper.plan(BASE, **where)
    assert {(c.action, c.kind, tuple(c.attributes)) for c in plan.changes if c.attributes} == {
        ("update", "function", ("inactive",))
    }
    events: list[Event] = []
    beekeeper.deploy(BASE, **where, on_event=events.append)
    assert set(sleepers.states.values()) == {"Active"}
    waits = {e.what for e in events if isinstance(e, StepWaiting)}
    assert "Lambda to wake the function, which was idle for weeks" in waits
    cloud.wire.calls.clear()
    assert not beekeeper.deploy(BASE, **where).changes
    assert cloud.wire.mutations == []


def test_a_change_of_functions_that_sleep(cloud: Cloud, where: dict[str, Any]) -> None:
    sleepers = Sleepers(ALL)
    cloud.wire.add(sleepers)
    beekeeper.deploy({**BASE, "rate": 100_000}, **where)
    assert set(sleepers.states.values()) == {"Active"}


def test_on_wakes_what_sleeps_and_then_starts_a_consumer(
    cloud: Cloud, where: dict[str, Any]
) -> None:
    sleepers = Sleepers(ALL)
    cloud.wire.add(sleepers)
    beekeeper.on(ROOM, **where)
    assert set(sleepers.states.values()) == {"Active"}
    started = [c for c in cloud.wire.calls if c.arguments.get("InvocationType") == "Event"]
    assert [c.arguments["FunctionName"] for c in started] == [f"{STEM}-consumer"]
    assert beekeeper.status(ROOM, **where).mode == "on"


@pytest.mark.parametrize("change", [beekeeper.pause, beekeeper.off])
def test_no_other_command_waits(
    cloud: Cloud, where: dict[str, Any], change: Callable[..., None]
) -> None:
    cloud.wire.add(Sleepers(ALL))
    change(ROOM, **where)
    assert cloud.time.sleeps == []


def test_doctor_wakes_what_sleeps_and_says_ready(cloud: Cloud) -> None:
    sleepers = Sleepers(ALL[:2])
    found = diagnose(cloud, sleepers)
    assert set(sleepers.states.values()) == {"Active"}
    verdict, text = finding(found, "functions")
    assert verdict == "ok"
    assert text.startswith("All functions answer. 2 of them were idle for weeks")
    assert found.is_ready


def test_doctor_says_ready_on_the_day_before(cloud: Cloud) -> None:
    assert diagnose(cloud).is_ready


def test_doctor_calls_each_function(cloud: Cloud) -> None:
    def broken(call: Any, request: Any, forward: Any) -> Any:
        if str(call) != "lambda:Invoke" or "room" not in call.arguments["FunctionName"]:
            return None
        body = '{"errorMessage": "No module named jwt", "errorType": "ImportError"}'
        return answer(request.url, 200, {"X-Amz-Function-Error": "Unhandled"}, body)

    found = diagnose(cloud, broken)
    verdict, text = finding(found, "functions")
    assert verdict == "problem"
    assert f"The function {STEM}-room does not answer: No module named jwt." in text
    assert "Run python -m beekeeper deploy" in text
    assert not found.is_ready


def test_doctor_misses_a_function(cloud: Cloud) -> None:
    cloud.client("lambda").delete_function(FunctionName=f"{STEM}-turnstile")
    cloud.wire.clear()
    verdict, text = finding(diagnose(cloud), "functions")
    assert verdict == "problem"
    assert "beekeeper-sale-turnstile does not answer: it does not exist" in text


def test_a_function_with_nothing_reserved_is_a_problem(cloud: Cloud) -> None:
    def none_left(call: Call, request: AWSPreparedRequest, forward: Forward) -> AWSResponse | None:
        if str(call) != "lambda:Invoke":
            return None
        body = {"Reason": "ReservedFunctionConcurrentInvocationLimitExceeded", "message": "Rate"}
        headers = {"x-amzn-ErrorType": "TooManyRequestsException"}
        return answer(request.url, 429, headers, json.dumps(body))

    verdict, text = finding(diagnose(cloud, none_left), "functions")
    assert verdict == "problem"
    assert "has no execution left of those that are reserved for it" in text
    assert "python -m beekeeper deploy" in text


def test_a_function_that_lambda_fails_to_wake_at_first(cloud: Cloud, where: dict[str, Any]) -> None:
    sleepers = Sleepers(ALL, relapses=2)
    cloud.wire.add(sleepers)
    beekeeper.on(ROOM, **where)
    assert set(sleepers.states.values()) == {"Active"}


def test_a_function_that_never_wakes_is_an_error(cloud: Cloud, where: dict[str, Any]) -> None:
    cloud.wire.add(Sleepers(ALL[:1], relapses=10_000))
    with pytest.raises(TimedOutError, match="Lambda to wake the function"):
        beekeeper.deploy(BASE, **where)
    assert sum(cloud.time.sleeps) < 400


def test_who_may_not_call_the_function_hears_it(cloud: Cloud, where: dict[str, Any]) -> None:
    cloud.wire.add(refuse("lambda:Invoke", "AccessDeniedException", status=403), Sleepers(ALL))
    with pytest.raises(ProvisionError, match=r"waking function .* Grant lambda:InvokeFunction"):
        beekeeper.on(ROOM, **where)
