"""Lambda permissions: functions that are not ready, statements that exist already."""

from typing import Any

import pytest
from moto.awslambda_simple.models import lambda_simple_backends

from tests.support.moto_aws.cloud import Cloud
from tests.support.moto_aws.inventory import inventory
from tests.support.moto_aws.lambda_answers import FUNCTION, IN_PROGRESS, MISSING
from tests.support.moto_aws.wire import lose_answer, refuse
from tests.support.rooms import ACCOUNT, REGION


@pytest.mark.parametrize("busy", [MISSING, IN_PROGRESS], ids=["not found", "in progress"])
def test_a_permission_waits_for_its_function(cloud: Cloud, busy: tuple[str, str, int]) -> None:
    cloud.wire.add(refuse("lambda:AddPermission", *busy, times=5))
    cloud.deploy()
    assert cloud.changes() == {}


def test_the_answer_to_a_permission_is_lost(cloud: Cloud) -> None:
    cloud.wire.add(lose_answer("lambda:AddPermission", times=4))
    cloud.deploy()
    assert len(inventory()["permissions"]) == 4
    assert cloud.changes() == {}


def test_a_permission_of_the_id_with_other_content_is_put_right(cloud: Cloud) -> None:
    """Somebody adds it while we deploy. "Already exists" does not say what it allows."""
    engine = cloud.engine()
    plan = engine.plan()

    def add() -> None:
        cloud.client("lambda").add_permission(
            FunctionName=FUNCTION,
            StatementId="beekeeper",
            Action="lambda:InvokeFunction",
            Principal="events.amazonaws.com",
            SourceArn=f"arn:aws:events:{REGION}:{ACCOUNT}:rule/theirs",
        )

    done: list[bool] = []

    def when_made(call: Any, request: Any, forward: Any) -> None:
        made = lambda_simple_backends[ACCOUNT][REGION].list_functions()
        if not done and any(f.function_name == FUNCTION for f in made):
            done.append(True)
            add()

    cloud.wire.add(
        lambda call, request, forward: (
            when_made(call, request, forward) if str(call) == "logs:CreateLogGroup" else None
        )
    )
    engine.apply(plan)
    cloud.wire.clear()
    assert cloud.changes() == {}
