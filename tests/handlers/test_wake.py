"""An idle consumer ends, and the next visitor starts one."""

import io
from urllib.parse import urlsplit

import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import EndpointConnectionError

from beekeeper.contract import items, pulse_item
from beekeeper.contract.routes import Path
from beekeeper.handlers import aws, turnstile
from beekeeper.handlers.wake import Waker, consumer_starter
from beekeeper.rules import tokens
from beekeeper.rules.line import Pulse
from beekeeper.rules.settings import Mode, Settings
from beekeeper.rules.sizing import workers_for
from tests.support.in_memory.dynamo import FakeDynamo
from tests.support.in_memory.fakes import TABLE
from tests.support.in_memory.faults import THROTTLE, failing
from tests.support.in_memory.joining import Sends, asked
from tests.support.in_memory.recorded import DESTINATION, NOW, Place, request, signed
from tests.support.in_memory.stage import Stage
from tests.support.in_memory.virtual import START

NAMES = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")


class Starts:
    """Counts how often a consumer was started."""

    def __init__(self, *, failing: bool = False) -> None:
        self.count = 0
        self.failing = failing

    def __call__(self, workers: int) -> None:
        self.count += 1
        if self.failing:
            raise EndpointConnectionError(endpoint_url="https://lambda.example")


def idle_stage(seconds: float) -> Stage:
    stage = Stage()
    stage.dynamo.put({**items.key(items.PULSE), "busy_at": items.number(START - seconds)})
    return stage


def test_consumer_ends_when_nobody_has_come_for_five_minutes() -> None:
    stage = idle_stage(311)
    stage.run(75)
    assert stage.world.now - START < 2
    assert sum(stage.calls.count().values()) <= 8 + 9  # its arrivals were never counted


def test_consumer_stays_a_little_after_producers_know_that_the_line_is_idle() -> None:
    stage = idle_stage(301)
    stage.run(75)
    assert 8 < stage.world.now - START < 11


def test_consumer_stays_while_somebody_may_still_come() -> None:
    stage = idle_stage(230)
    stage.run(75)
    assert 75 < stage.world.now - START < 77


def test_consumer_that_finds_somebody_stays() -> None:
    stage = idle_stage(10_000)
    stage.arrive(3)
    stage.run(75)
    assert stage.world.now - START > 74
    assert len(stage.dynamo.rows()) == 3


def test_consumer_with_tickets_in_hand_stays() -> None:
    # Nobody knows of them but this consumer: the producer has not counted them yet, and SQS's count
    # is old.
    stage = idle_stage(10_000)
    stage.faults = failing("TransactWriteItems", THROTTLE, only=range(1, 4))
    stage.sqs.send("t0", int(START * 1000))
    none = dict.fromkeys(NAMES, "0")
    stage.sqs.get_queue_attributes = lambda **_: {"Attributes": none}  # type: ignore[method-assign]
    stage.run(75)
    assert list(stage.dynamo.rows()) == ["t0"]


def test_consumer_of_a_paused_line_ends_too_if_nobody_comes() -> None:
    stage = idle_stage(311)
    stage.configure(Mode.PAUSED)
    stage.run(75)
    assert stage.world.now - START < 2


def test_consumer_of_a_room_that_is_off_ends() -> None:
    stage = Stage()
    stage.configure(Mode.OFF)
    stage.arrive(3)
    stage.run(75)
    assert stage.world.now - START < 2


def test_consumer_of_a_paused_line_stays() -> None:
    # Then a resume takes effect immediately, and the page shows how many visitors wait.
    stage = idle_stage(10_000)
    stage.configure(Mode.PAUSED)
    stage.arrive(3)
    stage.run(75)
    assert stage.world.now - START > 74
    assert stage.pulse.waiting == 3


def test_first_visitor_has_a_consumer_started_and_only_the_first() -> None:
    place, sends, starts = Place(), Sends(), Starts()
    for i in range(50):
        asked(place, sends, request("aws_campaign_first"), NOW + i / 10, start=starts)
    assert starts.count == 1
    assert len(sends.bodies) == 50


def test_nobody_is_started_while_a_consumer_is_at_work() -> None:
    place, starts = Place(), Starts()
    place.a_long_line()
    asked(place, Sends(), request("aws_campaign_first"), NOW + 3, start=starts)
    assert starts.count == 0


def test_who_comes_just_after_an_idle_consumer_has_looked_does_not_wait_for_the_next() -> None:
    place, starts = Place(), Starts()
    place.publish(Pulse(as_of=NOW - 1, busy_at=NOW - 400))
    asked(place, Sends(), request("aws_campaign_first"), NOW, start=starts)
    assert starts.count == 1


@pytest.mark.parametrize("pause", [0, 3, 50])
def test_room_that_is_turned_off_and_on_again_goes_on_at_once(pause: float) -> None:
    stage = Stage()
    stage.arrive(400)
    stage.world.start(lambda: stage.configure(Mode.OFF), after=5.0)
    stage.world.start(lambda: stage.configure(Mode.ON), after=5.0 + pause)
    stage.run(75)
    times = stage.let_through()
    assert [t for t in times if START + 5 + pause < t < START + 8 + pause] != []


def test_consumer_counts_the_line_before_it_ends() -> None:
    # Another consumer has just published that nobody is there. A later visitor started this one.
    stage = Stage()
    stage.configure(Mode.PAUSED)
    stage.dynamo.put({**items.key(items.PULSE), **pulse_item.pulse_values(Pulse(as_of=START))})
    stage.arrive(3)
    stage.run(75)
    assert stage.world.now - START > 74
    assert stage.pulse.waiting == 3


def test_all_workers_are_started() -> None:
    started: list[int] = []
    Waker(FakeDynamo(), TABLE, started.append).wake(Pulse(), NOW, 5)
    assert started == [5]


@pytest.mark.parametrize("path", [Path.CAMPAIGN, Path.TURN])
def test_a_visitor_starts_as_many_workers_as_the_rate_needs(path: Path) -> None:
    place, started = Place(), list[int]()
    place.dynamo.set_room(Settings(Mode.ON, 120_000.0, DESTINATION))
    if path is Path.CAMPAIGN:
        asked(place, Sends(), request("aws_campaign_first"), start=started.append)
    else:
        req = request("aws_turn", ticket=signed(tokens.new_ticket(NOW)))
        turnstile.answer(req, place.table, Waker(place.dynamo, TABLE, started.append), NOW)
    assert started == [workers_for(120_000.0)]
    assert started != [1]


def test_workers_are_invoked_without_waiting_for_them(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "none")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    invoked: list[tuple[str, str]] = []

    def answered(request: AWSPreparedRequest, **_: object) -> AWSResponse:
        kind = request.headers["X-Amz-Invocation-Type"]
        invoked.append((urlsplit(request.url).path, str(kind, "ascii")))
        return AWSResponse(request.url, 202, {}, io.BytesIO())

    session = aws.session(ours=True)
    session.register("before-send.lambda.Invoke", answered)
    try:
        consumer_starter("sale-consumer")(3)
    finally:
        session.unregister("before-send.lambda.Invoke", answered)
    assert invoked == [("/2015-03-31/functions/sale-consumer/invocations", "Event")] * 3


def test_a_table_in_trouble_is_not_asked_for_more() -> None:
    place, sends, starts = Place(), Sends(), Starts()
    asked(place, sends, request("aws_campaign_first"), NOW, start=starts)
    place.failing = True
    asked(place, sends, request("aws_campaign_first"), NOW + 60, start=starts)
    assert (len(sends.bodies), starts.count) == (2, 1)
    assert place.calls.count()["UpdateItem"] == 2  # a count and a wake


def test_pulse_of_a_room_that_is_off_grows_old() -> None:
    # Then the first visitor after the room is on again starts a consumer.
    stage = Stage()
    stage.run(3)
    published = stage.pulse.as_of
    stage.configure(Mode.OFF)
    stage.run(75)
    assert stage.pulse.as_of == published > 0


def test_one_container_of_many_starts_the_consumer() -> None:
    dynamo, starts = FakeDynamo(), Starts()
    wakers = [Waker(dynamo, TABLE, starts) for _ in range(20)]
    for waker in wakers:
        waker.wake(Pulse(), NOW)
    assert starts.count == 1
    for waker in wakers:
        waker.wake(Pulse(), NOW + 10)
    assert starts.count == 2


def test_a_container_asks_the_table_once_in_ten_seconds() -> None:
    dynamo, starts = FakeDynamo(), Starts()
    waker = Waker(dynamo, TABLE, starts)
    for i in range(100):
        waker.wake(Pulse(), NOW + i / 10)
    assert (starts.count, dynamo.calls.names) == (1, ["UpdateItem"])


def test_start_that_fails_is_no_visitors_business() -> None:
    starts = Starts(failing=True)
    response = asked(Place(), Sends(), request("aws_campaign_first"), start=starts)
    assert response["statusCode"] == 302
    assert starts.count == 1


def test_room_that_is_off_wakes_nobody() -> None:
    starts = Starts()
    asked(Place(Mode.OFF), Sends(), request("aws_campaign_first"), start=starts)
    assert starts.count == 0


@pytest.mark.parametrize(
    ("age", "mode", "starts"), [(6, Mode.ON, 1), (4, Mode.ON, 0), (60, Mode.PAUSED, 0)]
)
def test_a_visitor_who_asks_wakes_a_consumer_if_none_is_running(
    age: float, mode: Mode, starts: int
) -> None:
    place, started = Place(mode), Starts()
    place.a_long_line()
    waker = Waker(place.dynamo, TABLE, started)
    ticket = tokens.new_ticket(NOW - 50)
    for later in (0, 1, 2):
        req = request("aws_turn", ticket=signed(ticket))
        turnstile.answer(req, place.table, waker, NOW + age + later / 10)
    assert started.count == starts


@pytest.mark.parametrize("woken_at", [{"N": repr(START + 3_600)}, {"S": "x"}, {"L": []}])
def test_a_time_of_waking_that_cant_be_right_stops_nobody(woken_at: dict[str, object]) -> None:
    stage, starts = Stage(), Starts()
    stage.dynamo.put({**items.key(items.WAKE), "woken_at": woken_at})
    Waker(stage.dynamo, TABLE, starts).wake(Pulse(), START)
    Waker(stage.dynamo, TABLE, starts).wake(Pulse(), START + 1)
    assert starts.count == 1
