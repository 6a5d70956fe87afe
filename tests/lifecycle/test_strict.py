"""order = "strict": FIFO queues are deployed like the others, and never replace them."""

import json
from typing import Any

import pytest

import beekeeper
from beekeeper.cli.main import main
from beekeeper.errors import ConfigError, NotOursError
from beekeeper.provision.state import StateFile
from beekeeper.rules.sizing import MAX_STRICT_RATE_PER_MINUTE
from tests.support.moto_aws.by_hand import STEM, queue_url
from tests.support.moto_aws.cloud import Cloud
from tests.support.moto_aws.doctors import diagnose, finding
from tests.support.moto_aws.inventory import inventory
from tests.support.rooms import BASE, ROOM, config

STRICT = config(order="strict")
QUEUE, DEAD_LETTER = f"{STEM}.fifo", f"{STEM}-dead-letter.fifo"
QUEUES = [DEAD_LETTER, QUEUE]
# Pairs of the two orders: the order of the room, and the order in its configuration.
ORDERS = [("strict", "standard"), ("standard", "strict")]


@pytest.fixture
def strict(cloud: Cloud) -> Cloud:
    """An account with a strict room in it."""
    cloud.deploy(STRICT)
    cloud.wire.clear()
    return cloud


def _attributes(cloud: Cloud, name: str = QUEUE) -> dict[str, str]:
    found: dict[str, str] = cloud.client("sqs").get_queue_attributes(
        QueueUrl=queue_url(cloud, name), AttributeNames=["All"]
    )["Attributes"]
    return found


def test_a_strict_room_has_fifo_queues_and_no_others(strict: Cloud) -> None:
    assert sorted(inventory()["queues"]) == sorted(QUEUES)
    assert _attributes(strict)["FifoQueue"] == _attributes(strict, DEAD_LETTER)["FifoQueue"]
    redrive = json.loads(_attributes(strict)["RedrivePolicy"])
    assert redrive["deadLetterTargetArn"] == _attributes(strict, DEAD_LETTER)["QueueArn"]


def test_whoever_uses_the_queues_uses_these(strict: Cloud) -> None:
    functions, watched = strict.client("lambda"), strict.client("cloudwatch")
    of = {
        part: functions.get_function(FunctionName=f"{STEM}-{part}")["Configuration"]["Environment"]
        for part in ("producer", "consumer")
    }
    url, dead_letter_url = queue_url(strict, QUEUE), queue_url(strict, DEAD_LETTER)
    assert of["producer"]["Variables"]["BEEKEEPER_QUEUE_URL"] == url
    assert of["consumer"]["Variables"]["BEEKEEPER_QUEUE_URL"] == url
    assert of["consumer"]["Variables"]["BEEKEEPER_DEAD_LETTER_URL"] == dead_letter_url
    for part, names in (("producer", [QUEUE]), ("consumer", [QUEUE, DEAD_LETTER])):
        policy = strict.client("iam").get_role_policy(
            RoleName=f"{STEM}-{part}-eu-central-1", PolicyName="beekeeper"
        )["PolicyDocument"]
        allowed = {s["Resource"] for s in policy["Statement"] if "sqs" in str(s["Action"])}
        assert {arn.rpartition(":")[2] for arn in allowed} == set(names)
    alarms = watched.describe_alarms(AlarmNames=[f"{STEM}-unreadable"])["MetricAlarms"]
    assert alarms[0]["Dimensions"] == [{"Name": "QueueName", "Value": DEAD_LETTER}]
    body = watched.get_dashboard(DashboardName=f"{STEM}-eu-central-1")["DashboardBody"]
    assert f'"{QUEUE}"' in body


def test_a_second_deploy_makes_no_mutating_call(strict: Cloud) -> None:
    assert not strict.deploy(STRICT).has_changes
    assert strict.wire.mutations == []


@pytest.mark.parametrize("name", QUEUES)
def test_a_change_by_hand_is_put_right(strict: Cloud, name: str) -> None:
    strict.client("sqs").set_queue_attributes(
        QueueUrl=queue_url(strict, name), Attributes={"DelaySeconds": "5", "VisibilityTimeout": "1"}
    )
    assert strict.recorded(lambda: strict.deploy(STRICT)) == ["sqs:SetQueueAttributes"]
    assert strict.changes(STRICT) == {}


@pytest.mark.parametrize("name", QUEUES)
def test_a_queue_that_disappears_is_made_again(strict: Cloud, name: str) -> None:
    strict.client("sqs").delete_queue(QueueUrl=queue_url(strict, name))
    strict.deploy(STRICT)
    assert sorted(inventory()["queues"]) == sorted(QUEUES)
    assert strict.changes(STRICT) == {}


def test_it_is_destroyed_and_so_it_is_again(strict: Cloud) -> None:
    assert {"queue", "dead-letter queue"} <= set(strict.destroy(STRICT))
    assert inventory() == {}
    assert strict.destroy(STRICT) == []


@pytest.mark.parametrize("name", QUEUES)
def test_somebody_elses_queue_of_the_name_is_left_alone(cloud: Cloud, name: str) -> None:
    cloud.client("sqs").create_queue(QueueName=name, Attributes={"FifoQueue": "true"})
    cloud.wire.clear()
    with pytest.raises(NotOursError, match=name):
        cloud.deploy(STRICT)
    assert cloud.wire.mutations == []
    assert cloud.destroy(STRICT) == []
    assert inventory() == {"queues": [name]}


def test_somebody_elses_queue_of_the_other_order_is_no_matter(cloud: Cloud) -> None:
    cloud.client("sqs").create_queue(QueueName=STEM)
    cloud.deploy(STRICT)
    assert cloud.changes(STRICT) == {}
    cloud.destroy(STRICT)
    assert inventory() == {"queues": [STEM]}


@pytest.mark.parametrize(("had", "wanted"), ORDERS)
@pytest.mark.parametrize("state", ["kept", "lost"])
def test_a_change_of_the_order_is_refused_before_anything_is_touched(
    cloud: Cloud, where: dict[str, Any], had: str, wanted: str, state: str
) -> None:
    beekeeper.deploy({**BASE, "order": had}, **where)
    if state == "lost":
        StateFile(cloud.state_dir, ROOM).remove()
    cloud.wire.clear()
    for command in (beekeeper.plan, beekeeper.deploy):
        with pytest.raises(ConfigError, match=r"can't change a queue's order.*visitors who wait"):
            command({**BASE, "order": wanted}, **where)
    assert cloud.wire.mutations == []
    beekeeper.deploy({**BASE, "order": had}, **where)
    assert cloud.wire.mutations == []


@pytest.mark.parametrize("order", ["strict", "standard"])
@pytest.mark.parametrize("state", ["kept", "lost"])
def test_destroy_removes_whichever_is_there(
    cloud: Cloud, where: dict[str, Any], order: str, state: str
) -> None:
    beekeeper.deploy({**BASE, "order": order}, **where)
    if state == "lost":
        StateFile(cloud.state_dir, ROOM).remove()
    beekeeper.destroy(ROOM, **where)
    assert inventory() == {}
    # After that the order can be chosen again.
    for wanted in ("strict", "standard"):
        beekeeper.deploy({**BASE, "order": wanted}, **where)
        beekeeper.destroy(ROOM, **where)
    assert inventory() == {}


def test_the_operators_commands_know_the_order(cloud: Cloud, where: dict[str, Any]) -> None:
    beekeeper.deploy({**BASE, "order": "strict"}, **where)
    assert list(beekeeper.status(ROOM, drift=True, **where).drift) == []
    beekeeper.set_rate(MAX_STRICT_RATE_PER_MINUTE, room=ROOM, **where)
    with pytest.raises(ConfigError, match="can be 6,000 a minute at most"):
        beekeeper.set_rate(MAX_STRICT_RATE_PER_MINUTE + 1, room=ROOM, **where)


def test_a_rate_that_tens_cant_keep_up_with_is_refused(cloud: Cloud) -> None:
    config(order="strict", rate=MAX_STRICT_RATE_PER_MINUTE)
    with pytest.raises(ConfigError, match=r'rate = 6001: with order = "strict".*Lower the rate'):
        config(order="strict", rate=MAX_STRICT_RATE_PER_MINUTE + 1)
    with pytest.raises(ConfigError, match="order = 'random'"):
        config(order="random")


def test_the_plan_tells_how_many_can_join(cloud: Cloud, where: dict[str, Any]) -> None:
    (note,) = beekeeper.plan({**BASE, "order": "strict"}, **where).notes
    assert "300 visitors a second can join" in note
    assert list(beekeeper.plan(BASE, **where).notes) == []


def test_the_command_tells_it_too(cloud: Cloud, capsys: pytest.CaptureFixture[str]) -> None:
    path = cloud.state_dir.parent / "beekeeper.toml"
    path.write_text(STRICT.to_toml(), encoding="utf-8")
    assert main(["plan", "--config", str(path)]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert 'Note: With order = "strict", 300 visitors a second can join.' in said
    assert main(["plan", "--config", str(path), "--json"]) == 0
    assert "300 visitors" in json.loads(capsys.readouterr().out)["notes"][0]


@pytest.mark.parametrize(
    ("arrivals", "verdict"), [(18_000, "ok"), (18_060, "warning"), (None, "ok")]
)
def test_doctor_compares_it_with_the_event(
    cloud: Cloud, arrivals: float | None, verdict: str
) -> None:
    found = diagnose(cloud, order="strict", arrivals_per_minute=arrivals)
    said, text = finding(found, "joins")
    assert said == verdict
    assert "300 visitors a second" in text
    assert ("Leave out order" in text) == (verdict == "warning")
    assert "joins" not in {f.check for f in diagnose(cloud).findings}


def test_doctor_finds_a_room_of_the_other_order_in_the_way(strict: Cloud) -> None:
    verdict, text = finding(diagnose(strict), "names")
    assert verdict == "problem"
    assert "run destroy, then deploy" in text
