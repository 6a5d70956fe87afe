"""Four bad days on the local AWS: what an operator reads in ``status``, does, and has afterwards.

Each day asserts the light, the whole reason and the remedy, does what the remedy says, and asserts
that the line moves again.
"""

import json
import re
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from beekeeper.contract import items
from beekeeper.local.visitor import Stage, Visitor
from beekeeper.results import Light
from tests.support.bounded_account import zipped
from tests.support.local_aws import DeployedRoom, DeployRoom, StrictAws
from tests.support.site import Site, answering
from tests.support.site import site as a_site

pytestmark = [pytest.mark.end_to_end, pytest.mark.xdist_group("local aws")]
SLOW_RATE, RATE = 6, 600  # visitors per minute
VISITORS = 3
CONCURRENCY = 6  # of the account
NOBODY = r"Nobody has been admitted for (\d min )?\d+ s, and [123] visitors? waits?: "
README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
OTHERS = "other-system"
OTHERS_CODE = """
import os, pathlib, time
folder = pathlib.Path(os.environ["FOLDER"])
def handler(event, context):
    (folder / f"run-{os.getpid()}").touch()
    while not (folder / "is over").exists():
        time.sleep(0.1)
"""


@pytest.fixture(scope="module")
def aws() -> Iterator[StrictAws]:
    """An AWS that enforces the policies of roles, in an account with little concurrency."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("LAMBDA_ACCOUNT_CONCURRENCY", str(CONCURRENCY))
        with StrictAws() as ministack:
            yield ministack


@pytest.fixture
def site() -> Iterator[Site]:
    with a_site(search=answering()) as made:
        yield made


def until(is_so: Callable[[], object], seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.2)


def line_up(room: DeployedRoom) -> Sequence[Visitor]:
    """Let visitors come to a line that moves slowly."""
    visitors = [Visitor(room.url) for _ in range(VISITORS)]
    for visitor in visitors:
        until(lambda: visitor.step() is not None and visitor.ticket)  # noqa: B023 - called at once
    until(lambda: room.status().joined >= VISITORS)
    return visitors


def let_time_pass(room: DeployedRoom, seconds: float = 47) -> None:
    """Make the last sign of a consumer older, instead of waiting."""
    table, name, key = room.session.client("dynamodb"), f"beekeeper-{room.name}", items.key("pulse")
    as_of = float(table.get_item(TableName=name, Key=key)["Item"]["as_of"]["N"])
    table.update_item(
        TableName=name,
        Key=key,
        UpdateExpression="SET as_of = :past",
        ExpressionAttributeValues={":past": items.number(as_of - seconds)},
    )


def read_red(room: DeployedRoom, cause: str, remedy: str) -> None:
    """Assert what the operator reads."""
    found = room.status()
    assert found.light is Light.RED
    assert re.fullmatch(NOBODY + re.escape(cause), found.reason), found.reason
    assert found.remedy == remedy
    assert cause.replace(room.name, "sale") in README
    assert found.longest_wait_seconds is None, "a wait is shown that nobody knows"


def check_all_go_in(room: DeployedRoom, visitors: Sequence[Visitor]) -> None:
    room.handle.set_rate(RATE)
    until(lambda: all(_is_in(visitor) for visitor in visitors))
    assert len(room.shop.entered) == len(visitors)


def _is_in(visitor: Visitor) -> bool:
    if visitor.stage is not Stage.ENTERED:
        visitor.step()
    return visitor.stage is Stage.ENTERED


def delete_consumer(room: DeployedRoom) -> str:
    name = f"beekeeper-{room.name}-consumer"
    room.session.client("lambda").delete_function(FunctionName=name)
    return f"the function {name} is gone."


def change_role(room: DeployedRoom) -> str:
    """Take all rights from the consumers that run."""
    iam, role = room.session.client("iam"), f"beekeeper-{room.name}-consumer-eu-central-1"
    (policy,) = iam.list_role_policies(RoleName=role)["PolicyNames"]
    nothing = {"Effect": "Deny", "Action": "*", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [nothing]})
    iam.put_role_policy(RoleName=role, PolicyName=policy, PolicyDocument=document)
    return f"the role {role} was changed (policies)."


@pytest.mark.parametrize("harm", [delete_consumer, change_role])
def test_somebody_deletes_the_consumer_or_changes_its_role(
    harm: Callable[[DeployedRoom], str], aws: StrictAws, deploy_room: DeployRoom
) -> None:
    room = deploy_room(aws, rate=SLOW_RATE)
    visitors = line_up(room)
    told = harm(room)
    time.sleep(3)  # a call that was under way is over, and a function has its role anew
    let_time_pass(room)
    read_red(room, told, "Run python -m beekeeper deploy, which repairs it.")
    room.handle.deploy()
    room.handle.wait_for_consumer()
    assert room.status().light is Light.GREEN
    check_all_go_in(room, visitors)


def test_the_destination_goes_down_in_mid_event(
    aws: StrictAws, deploy_room: DeployRoom, site: Site
) -> None:
    probed = {"mode": "automatic", "probe_url": site.url("/search?q=x"), "baseline_seconds": 1.0}
    room = deploy_room(aws, rate=12, governor={**probed, "floor": 1})
    visitors = line_up(room)
    site.behaviours["/search"] = answering(503)
    invoke(room, f"beekeeper-{room.name}-governor")  # as its schedule does within a minute
    found = room.status()
    assert found.light is Light.AMBER
    assert found.reason == (
        "The governor lets 6 instead of 12 visitors a minute in: 4 of 4 probes failed: 6 a minute."
    )
    assert found.reason in README
    assert found.remedy == (
        "Look at your site: when it is well, the pace rises by itself. python -m beekeeper"
        " governor off returns to your rate at once."
    )
    site.behaviours["/search"] = answering()
    room.handle.set_governor("off", reason="the site is back")
    assert room.status().light is Light.GREEN
    check_all_go_in(room, visitors)


def test_another_system_uses_up_the_concurrency_of_the_account(
    aws: StrictAws, deploy_room: DeployRoom, tmp_path: Path
) -> None:
    room = deploy_room(aws, rate=SLOW_RATE)
    visitors, consumer = line_up(room), f"beekeeper-{room.name}-consumer"
    end_run(room, consumer)
    with other_system(room, tmp_path):
        invoke(room, consumer, InvocationType="Event")  # as the schedule does
        until(lambda: getattr(room.status().errors, "throttles", {}).get("consumer"))
        let_time_pass(room)
        read_red(
            room,
            "Lambda refuses to start one, because the account's concurrency is used up.",
            "Stop what else runs in this account and region, or ask AWS for a higher quota of"
            " concurrent executions (Service Quotas, AWS Lambda).",
        )
    invoke(room, consumer, InvocationType="Event")
    room.handle.wait_for_consumer()
    assert room.status().light is Light.GREEN
    check_all_go_in(room, visitors)


@contextmanager
def other_system(room: DeployedRoom, folder: Path) -> Iterator[None]:
    """Use up the concurrency of the account."""
    client = room.session.client("lambda")
    role = client.get_function_configuration(FunctionName=f"beekeeper-{room.name}-room")["Role"]
    client.create_function(
        FunctionName=OTHERS,
        Runtime="python3.13",
        Role=role,
        Handler="theirs.handler",
        Code={"ZipFile": zipped(OTHERS_CODE)},
        Environment={"Variables": {"FOLDER": str(folder)}},
        Timeout=90,
    )
    with ThreadPoolExecutor(CONCURRENCY) as pool:
        runs = [pool.submit(invoke, room, OTHERS) for _ in range(CONCURRENCY)]
        until(lambda: len(list(folder.glob("run-*"))) == CONCURRENCY)
        try:
            yield
        finally:
            (folder / "is over").touch()
            wait(runs)


def end_run(room: DeployedRoom, consumer: str) -> None:
    """End the consumer that runs, as it does by itself after 75 seconds."""
    client = room.session.client("lambda")
    timeout = client.get_function_configuration(FunctionName=consumer)["Timeout"]
    client.update_function_configuration(FunctionName=consumer, Timeout=timeout)


def invoke(room: DeployedRoom, name: str, **more: Any) -> None:
    answer = room.session.client("lambda").invoke(FunctionName=name, Payload=b"{}", **more)
    assert "FunctionError" not in answer, answer["Payload"].read()
