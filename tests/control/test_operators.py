"""What operators do on the day: mode, rate, status, keys."""

from typing import Any

import pytest

import beekeeper
from beekeeper.errors import ConfigError
from tests.support.moto_aws.by_hand import queue_url
from tests.support.moto_aws.cloud import Cloud
from tests.support.rooms import BASE, ROOM


@pytest.mark.usefixtures("deployed_room")
def test_operators_change_mode_and_rate_in_one_write_each(
    cloud: Cloud, where: dict[str, Any]
) -> None:
    assert beekeeper.status(ROOM, **where).mode == "on"
    for change, mode in ((beekeeper.pause, "paused"), (beekeeper.off, "off"), (beekeeper.on, "on")):
        cloud.wire.clear()
        change(ROOM, **where)
        wakes = ["lambda:Invoke"] if mode == "on" else []  # there is no consumer while off
        assert cloud.wire.names(mutating=True) == ["dynamodb:UpdateItem", *wakes]
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
