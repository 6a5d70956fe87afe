"""The engine checks the names in its list of steps."""

from collections.abc import Sequence

import pytest

from beekeeper.provision.blueprint import steps
from beekeeper.provision.engine.pipeline import Engine
from beekeeper.provision.engine.step import Step
from beekeeper.provision.resources.permission import Permission
from beekeeper.provision.resources.stage import Stage
from beekeeper.provision.state import StateFile
from beekeeper.rules import quotas
from tests.support.moto_aws.cloud import Cloud
from tests.support.rooms import config


def engine(cloud: Cloud, chosen: Sequence[Step]) -> Engine:
    return Engine(cloud.aws(), "sale", chosen, StateFile(cloud.state_dir, "sale"))


def test_a_step_that_needs_an_unknown_step_is_an_error(cloud: Cloud) -> None:
    chosen = [step for step in steps(config(), cloud.names()) if step.key != "stage"]
    with pytest.raises(ValueError, match="there is no step stage"):
        engine(cloud, chosen)


def test_a_step_that_lives_in_an_unknown_step_is_an_error(cloud: Cloud) -> None:
    class Adrift(Stage):
        needs = ()  # type: ignore[assignment]
        container = "ship"

    with pytest.raises(ValueError, match="step stage: there is no step ship"):
        engine(cloud, [Adrift(cloud.names(), quotas.USUAL)])


def test_api_gateway_may_call_the_functions_that_have_routes(cloud: Cloud) -> None:
    found = [step for step in steps(config(), cloud.names()) if isinstance(step, Permission)]
    services = {step.key: step.desired({})["service"] for step in found}
    assert services == {
        "permission producer": "apigateway.amazonaws.com",
        "permission room": "apigateway.amazonaws.com",
        "permission turnstile": "apigateway.amazonaws.com",
        "permission consumer": "events.amazonaws.com",
    }
