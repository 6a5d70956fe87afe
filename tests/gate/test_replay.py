"""Replay stores: a pass that was handed on opens no second session."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from beekeeper.gate import DynamoReplay, MemoryReplay, Refusal
from beekeeper.gate.waiting import Unavailable
from tests.support.gates import Visitor, a_gate, a_pass

MakeVisitor = Callable[..., Visitor]


class Broken:
    def first_use(self, pass_id: str, until: int, now: float) -> bool:
        raise RuntimeError("s3cret")


def test_a_second_browser_with_the_same_pass_is_refused(visitor: MakeVisitor) -> None:
    gate, token = a_gate(replay=MemoryReplay()), a_pass()
    first, second = visitor(gate), visitor(gate)
    assert first.enter(token=token).location == "/"
    refused = second.enter("/x", token=token)
    assert (refused.status, refused.reason) == (302, "used")
    assert refused.location.startswith("https://room.example.com/")
    assert second.ask().status == 302
    assert first.enter("/y", token=token).location == "/y", "the first browser goes on"
    assert first.ask().status == 200


def test_a_browser_with_a_session_goes_on_with_a_pass_that_another_has_used(
    visitor: MakeVisitor,
) -> None:
    gate, token = a_gate(replay=MemoryReplay()), a_pass("ann")
    visitor(gate).enter(token=token)
    somebody = visitor(gate)
    somebody.enter(token=a_pass("bob"))
    assert somebody.enter("/x", token=token).location == "/x"
    assert somebody.ask().body == b"bob|"


def test_without_a_store_a_pass_can_be_handed_on(visitor: MakeVisitor) -> None:
    gate, token = a_gate(), a_pass()
    for _ in range(2):
        somebody = visitor(gate)
        somebody.enter(token=token)
        assert somebody.ask().status == 200


def test_a_store_that_fails_keeps_visitors_out(
    visitor: MakeVisitor, caplog: pytest.LogCaptureFixture
) -> None:
    reply = visitor(a_gate(replay=Broken())).enter()
    assert (reply.status, reply.get("retry-after")) == (503, "10")
    assert "the replay store failed: RuntimeError" in caplog.text
    assert "s3cret" not in caplog.text


def test_a_hook_that_fails_as_well_shows_nothing_of_the_store(
    visitor: MakeVisitor, caplog: pytest.LogCaptureFixture
) -> None:
    def hook(refusal: Refusal) -> None:
        raise RuntimeError(refusal.reason)

    assert visitor(a_gate(replay=Broken(), on_refused=hook)).enter().status == 503
    assert "on_refused failed" in caplog.text
    assert "s3cret" not in caplog.text


class Later:
    """What an async store returns: it counts as true."""

    def __await__(self) -> Iterator[bool]:
        yield False


class Async:
    def first_use(self, pass_id: str, until: int, now: float) -> Any:
        return Later()

    def put_item(self, **_: Any) -> Any:
        return Later()


@pytest.mark.parametrize("store", [Async(), DynamoReplay("passes", Async())])
def test_a_store_that_is_async_keeps_visitors_out_and_takes_no_pass_for_new(
    visitor: MakeVisitor, caplog: pytest.LogCaptureFixture, store: Any
) -> None:
    assert visitor(a_gate(replay=store)).enter().status == 503
    assert "async" in caplog.text


def test_or_lets_them_in_by_choice(visitor: MakeVisitor) -> None:
    somebody = visitor(a_gate(replay=Broken(), fail_open=True))
    somebody.enter()
    assert somebody.ask().body == b"visitor|"
    refused = visitor(a_gate(replay=Broken(), fail_open=True)).enter(token="a.b.c")
    assert refused.reason == "missing or malformed", "only passes that are good"


def test_whoever_has_a_session_needs_no_store(visitor: MakeVisitor) -> None:
    somebody = visitor(a_gate())
    somebody.enter()
    somebody.gate = a_gate(replay=Broken())
    assert somebody.ask().status == 200


def test_memory_forgets_what_has_expired() -> None:
    store = MemoryReplay()
    assert [store.first_use("a", 100, now) for now in (0, 50, 99)] == [True, False, False]
    assert store.first_use("b", 200, 100)
    assert store._until == {"b": 200}


@pytest.fixture
def table() -> tuple[DynamoReplay, Stubber]:
    client = boto3.client(
        "dynamodb",
        region_name="eu-central-1",
        aws_access_key_id="x",
        aws_secret_access_key="x",
    )
    return DynamoReplay("passes", client), Stubber(client)


PUT = {
    "TableName": "passes",
    "Item": {"id": {"S": "a"}, "expires_at": {"N": "1000"}},
    "ConditionExpression": "attribute_not_exists(id)",
}


def test_a_table_notes_each_pass_once(table: tuple[DynamoReplay, Stubber]) -> None:
    store, stub = table
    stub.add_response("put_item", {}, PUT)
    stub.add_client_error("put_item", "ConditionalCheckFailedException", expected_params=PUT)
    with stub:
        assert [store.first_use("a", 1_000, time.time()) for _ in range(2)] == [True, False]


@pytest.mark.parametrize("code", ["ProvisionedThroughputExceededException", "AccessDenied"])
def test_a_table_that_can_t_be_written_is_named_in_the_log_with_the_cause(
    table: tuple[DynamoReplay, Stubber], code: str, caplog: pytest.LogCaptureFixture
) -> None:
    store, stub = table
    stub.add_client_error("put_item", code)
    with stub:
        assert Visitor(a_gate(replay=store)).enter().status == 503
    assert f"the replay store failed: the table passes can't be written: {code}" in caplog.text


@pytest.mark.parametrize("error", [OSError("no network"), TypeError("x")])
def test_a_client_that_raises_anything(error: Exception) -> None:
    class Client:
        def put_item(self, **_: Any) -> None:
            raise error

    with pytest.raises(Unavailable, match=type(error).__name__):
        DynamoReplay("passes", Client()).first_use("a", 1_000, 0)
