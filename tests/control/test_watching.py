"""A room that is watched: what each look costs, and what ends a watch and what does not."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

import beekeeper
from beekeeper.connection import Deployed
from beekeeper.control import watching
from beekeeper.errors import ConfigError, RoomNotFoundError, TimedOutError
from beekeeper.results import Status, Trouble
from tests.support.moto_aws.cloud import Cloud
from tests.support.moto_aws.wire import next_calls
from tests.support.rooms import ROOM


def without_network(name: str, times: int) -> Any:
    is_one = next_calls(name, times)

    def rule(call: Any, request: Any, forward: Any) -> None:
        if is_one(call):
            raise EndpointConnectionError(endpoint_url=request.url)

    return rule


def test_a_look_is_at_most_three_calls(deployed_room: beekeeper.Room, cloud: Cloud) -> None:
    looks = deployed_room.watch()
    next(looks)
    cloud.wire.clear()
    assert isinstance(next(looks), Status)
    assert 1 <= len(cloud.wire.calls) <= 3
    assert cloud.time.sleeps == [2.0]
    assert cloud.wire.mutations == []


def test_a_watch_goes_on_when_the_network_is_back(
    deployed_room: beekeeper.Room, cloud: Cloud
) -> None:
    connected = []

    def connect() -> Deployed:
        connected.append(1)
        return deployed_room._connection.deployed()

    looks = watching.watch(connect, cloud.session.machine, 5)
    assert isinstance(next(looks), Status)
    cloud.wire.add(without_network("dynamodb:BatchGetItem", 2))  # botocore tries twice
    trouble = next(looks)
    assert isinstance(trouble, Trouble)
    assert "AWS can't be reached" in trouble.reason
    assert trouble.since <= trouble.at
    assert isinstance(next(looks), Status)
    assert len(connected) == 2  # the operator may have signed in meanwhile


def test_who_has_no_network_at_first_hears_it_at_once(
    deployed_room: beekeeper.Room, cloud: Cloud
) -> None:
    cloud.wire.add(without_network("dynamodb:BatchGetItem", 2))
    with pytest.raises(beekeeper.BeekeeperError, match="AWS can't be reached"):
        next(deployed_room.watch())


def test_a_room_that_is_gone_ends_the_watch(deployed_room: beekeeper.Room, cloud: Cloud) -> None:
    looks = deployed_room.watch()
    next(looks)
    cloud.client("dynamodb").delete_table(TableName="beekeeper-sale")
    with pytest.raises(RoomNotFoundError):
        next(looks)


def test_a_watch_that_looks_too_often_is_refused(cloud: Cloud, where: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match="at least 1"):
        beekeeper.Room(ROOM, **where).watch(every_seconds=0.1)


def test_it_can_be_waited_for_while_others_work(deployed_room: beekeeper.Room) -> None:
    async def wait() -> Status:
        waiting = asyncio.to_thread(deployed_room.wait_until, "paused", timeout_seconds=86_400)
        await asyncio.to_thread(deployed_room.pause)
        return await waiting

    # A browser of other tests can keep a loop of its own in the main thread.
    with ThreadPoolExecutor(1) as executor:
        assert executor.submit(lambda: asyncio.run(wait())).result().mode == "paused"


def test_a_wait_that_takes_too_long_says_how_the_room_stands(
    deployed_room: beekeeper.Room,
) -> None:
    seen: list[Any] = []
    with pytest.raises(
        TimedOutError, match=r"it is off took longer than 4 s\. It is on, and 0 wait"
    ):
        deployed_room.wait_until("off", timeout_seconds=4, on_status=seen.append)
    assert [each.mode for each in seen] == ["on", "on", "on"]
