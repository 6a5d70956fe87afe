"""The topic for an e-mail address, and whom the alarms tell with and without ``notify``."""

from typing import Any

import pytest
from moto.sns.models import sns_backends

import beekeeper
from beekeeper.errors import ConfigError, NotOursError
from beekeeper.provision.blueprint import steps
from beekeeper.provision.engine.events import StepWarning
from beekeeper.provision.state import StateFile
from beekeeper.provision.telling import RARE
from tests.support.moto_aws.by_hand import STEM
from tests.support.moto_aws.cloud import Cloud
from tests.support.moto_aws.inventory import inventory
from tests.support.moto_aws.told import EMAIL, OTHER, TOLD, ToldRoom
from tests.support.moto_aws.wire import Refusal
from tests.support.rooms import ACCOUNT, NAMES, REGION, ROOM, config

TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:{STEM}-alarms"
THEIRS = f"arn:aws:sns:{REGION}:{ACCOUNT}:on-call"


@pytest.fixture
def room(cloud: Cloud) -> ToldRoom:
    """A room whose alarms tell an e-mail address."""
    made = ToldRoom(cloud)
    made.deploy()
    cloud.wire.clear()
    return made


def _alarm(cloud: Cloud, what: str = "wait") -> dict[str, Any]:
    found = cloud.client("cloudwatch").describe_alarms(AlarmNames=[f"{STEM}-{what}"])
    alarm: dict[str, Any] = found["MetricAlarms"][0]
    return alarm


def _change_alarm(cloud: Cloud, what: str = "wait", **changes: Any) -> None:
    cloudwatch = cloud.client("cloudwatch")
    sent = cloudwatch.meta.service_model.operation_model("PutMetricAlarm").input_shape.members
    kept = {name: value for name, value in _alarm(cloud, what).items() if name in sent}
    cloudwatch.put_metric_alarm(**{**kept, **changes})


def test_an_address_gets_a_topic_that_the_alarms_tell(cloud: Cloud, room: ToldRoom) -> None:
    assert inventory()["subscriptions"] == [EMAIL]
    assert _alarm(cloud)["AlarmActions"] == [TOPIC]
    assert _alarm(cloud).get("OKActions", []) == []
    assert not room.deploy().has_changes
    assert cloud.wire.mutations == []


def test_whoever_deploys_hears_that_the_address_must_confirm(cloud: Cloud, room: ToldRoom) -> None:
    told = [event.warning for event in cloud.events if isinstance(event, StepWarning)]
    assert any(f"e-mail to {EMAIL}. Follow its link" in text for text in told)


def test_a_room_without_notify_has_no_topic_and_no_step_for_it() -> None:
    assert not {step.key for step in steps(config(), NAMES)} & set(RARE)
    ours = config(alarms={"notify": THEIRS})
    assert "topic" not in {step.key for step in steps(ours, NAMES)}


def test_what_is_only_told_goes_with_notify(cloud: Cloud, room: ToldRoom) -> None:
    more = ToldRoom(cloud, ("alarm unreadable",))
    more.deploy()
    assert _alarm(cloud, "unreadable")["AlarmActions"] == [TOPIC]
    more.deploy(config())
    assert inventory() == {"alarms": [f"{STEM}-unreadable"]}
    assert _alarm(cloud, "unreadable")["AlarmActions"] == []
    assert not more.deploy(config()).has_changes


def test_a_topic_of_ones_own_takes_the_place_of_ours(cloud: Cloud, room: ToldRoom) -> None:
    then = config(alarms={"notify": THEIRS})
    room.deploy(then)
    assert not {"topics", "subscriptions"} & inventory().keys()
    assert _alarm(cloud)["AlarmActions"] == [THEIRS]
    assert not room.deploy(then).has_changes


def test_the_alarm_for_the_site_goes_with_the_governor(cloud: Cloud) -> None:
    room = ToldRoom(cloud)
    room.deploy(config(alarms={"notify": EMAIL}, governor={"mode": "advise"}))
    assert f"{STEM}-destination" in inventory()["alarms"]
    room.deploy()
    assert inventory()["alarms"] == [f"{STEM}-throttles", f"{STEM}-wait"]


def test_another_address_replaces_the_topic(cloud: Cloud, room: ToldRoom) -> None:
    """The former address must not hear of anything more."""
    then = config(alarms={"notify": OTHER})
    assert room.changes(then) == {"topic": "replace"}
    room.deploy(then)
    assert inventory()["subscriptions"] == [OTHER]
    assert not room.deploy(then).has_changes


@pytest.mark.parametrize(
    ("arn", "changes"), [("PendingConfirmation", {}), ("Deleted", {"topic": "update"})]
)
def test_an_address_that_has_not_confirmed_counts_and_one_that_refused_is_asked_again(
    cloud: Cloud, room: ToldRoom, arn: str, changes: dict[str, str]
) -> None:
    (subscription,) = sns_backends[ACCOUNT][REGION].subscriptions.values()
    subscription.arn = arn  # moto confirms each at once
    assert room.changes() == changes


def test_one_who_was_never_subscribed_is_subscribed(cloud: Cloud, room: ToldRoom) -> None:
    """As after a crash between the two calls, or after 48 hours without a confirmation."""
    sns_backends[ACCOUNT][REGION].subscriptions.clear()
    room.deploy()
    assert cloud.wire.names(mutating=True) == ["sns:Subscribe"]
    assert inventory()["subscriptions"] == [EMAIL]


def test_a_topic_that_disappears_is_made_again(cloud: Cloud, room: ToldRoom) -> None:
    cloud.client("sns").delete_topic(TopicArn=TOPIC)
    assert room.changes() == {"topic": "create"}
    room.deploy()
    assert inventory()["topics"] == [TOPIC]


def test_tags_of_others_stay_and_ours_are_put_back(cloud: Cloud, room: ToldRoom) -> None:
    sns = cloud.client("sns")
    sns.tag_resource(ResourceArn=TOPIC, Tags=[{"Key": "theirs", "Value": "x"}])
    sns.tag_resource(ResourceArn=TOPIC, Tags=[{"Key": "former", "Value": "x"}])
    sns.untag_resource(ResourceArn=TOPIC, TagKeys=["beekeeper:version"])
    assert room.changes() == {"topic": "update"}
    room.deploy()
    found = {tag["Key"] for tag in sns.list_tags_for_resource(ResourceArn=TOPIC)["Tags"]}
    assert found == {"theirs", "beekeeper:room", "beekeeper:version"}


def test_somebody_elses_topic_is_not_touched(cloud: Cloud) -> None:
    cloud.client("sns").create_topic(Name=f"{STEM}-alarms")
    cloud.wire.clear()
    with pytest.raises(NotOursError, match=f"{STEM}-alarms exists already"):
        ToldRoom(cloud).deploy()
    assert cloud.wire.mutations == []


def test_one_that_came_between_the_look_and_the_creation_is_not_taken_over(cloud: Cloud) -> None:
    room = ToldRoom(cloud)
    engine = room.engine()
    plan = engine.plan()
    cloud.client("sns").create_topic(Name=f"{STEM}-alarms")
    text = "Invalid parameter: Tags Reason: Topic already exists with different tags"
    taken = Refusal("InvalidParameter", text)
    cloud.wire.add(lambda call, request, _: (
        taken.to(call, request) if str(call) == "sns:CreateTopic" else None
    ))  # fmt: skip
    with pytest.raises(NotOursError, match=f"{STEM}-alarms"):
        engine.apply(plan)


def test_the_tags_of_a_deleted_topic_are_waited_for(cloud: Cloud) -> None:
    answers = [Refusal("StaleTag", "A tag has been added to a resource with the same ARN")] * 2
    cloud.wire.add(lambda call, request, _: (
        answers.pop().to(call, request) if answers and str(call) == "sns:CreateTopic" else None
    ))  # fmt: skip
    ToldRoom(cloud).deploy()
    assert inventory()["topics"] == [TOPIC]


def test_a_destroy_removes_it_and_deleting_twice_is_no_error(cloud: Cloud, room: ToldRoom) -> None:
    engine = room.engine()
    engine.read()
    step, found = engine._steps["topic"], engine.found["topic"]
    assert found is not None
    step.delete(cloud.aws(), found)
    step.delete(cloud.aws(), found)
    assert step.find(cloud.aws(), {}) is None
    room.destroy()
    assert inventory() == {}


def test_a_destroy_finds_it_without_a_state(cloud: Cloud, room: ToldRoom) -> None:
    StateFile(cloud.state_dir, ROOM).remove()
    beekeeper.destroy(ROOM, region=REGION, session=cloud.session, state_dir=cloud.state_dir)
    assert inventory() == {}


def test_without_notify_whom_operators_chose_stays(cloud: Cloud) -> None:
    room = ToldRoom(cloud, ("alarm unreadable",))
    room.deploy(config())
    _change_alarm(cloud, "unreadable", AlarmActions=[THEIRS], OKActions=[THEIRS])
    assert room.changes(config()) == {}
    _change_alarm(cloud, "unreadable", Threshold=9)
    room.deploy(config())
    alarm = _alarm(cloud, "unreadable")
    assert (alarm["Threshold"], alarm["AlarmActions"], alarm["OKActions"]) == (
        0,
        [THEIRS],
        [THEIRS],
    )


@pytest.mark.parametrize(
    "by_hand", [{"AlarmActions": []}, {"AlarmActions": [THEIRS]}, {"ActionsEnabled": False}]
)
def test_with_notify_an_alarm_that_was_silenced_tells_again(
    cloud: Cloud, room: ToldRoom, by_hand: dict[str, Any]
) -> None:
    _change_alarm(cloud, **by_hand)
    assert room.changes() == {"alarm wait": "update"}
    room.deploy()
    assert _alarm(cloud)["AlarmActions"] == [TOPIC]
    assert _alarm(cloud)["ActionsEnabled"] is True


def test_a_topic_of_another_region_is_refused_before_aws_is_asked(cloud: Cloud) -> None:
    elsewhere = {"notify": THEIRS.replace(REGION, "us-east-1")}
    with pytest.raises(ConfigError, match="this topic is in us-east-1, and the room in"):
        config(alarms=elsewhere, region=REGION)
    with pytest.raises(ConfigError, match="or an e-mail address"):
        steps(config(alarms=elsewhere), NAMES)


def test_the_alarm_for_the_governor_also_tells_when_it_is_silent() -> None:
    governed = config(alarms={"notify": EMAIL}, governor={"mode": "automatic"})
    by_key = {step.key: step for step in steps(governed, NAMES)}
    told = {key: (step.desired({}) or {}).get("tells") for key, step in by_key.items()}
    assert told["alarm governor"] == {
        "AlarmActions": [TOPIC],
        "InsufficientDataActions": [TOPIC],
    }
    assert told["alarm destination"] == {"AlarmActions": [TOPIC]}
    assert "topic" in by_key["alarm governor"].needs


def test_the_topics_step_grants_what_it_needs_on_its_own_topic_only() -> None:
    grants = [g for step in steps(TOLD, NAMES) if step.key == "topic" for g in step.grants()]
    assert {resource for each in grants for resource in each.resources} == {TOPIC}
