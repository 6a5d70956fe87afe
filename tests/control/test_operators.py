"""What operators do on the day: mode, rate, status, keys."""

import time
from typing import Any

import pytest

import beekeeper
from beekeeper.cli.main import main
from beekeeper.contract import items
from beekeeper.contract.pulse_item import pulse_values
from beekeeper.control.clear import _ahead
from beekeeper.errors import ConfigError, ProvisionError, RoomNotFoundError
from beekeeper.rules import turn
from beekeeper.rules.curve import Sample
from beekeeper.rules.line import Pulse
from beekeeper.rules.tokens import Ticket
from tests.support.moto_aws.by_hand import DELETIONS, queue_url
from tests.support.moto_aws.cloud import Cloud
from tests.support.moto_aws.doctors import damaged, diagnose
from tests.support.moto_aws.lambda_answers import MISSING
from tests.support.moto_aws.wire import instead, refuse
from tests.support.rooms import BASE, ROOM

TABLE = "beekeeper-sale"
KEYS = items.key(items.KEYS)


def put(cloud: Cloud, item: dict[str, Any]) -> None:
    cloud.client("dynamodb").put_item(TableName=TABLE, Item=item)


def spoil(cloud: Cloud, item_id: str, **attributes: dict[str, Any]) -> None:
    table = cloud.client("dynamodb")
    item = table.get_item(TableName=TABLE, Key=items.key(item_id))["Item"]
    put(cloud, {**item, **attributes})
    cloud.wire.clear()


@pytest.mark.usefixtures("deployed_room")
def test_operators_change_mode_and_rate_in_one_write_each(
    cloud: Cloud, where: dict[str, Any]
) -> None:
    assert beekeeper.status(ROOM, **where).mode == "on"
    for change, mode in ((beekeeper.pause, "paused"), (beekeeper.off, "off"), (beekeeper.on, "on")):
        cloud.wire.clear()
        change(ROOM, **where)
        wakes = ["lambda:Invoke"] if mode == "on" else []  # there is no consumer while off
        assert cloud.wire.names(mutating=True) == ["dynamodb:TransactWriteItems", *wakes]
        assert beekeeper.status(ROOM, **where).mode == mode
    beekeeper.set_rate(900, room=ROOM, **where)
    assert beekeeper.status(ROOM, **where).rate == 900

    cloud.wire.clear()
    beekeeper.deploy(BASE, **where)  # an operator's rate is no drift
    assert cloud.wire.mutations == []
    assert beekeeper.status(ROOM, **where).rate == 900
    beekeeper.deploy({**BASE, "rate": 800}, **where)  # the configuration's newer one is
    assert beekeeper.status(ROOM, **where).rate == 800


@pytest.mark.usefixtures("deployed_room")
def test_a_rate_above_what_was_deployed_is_refused(cloud: Cloud, where: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match="workers for 9,000 visitors a minute"):
        beekeeper.set_rate(9_001, room=ROOM, **where)
    with pytest.raises(ConfigError):
        beekeeper.set_rate(0, room=ROOM, **where)
    assert cloud.wire.mutations == []


@pytest.mark.usefixtures("deployed_room")
def test_the_status_shows_drift(cloud: Cloud, where: dict[str, Any]) -> None:
    assert list(beekeeper.status(ROOM, drift=True, **where).drift) == []
    cloud.client("sqs").set_queue_attributes(
        QueueUrl=queue_url(cloud), Attributes={"VisibilityTimeout": "1"}
    )
    (drift,) = beekeeper.status(ROOM, drift=True, **where).drift
    assert (drift.action, drift.kind, drift.name) == ("update", "queue", "beekeeper-sale")
    assert drift.attributes.keys() == {"visibility_seconds"}
    assert str(drift) == "update queue beekeeper-sale: visibility_seconds"


@pytest.mark.usefixtures("deployed_room")
def test_the_keys_are_made_once(cloud: Cloud, where: dict[str, Any]) -> None:
    keys = beekeeper.pass_keys(ROOM, **where)
    assert keys.audience == "https://shop.example.com"
    beekeeper.deploy({**BASE, "rate": 900}, **where)
    assert beekeeper.pass_keys(ROOM, **where).keys == keys.keys
    assert "secret" not in repr(keys)


@pytest.mark.usefixtures("deployed_room")
def test_the_accounts_are_the_sum_of_the_counts(cloud: Cloud, where: dict[str, Any]) -> None:
    for shard, count_id in enumerate(items.COUNT_IDS):
        put(cloud, {**items.key(count_id), "admitted": items.number(shard)})
    put(cloud, {**items.key(items.COUNT_IDS[7]), "admitted": {"N": "7"}, "entered": {"N": "5"}})
    put(cloud, {**items.key(items.PULSE), **pulse_values(Pulse(waiting=40, as_of=time.time()))})
    cloud.wire.clear()
    status = beekeeper.status(ROOM, **where)
    # What is counted, who joined lately, and the keys.
    assert cloud.wire.names().count("dynamodb:BatchGetItem") == 3
    assert "dynamodb:GetItem" not in cloud.wire.names()
    assert (status.joined, status.admitted, status.entered) == (31 * 16 + 40, 31 * 16, 5)
    assert status.to_dict()["entered"] == 5
    assert status.heard_within_seconds > 0
    assert damaged(status) == []


@pytest.mark.usefixtures("deployed_room")
def test_a_deploy_leaves_the_counts_and_the_line_alone(cloud: Cloud, where: dict[str, Any]) -> None:
    ours = {items.COUNT_IDS[3], items.PULSE, items.PACE, "v#t"}
    for item_id in ours:
        put(cloud, {**items.key(item_id), "admitted": {"N": "7"}, "paced_at": {"N": "1"}})
    put(cloud, items.admission_item("t", 1, 5.0))
    table = cloud.client("dynamodb")
    before = {i["id"]["S"]: i for i in table.scan(TableName=TABLE)["Items"]}
    other = {"rate": 900, "claim_minutes": 30, "overbooking": 2.0, "title": "Another"}
    beekeeper.deploy({**BASE, **other}, **where)
    after = {i["id"]["S"]: i for i in table.scan(TableName=TABLE)["Items"]}
    assert {i for i in before if before[i] != after.get(i)} <= {items.ROOM, items.LEASE}


@pytest.mark.usefixtures("deployed_room")
def test_a_read_that_stays_throttled_says_so(cloud: Cloud, where: dict[str, Any]) -> None:
    left: dict[str, Any] = {"Responses": {}, "UnprocessedKeys": {TABLE: {"Keys": [KEYS]}}}
    cloud.wire.add(instead("dynamodb:BatchGetItem", lambda call: left))
    with pytest.raises(ProvisionError, match="DynamoDB throttles the calls"):
        beekeeper.status(ROOM, **where)


@pytest.mark.usefixtures("deployed_room")
@pytest.mark.parametrize(
    "ring", [{"S": "[" * 10_000}, {"S": "[]"}, {"N": "1"}, {"S": '[{"kid":"a","secret":""}]'}]
)
def test_damaged_keys_come_with_the_way_to_new_ones(
    cloud: Cloud, where: dict[str, Any], ring: dict[str, Any]
) -> None:
    spoil(cloud, items.KEYS, **{"pass": ring})
    with pytest.raises(ProvisionError) as caught:
        beekeeper.pass_keys(ROOM, **where)
    said = str(caught.value)
    delete = "aws dynamodb delete-item --table-name beekeeper-sale --region eu-central-1"
    assert f"""To make new ones, run {delete} --key '{{"id": {{"S": "keys"}}}}', and then""" in said
    assert "everybody who waits must join again" in said

    (problem,) = damaged(beekeeper.status(ROOM, **where))
    assert problem in diagnose(cloud).findings
    assert f"{problem.text} {problem.remedy}" == said

    cloud.client("dynamodb").delete_item(TableName=TABLE, Key=KEYS)
    beekeeper.deploy(BASE, **where)
    assert beekeeper.pass_keys(ROOM, **where).keys
    assert not damaged(beekeeper.status(ROOM, **where))


@pytest.mark.usefixtures("deployed_room")
@pytest.mark.parametrize("name", ["rate", "destination", "deployed_rate"])
def test_a_deploy_repairs_damaged_settings(cloud: Cloud, where: dict[str, Any], name: str) -> None:
    spoil(cloud, items.ROOM, **{name: {"BOOL": True}})
    if name != "deployed_rate":
        with pytest.raises(ProvisionError, match=f"read: {name}. .* beekeeper deploy"):
            beekeeper.status(ROOM, **where)
        found = diagnose(cloud)
        assert [f.check for f in found.findings if f.verdict == "problem"] == ["items"]
    beekeeper.deploy(BASE, **where)
    assert beekeeper.status(ROOM, **where).rate == 600


@pytest.mark.usefixtures("deployed_room")
def test_a_damaged_mode_is_set_anew(cloud: Cloud, where: dict[str, Any]) -> None:
    spoil(cloud, items.ROOM, mode={"S": "maybe"})
    with pytest.raises(ProvisionError, match="If it is the mode, run python -m beekeeper on"):
        beekeeper.status(ROOM, **where)
    beekeeper.pause(ROOM, **where)
    assert beekeeper.status(ROOM, **where).mode == "paused"


@pytest.mark.usefixtures("deployed_room")
def test_the_status_tells_of_another_format(
    cloud: Cloud, where: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    spoil(cloud, items.ROOM, format={"N": "0"})
    assert main(["status", "--room", ROOM]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "RED The table of room sale has format 0" in shown
    assert "everybody hears of it within" in shown


@pytest.mark.usefixtures("deployed_room")
@pytest.mark.parametrize("item_id", [items.ROOM, items.KEYS])
def test_items_that_are_gone(cloud: Cloud, where: dict[str, Any], item_id: str) -> None:
    cloud.client("dynamodb").delete_item(TableName=TABLE, Key=items.key(item_id))
    with pytest.raises(RoomNotFoundError, match="python -m beekeeper deploy"):
        beekeeper.pass_keys(ROOM, **where)


@pytest.mark.usefixtures("deployed_room")
@pytest.mark.parametrize("rate", [0.0, 300.0, 620.0])
def test_a_newcomer_is_told_the_same_wait_as_by_the_page(
    cloud: Cloud, where: dict[str, Any], rate: float
) -> None:
    curve = (Sample(1_800_000_000_000, 0.0), Sample(1_800_000_060_000, 5_000.0))
    pulse = Pulse(
        waiting=4_000,
        serving=1_000.0,
        arrivals=curve,
        rate=rate,
        spread=900.0,
        as_of=1_800_000_060.0,
        paced_at=1_800_000_061.0,
    )
    put(cloud, {**items.key(items.PULSE), **pulse_values(pulse)})
    status = beekeeper.status(ROOM, **where)
    newcomer = Ticket("t", curve[-1].at, 1_900_000_000)
    told = turn.decide(newcomer, status.settings, pulse, None, pulse.as_of)
    assert status.longest_wait_seconds == told.eta_seconds
    assert told.eta_seconds


@pytest.mark.usefixtures("deployed_room")
def test_a_consumer_that_somebody_deleted_is_named(cloud: Cloud, where: dict[str, Any]) -> None:
    cloud.wire.add(refuse("lambda:Invoke", *MISSING))
    for do in (beekeeper.on, beekeeper.clear):
        with pytest.raises(ProvisionError, match=r"sale-consumer is gone.* beekeeper deploy$"):
            do(ROOM, **where)
    assert beekeeper.status(ROOM, **where).mode == "on"


@pytest.mark.parametrize("key", ["function consumer", "queue", "api"])
@pytest.mark.usefixtures("deployed_room")
def test_the_doctor_names_what_somebody_deleted(key: str, cloud: Cloud) -> None:
    DELETIONS[key][0](cloud)
    cloud.wire.clear()
    (finding,) = (f for f in diagnose(cloud).findings if f.check == "names")
    assert finding.verdict == "problem"
    assert "lacks what somebody has deleted: " in finding.text
    assert "and then deploy" in finding.remedy


@pytest.mark.usefixtures("deployed_room")
def test_each_damaged_setting_is_named(cloud: Cloud, where: dict[str, Any]) -> None:
    spoil(cloud, items.ROOM, mode={"S": "maybe"}, rate={"S": "x"}, overbooking={"NULL": True})
    with pytest.raises(ProvisionError, match="can't be read: mode, rate, overbooking"):
        beekeeper.status(ROOM, **where)
    beekeeper.on(ROOM, **where)
    beekeeper.deploy(BASE, **where)
    assert not damaged(beekeeper.status(ROOM, **where))


@pytest.mark.parametrize(("call_seconds", "ahead"), [(0.02, 2), (0.35, 3), (1.0, 5), (60.0, 10)])
def test_a_clear_is_as_far_ahead_as_three_calls_take(call_seconds: float, ahead: int) -> None:
    assert _ahead(call_seconds) == ahead


@pytest.mark.usefixtures("deployed_room")
def test_on_says_which_function_is_gone(cloud: Cloud, where: dict[str, Any]) -> None:
    cloud.client("lambda").delete_function(FunctionName="beekeeper-sale-consumer")
    with pytest.raises(ProvisionError, match=r"beekeeper-sale-consumer is gone.*beekeeper deploy"):
        beekeeper.on(ROOM, **where)
