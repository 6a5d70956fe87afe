"""SQS: names that are not free yet, reads that lag, creates that succeed without the tags."""

from typing import Any

import pytest

from beekeeper.errors import NotOursError, ProvisionError
from beekeeper.provision.engine.events import StepWaiting
from tests.support.moto_aws.by_hand import STEM, queue_url
from tests.support.moto_aws.cloud import Cloud
from tests.support.moto_aws.inventory import inventory
from tests.support.moto_aws.wire import Call, after, changed, instead, lose_answer, refuse
from tests.support.rooms import config

MISSING = "AWS.SimpleQueueService.NonExistentQueue"
RECENTLY = (
    "AWS.SimpleQueueService.QueueDeletedRecently",
    "You must wait 60 seconds after deleting a queue before you can create another with the same"
    " name.",
)


def _named(call: Call) -> bool:
    return str(call.arguments["QueueName"]) == STEM


def test_a_name_that_was_deleted_recently_is_waited_for(deployed: Cloud) -> None:
    deployed.destroy()
    deployed.wire.clear()
    free_at = deployed.time.now + 60
    deployed.wire.add(
        refuse("sqs:CreateQueue", *RECENTLY, when=lambda _: deployed.time.now < free_at)
    )
    deployed.deploy()
    assert free_at <= deployed.time.now <= free_at + 5
    waits = {e.what for e in deployed.events if isinstance(e, StepWaiting) and "queue" in e.key}
    assert waits == {"SQS to free the queue's name (60 seconds after a deletion)"}


def test_a_name_that_never_becomes_free_is_an_error(cloud: Cloud) -> None:
    cloud.wire.add(refuse("sqs:CreateQueue", *RECENTLY))
    start = cloud.time.now
    with pytest.raises(ProvisionError, match=r"creating queue .*QueueDeletedRecently.*You must"):
        cloud.deploy()
    assert 90 <= cloud.time.now - start <= 105


@pytest.mark.parametrize("code", [MISSING, "QueueDoesNotExist"])
def test_a_new_queue_that_is_not_found_for_a_while(cloud: Cloud, code: str) -> None:
    """The plan makes the first miss. A server without the old header sends QueueDoesNotExist."""
    cloud.wire.add(refuse("sqs:GetQueueUrl", code, "No.", when=_named, times=4))
    cloud.deploy()
    assert cloud.changes() == {}
    assert inventory()["queues"] == [STEM, f"{STEM}-dead-letter"]


def test_reads_that_flap_after_the_create(cloud: Cloud) -> None:
    """The queue is seen once and then not. The functions still get its URL."""
    cloud.wire.add(refuse("sqs:GetQueueUrl", MISSING, when=_named, times=4, every=2))
    cloud.deploy()
    cloud.wire.clear()
    environment = cloud.client("lambda").get_function(FunctionName=f"{STEM}-producer")
    variables = environment["Configuration"]["Environment"]["Variables"]
    assert variables["BEEKEEPER_QUEUE_URL"] == queue_url(cloud)


def test_attributes_that_read_stale_are_sent_again_and_do_no_harm(deployed: Cloud) -> None:
    """For a minute, reads can return old attributes. Nothing final is decided from them."""

    def stale(body: dict[str, Any]) -> None:
        body["Attributes"]["VisibilityTimeout"] = "1"

    deployed.wire.add(changed("sqs:GetQueueAttributes", stale, times=1))
    assert deployed.recorded(deployed.deploy) == ["sqs:SetQueueAttributes"]
    assert deployed.recorded(deployed.deploy) == []


@pytest.mark.parametrize("status", [0, 500])
def test_the_answer_to_the_creation_is_lost(cloud: Cloud, status: int) -> None:
    cloud.wire.add(lose_answer("sqs:CreateQueue", times=2, status=status))
    cloud.deploy()
    assert cloud.changes() == {}
    assert len(inventory()["queues"]) == 2


def test_tags_that_the_creation_did_not_set_are_set(cloud: Cloud) -> None:
    def untag() -> None:
        url = queue_url(cloud, f"{STEM}-dead-letter")
        cloud.client("sqs").untag_queue(
            QueueUrl=url, TagKeys=["beekeeper:room", "beekeeper:version"]
        )

    cloud.wire.add(after("sqs:CreateQueue", untag))
    cloud.deploy()
    assert cloud.changes() == {}


def test_another_queue_of_the_name_that_comes_in_between(cloud: Cloud) -> None:
    engine = cloud.engine()
    plan = engine.plan()
    theirs = {"VisibilityTimeout": "7"}
    cloud.client("sqs").create_queue(QueueName=STEM, Attributes=theirs)
    with pytest.raises(NotOursError, match=STEM):
        engine.apply(plan)
    cloud.destroy()
    assert inventory() == {"queues": [STEM]}


def test_a_queue_that_goes_on_answering_is_waited_out(deployed: Cloud) -> None:
    """GetQueueUrl can still answer after DeleteQueue. The next deploy must not rely on that."""
    gone_at = deployed.time.now + 3
    deployed.wire.add(
        instead("sqs:DeleteQueue", lambda _: {}),
        refuse("sqs:GetQueueUrl", MISSING, when=lambda _: deployed.time.now >= gone_at),
    )
    engine = deployed.engine()
    engine.read()
    found = engine.found["queue"]
    assert found is not None
    engine._steps["queue"].delete(deployed.aws(), found)
    assert deployed.time.sleeps == [1, 1, 1]


def test_a_key_of_kms_is_taken_off_with_our_encryption(deployed: Cloud) -> None:
    url = queue_url(deployed)
    deployed.client("sqs").set_queue_attributes(
        QueueUrl=url, Attributes={"SqsManagedSseEnabled": "false", "KmsMasterKeyId": "alias/theirs"}
    )
    deployed.wire.calls.clear()
    deployed.deploy()
    (call,) = deployed.wire.mutations
    assert call.arguments["Attributes"] == {"SqsManagedSseEnabled": "true", "KmsMasterKeyId": ""}


def test_a_delete_whose_answer_is_lost(deployed: Cloud) -> None:
    deployed.wire.add(lose_answer("sqs:DeleteQueue"))
    deployed.destroy()
    assert inventory() == {}


def test_a_busy_service_does_not_stop_a_deploy(cloud: Cloud) -> None:
    cloud.wire.add(refuse("sqs:*", "RequestThrottled", "Slow down.", 403, every=2))
    cloud.deploy(config(tags={"team": "sales"}))
    assert cloud.changes(config(tags={"team": "sales"})) == {}
