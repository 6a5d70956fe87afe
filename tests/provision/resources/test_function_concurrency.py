"""Lambda's reserved concurrency: small accounts, and functions that were stopped by hand."""

from typing import Any

import pytest

from beekeeper.errors import ProvisionError
from beekeeper.provision.engine.events import StepWarning
from tests.support.moto_aws.cloud import Cloud
from tests.support.moto_aws.inventory import inventory
from tests.support.moto_aws.lambda_answers import IN_PROGRESS, INVALID
from tests.support.moto_aws.wire import changed, instead, refuse
from tests.support.rooms import config

FLOOR = (
    INVALID,
    "Specified ReservedConcurrentExecutions for function decreases account's"
    " UnreservedConcurrentExecution below its minimum value of [10].",
)
SMALL = {"ConcurrentExecutions": 10, "UnreservedConcurrentExecutions": 10}


def _limit(limit: dict[str, int]) -> Any:
    return instead("lambda:GetAccountSettings", lambda _: {"AccountLimit": limit})


def test_a_small_account_goes_without_reserved_concurrency(cloud: Cloud) -> None:
    """New accounts can run ten functions at once, and can reserve none of them."""
    cloud.wire.add(_limit(SMALL), refuse("lambda:PutFunctionConcurrency", *FLOOR))
    cloud.deploy()
    (warning,) = [e for e in cloud.events if isinstance(e, StepWarning)]
    assert warning.key == "function consumer"
    assert "quota is too low" in warning.warning

    assert cloud.changes() == {}
    assert cloud.recorded(cloud.deploy) == []
    cloud.destroy()
    assert inventory() == {}


def test_a_raise_that_the_account_cannot_bear_is_no_drift_for_ever(cloud: Cloud) -> None:
    """Three are reserved, and twelve more are impossible. Each deploy would try in vain."""
    cloud.deploy()
    cloud.wire.add(
        _limit({"ConcurrentExecutions": 110, "UnreservedConcurrentExecutions": 107}),
        refuse("lambda:PutFunctionConcurrency", *FLOOR),
    )
    big = config(rate=300_000)
    cloud.deploy(big)
    assert cloud.recorded(lambda: cloud.deploy(big)) == []


def test_an_error_about_the_concurrency_that_is_another_is_raised(cloud: Cloud) -> None:
    cloud.wire.add(refuse("lambda:PutFunctionConcurrency", INVALID, "Something else"))
    with pytest.raises(ProvisionError, match="Something else"):
        cloud.deploy()


def test_a_function_that_was_stopped_in_the_console_runs_again(deployed: Cloud) -> None:
    """The button "Throttle" reserves 0 executions, which moto does not show."""

    def stopped(body: dict[str, Any]) -> None:
        is_set = "lambda:DeleteFunctionConcurrency" not in deployed.wire.names()
        if is_set and body["Configuration"]["FunctionName"] == "beekeeper-sale-producer":
            body["Concurrency"] = {"ReservedConcurrentExecutions": 0}

    deployed.wire.add(changed("lambda:GetFunction", stopped))
    deployed.wire.add(refuse("lambda:DeleteFunctionConcurrency", *IN_PROGRESS, times=2))
    assert deployed.changes() == {"function producer": "update"}
    assert set(deployed.recorded(deployed.deploy)) == {"lambda:DeleteFunctionConcurrency"}
    assert deployed.changes() == {}
