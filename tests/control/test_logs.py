"""The logs of all functions as one stream."""

import json
import time
from itertools import islice
from typing import Any

import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import EndpointConnectionError

import beekeeper
from beekeeper.cli.main import main
from beekeeper.contract import items
from beekeeper.errors import ConfigError, ProvisionError
from tests.support.moto_aws.cloud import Cloud
from tests.support.moto_aws.wire import Call, Forward, instead, refuse
from tests.support.rooms import ROOM

ID = "2wLOyrgqdDu2To9PVMd_RA"
READ = "logs:FilterLogEvents"
PRODUCER = "/aws/lambda/beekeeper-sale-producer"


def group(function: str) -> str:
    return f"/aws/lambda/beekeeper-{ROOM}-{function}"


def write(cloud: Cloud, function: str, ago: float, level: str, message: str, **more: Any) -> None:
    """Let a function write a line ``ago`` seconds ago."""
    logs, stream = cloud.client("logs"), f"{ago}-{message}"
    logs.create_log_stream(logGroupName=group(function), logStreamName=stream)
    line = json.dumps({"level": level, "message": message, **more})
    event = {"timestamp": int((time.time() - ago) * 1000), "message": line}
    logs.put_log_events(logGroupName=group(function), logStreamName=stream, logEvents=[event])
    cloud.wire.clear()


def event(at: float, message: str) -> dict[str, Any]:
    return {"timestamp": int(at * 1000), "message": message, "eventId": f"{at}{message}"}


@pytest.mark.usefixtures("deployed_room")
def test_the_lines_of_all_functions_are_in_order_of_time(
    cloud: Cloud, where: dict[str, Any]
) -> None:
    write(cloud, "turnstile", 30, "ERROR", "third")
    write(cloud, "consumer", 90, "INFO", "first")
    write(cloud, "turnstile", 60, "WARNING", "second")
    write(cloud, "consumer", 700, "ERROR", "before that")
    found = list(beekeeper.logs(ROOM, **where))
    assert [(line.function, line.message) for line in found] == [
        ("consumer", "first"),
        ("turnstile", "second"),
        ("turnstile", "third"),
    ]
    assert abs(found[0].at - (time.time() - 90)) < 20
    assert cloud.wire.mutations == []


@pytest.mark.usefixtures("deployed_room")
def test_lines_are_chosen_by_function_level_and_time(cloud: Cloud, where: dict[str, Any]) -> None:
    write(cloud, "turnstile", 30, "ERROR", "a")
    write(cloud, "consumer", 40, "INFO", "b")
    write(cloud, "consumer", 50, "WARN", "c")

    def told(**options: Any) -> list[str]:
        return [line.message for line in beekeeper.logs(ROOM, **where, **options)]

    assert told(function="consumer") == ["c", "b"]
    assert told(level="warning") == ["c", "a"]
    assert told(since_seconds=35) == ["a"]


@pytest.mark.usefixtures("deployed_room")
def test_every_page_is_read_an_empty_one_too(cloud: Cloud, where: dict[str, Any]) -> None:
    now = time.time()
    answers: list[dict[str, Any]] = [
        {"events": [event(now - 9, "one")], "nextToken": "2"},
        {"events": [], "nextToken": "3"},
        {"events": [event(now - 8, "two")]},
    ]
    asked: list[Any] = []

    def page(call: Call) -> dict[str, Any]:
        asked.append(call.arguments.get("nextToken"))
        return answers[len(asked) - 1]

    cloud.wire.add(instead(READ, page))
    found = beekeeper.logs(ROOM, **where, function="consumer")
    assert [line.message for line in found] == ["one", "two"]
    assert asked == [None, "2", "3"]


@pytest.mark.usefixtures("deployed_room")
def test_a_throttled_call_is_repeated(cloud: Cloud, where: dict[str, Any]) -> None:
    write(cloud, "consumer", 30, "INFO", "a")
    cloud.wire.add(refuse(READ, "ThrottlingException", "Rate exceeded", times=3))
    assert [line.message for line in beekeeper.logs(ROOM, **where)] == ["a"]


@pytest.mark.usefixtures("deployed_room")
def test_a_log_group_that_is_gone_is_said_and_the_others_are_read(
    cloud: Cloud, where: dict[str, Any]
) -> None:
    write(cloud, "consumer", 30, "INFO", "a")
    cloud.client("logs").delete_log_group(logGroupName=PRODUCER)
    missing, kept = beekeeper.logs(ROOM, **where)
    assert (missing.function, missing.level) == ("producer", "WARNING")
    assert f"There is no log group {PRODUCER}." in missing.message
    assert "python -m beekeeper deploy" in missing.message
    assert kept.message == "a"


@pytest.mark.usefixtures("deployed_room")
def test_who_may_not_read_them_hears_which_permission_is_missing(
    cloud: Cloud, where: dict[str, Any]
) -> None:
    cloud.wire.add(refuse(READ, "AccessDeniedException", "No."))
    with pytest.raises(ProvisionError, match=r"reading log group .*logs:FilterLogEvents"):
        list(beekeeper.logs(ROOM, **where))


@pytest.mark.usefixtures("deployed_room")
@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"function": "governor"}, "has no governor"),
        ({"function": "queue"}, "There is no function queue. The functions of a room: producer"),
        ({"level": "loud"}, "There is no level loud. The levels: debug, info"),
        ({"visitor": "x"}, "no visitor's id"),
    ],
    ids=["no governor", "function", "level", "visitor"],
)
def test_what_does_not_exist_is_refused_before_a_log_is_read(
    options: dict[str, str], said: str, cloud: Cloud, where: dict[str, Any]
) -> None:
    cloud.wire.clear()
    with pytest.raises(ConfigError, match=said):
        beekeeper.logs(ROOM, **where, **options)  # type: ignore[arg-type]
    assert READ not in cloud.wire.names()


@pytest.mark.usefixtures("deployed_room")
def test_of_a_visitor_the_table_tells_what_happened_and_the_logs_what_went_wrong(
    cloud: Cloud, where: dict[str, Any]
) -> None:
    row = items.admission_item(ID, 1_700_000_000_000, 1_700_000_060.0)
    put = {**row, "claimed_at": items.number(1_700_000_065.0)}
    cloud.client("dynamodb").put_item(TableName=cloud.names().stem, Item=put)
    write(cloud, "turnstile", 30, "WARNING", "giving a number failed", visitor=ID)
    write(cloud, "turnstile", 20, "WARNING", "of another", visitor="A" * 22)
    found = [
        (line.function, line.at, line.message) for line in beekeeper.logs(ROOM, **where, visitor=ID)
    ]
    assert found[:3] == [
        ("table", 1_700_000_000.0, "The visitor joined the line."),
        ("table", 1_700_000_060.0, "The visitor was admitted."),
        ("table", 1_700_000_065.0, "The visitor went in."),
    ]
    assert [message for *_, message in found[3:]] == ["giving a number failed"]
    (only,) = beekeeper.logs(ROOM, **where, visitor=ID[:8])
    assert only.message == "giving a number failed"
    (nobody,) = beekeeper.logs(ROOM, **where, visitor="B" * 22)
    assert "The table has no row of this visitor" in nobody.message


@pytest.mark.usefixtures("deployed_room")
def test_who_may_not_read_the_visitors_rows_still_sees_the_logs(
    cloud: Cloud, where: dict[str, Any]
) -> None:
    write(cloud, "turnstile", 30, "WARNING", "giving a number failed", visitor=ID)

    def is_row(call: Call) -> bool:
        return bool(call.arguments["Key"] == items.key(items.visitor_id(ID)))

    cloud.wire.add(refuse("dynamodb:GetItem", "AccessDeniedException", when=is_row))
    unknown, line = beekeeper.logs(ROOM, **where, visitor=ID)
    assert (unknown.function, unknown.level) == ("table", "WARNING")
    assert "What the table says is unknown: " in unknown.message
    assert line.message == "giving a number failed"


@pytest.mark.usefixtures("deployed_room")
def test_a_follower_gets_each_line_once_and_those_that_come_late(
    cloud: Cloud, where: dict[str, Any]
) -> None:
    now = time.time()
    first, late, last = event(now - 5, "a"), event(now - 20, "late"), event(now, "b")
    answers = iter([[first], [first], [late, first], [late, first, last]])
    cloud.wire.add(instead(READ, lambda call: {"events": next(answers)}))
    began = cloud.time.now
    found = beekeeper.logs(ROOM, **where, function="consumer", follow=True)
    assert [line.message for line in islice(found, 3)] == ["a", "late", "b"]
    assert cloud.time.now - began == 9  # three seconds between two looks


@pytest.mark.usefixtures("deployed_room")
def test_a_follower_survives_a_network_that_is_away_and_says_so_once(
    cloud: Cloud, where: dict[str, Any]
) -> None:
    write(cloud, "consumer", 30, "INFO", "a")
    away = [0]

    def unplugged(call: Call, request: AWSPreparedRequest, _: Forward) -> AWSResponse | None:
        away[0] += 1
        if str(call) == READ and away[0] < 25:
            raise EndpointConnectionError(endpoint_url=request.url)
        return None

    cloud.wire.add(unplugged)
    found = beekeeper.logs(ROOM, **where, function="consumer", follow=True)
    trouble, line = islice(found, 2)
    assert (trouble.function, trouble.level, line.message) == ("logs", "WARNING", "a")
    assert "AWS can't be reached" in trouble.message
    assert "Trying again every 3 s." in trouble.message


@pytest.mark.usefixtures("deployed_room")
def test_a_follower_that_may_not_read_ends(cloud: Cloud, where: dict[str, Any]) -> None:
    cloud.wire.add(refuse(READ, "AccessDeniedException", "No."))
    with pytest.raises(ProvisionError):
        next(iter(beekeeper.logs(ROOM, **where, follow=True)))


@pytest.mark.usefixtures("deployed_room")
def test_the_command_shows_lines_for_people_and_for_programs(
    cloud: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    write(cloud, "consumer", 30, "ERROR", "it [b]broke[/b]", pace=600, stackTrace=["  File x\n"])
    assert main(["logs", "--room", ROOM, "--since", "2m"]) == 0
    out = capsys.readouterr().out
    assert "ERROR    consumer  it [b]broke[/b] pace=600\n      File x\n" in out
    assert main(["logs", "--room", ROOM, "--level", "error", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["fields"]["pace"] == 600
    assert main(["logs", "--room", ROOM, "--function", "room"]) == 0
    shown = capsys.readouterr()
    assert (shown.out, "There is no such line." in shown.err) == ("", True)


@pytest.mark.parametrize("since", ["0m", "10", "31d", "soon", "-5m", "", "2099-01-01T00:00"])
def test_a_time_that_makes_no_sense_is_wrong_usage(
    since: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        main(["logs", f"--since={since}"])
    assert end.value.code == 2
    assert "give a time" in capsys.readouterr().err
