"""An event of CloudWatch Logs as a line for people."""

import json

import jwt
import pytest

from beekeeper.control.log_events import TIMED_OUT, is_at_least, line_of
from beekeeper.control.log_visitor import who_is
from beekeeper.errors import ConfigError
from beekeeper.results import LogLine
from beekeeper.rules import tokens
from tests.support.rooms import ROOM

ID = "2wLOyrgqdDu2To9PVMd_RA"
KEY = tokens.new_key()


def line(message: object) -> LogLine | None:
    text = message if isinstance(message, str) else json.dumps(message)
    return line_of("consumer", {"timestamp": 1_700_000_000_250, "message": text})


def test_a_line_of_a_function_has_its_level_its_text_and_its_values() -> None:
    found = line(
        {
            "timestamp": "2023-11-14T22:13:20Z",
            "level": "WARN",
            "message": "receiving failed",
            "logger": "beekeeper.handlers.consumer_queue",
            "requestId": "r-1",
            "pace": 600,
        }
    )
    assert found == LogLine(
        1_700_000_000.25, "consumer", "WARNING", "receiving failed", "r-1", {"pace": 600}
    )


def test_an_exception_that_nobody_caught_is_told_with_its_trace() -> None:
    error = {"level": "ERROR", "errorType": "KeyError", "errorMessage": "'id'", "stackTrace": ["x"]}
    found = line(error)
    assert found is not None
    assert (found.level, found.message) == ("ERROR", "KeyError: 'id'")
    assert found.fields == {"stackTrace": ["x"]}


def test_an_exception_that_was_logged_is_told_after_the_text() -> None:
    found = line({"level": "ERROR", "message": "no", "errorType": "E", "errorMessage": "m"})
    assert found is not None
    assert found.message == "no (E: m)"


def test_a_metric_is_a_line_without_what_only_cloudwatch_reads() -> None:
    found = line({"level": "INFO", "message": "one minute", "waiting": 3, "_aws": {"x": 1}})
    assert found is not None
    assert found.fields == {"waiting": 3}


def test_what_lambda_says_of_a_time_out_is_an_error_that_people_understand() -> None:
    record = {"requestId": "r", "status": "timeout"}
    found = line({"time": "t", "type": "platform.report", "record": record})
    assert found is not None
    assert (found.level, found.message) == ("ERROR", f"platform.report: {TIMED_OUT}")
    assert found.request_id == "r"
    found = line({"type": "platform.logsDropped", "record": {"reason": "x"}})
    assert found is not None
    assert (found.level, found.message) == ("WARNING", "platform.logsDropped")


@pytest.mark.parametrize(
    "frame",
    ["START RequestId: 1 Version: $LATEST", "END RequestId: 1", "REPORT RequestId: 1\tx", "\n"],
    ids=["start", "end", "report", "empty"],
)
def test_the_frames_of_a_call_are_no_lines(frame: str) -> None:
    assert line(frame) is None


@pytest.mark.parametrize(
    ("text", "level", "message", "request_id"),
    [
        ("[ERROR]\t2026-01-01T00:00:00.000Z\tr-2\tbroken\n", "ERROR", "broken", "r-2"),
        ("[WARNING] odd", "WARNING", "odd", ""),
        ("2026-01-01 r-2 Task timed out after 3 s", "ERROR", None, ""),
        ("  File x, line 3", "", "  File x, line 3", ""),
        ("[1, 2]", "", "[1, 2]", ""),
    ],
)
def test_text_is_a_line_too(text: str, level: str, message: str | None, request_id: str) -> None:
    found = line(text)
    assert found is not None
    assert (found.level, found.request_id) == (level, request_id)
    assert found.message == (text if message is None else message)


def test_a_level_leaves_out_what_is_less_grave_and_keeps_what_has_none() -> None:
    lines = [LogLine(0, "room", level, "") for level in ("INFO", "WARNING", "ERROR", "", "ODD")]
    kept = [each.level for each in lines if is_at_least(each, "WARNING")]
    assert kept == ["WARNING", "ERROR", "", "ODD"]


def test_a_visitor_is_named_by_an_id_its_beginning_a_ticket_or_a_pass() -> None:
    assert who_is(ID).is_whole
    assert not who_is(ID[:8]).is_whole
    ticket = jwt.encode({"jti": ID}, KEY.secret)
    assert who_is(ticket).id == ID
    assert who_is(tokens.sign_pass(ID, [KEY], ROOM, "https://shop.example.com", 0)).id == ID


@pytest.mark.parametrize("text", ["2wLOy", "a b c d e f", "a.b.c", jwt.encode({"x": 1}, "k" * 32)])
def test_what_names_no_visitor_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(ConfigError) as error:
        who_is(text)
    assert text not in str(error.value)


def test_a_line_is_about_a_visitor_if_it_names_one() -> None:
    who = who_is(ID[:8])
    assert who.is_in(LogLine(0, "room", "INFO", "x", fields={"visitor": ID}))
    assert who.is_in(LogLine(0, "room", "INFO", f"about {ID}"))
    assert not who.is_in(LogLine(0, "room", "INFO", "x", fields={"visitor": ID[1:]}))


def test_a_number_that_json_does_not_have_is_a_text() -> None:
    line = line_of("turnstile", {"timestamp": 1_000, "message": '{"message": "x", "pace": NaN}'})
    assert line
    assert json.loads(json.dumps(line.to_dict(), allow_nan=False))["fields"] == {"pace": "NaN"}


def test_a_text_that_is_nested_too_deeply_is_a_text() -> None:
    found = line("[" * 50_000)
    assert found
    assert found.message == "[" * 50_000
