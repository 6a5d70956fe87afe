"""Reads an event of CloudWatch Logs as a line for people. Pure.

The functions log in JSON (provision/resources/function.py). Such a line has ``timestamp``,
``level``, ``message``, ``logger`` and ``requestId``, and whatever the code adds. An exception that
nobody caught has ``errorType``, ``errorMessage`` and ``stackTrace`` in place of the message. What
Lambda itself says has ``type`` and ``record`` ("System log event schema"). All else is text: what a
program prints, or an emulator writes.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from beekeeper.results import LogLine

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
# Other names for the same (Lambda, "Log-level filtering").
OTHER_NAMES = {"TRACE": "DEBUG", "WARN": "WARNING", "FATAL": "CRITICAL"}
# These fields are a part of each line, or are of use only to CloudWatch.
KNOWN = {
    *("timestamp", "level", "log_level", "message", "logger", "requestId", "location"),
    *("errorType", "errorMessage", "_aws"),
}
# Lambda frames the text of each call by these. They say nothing about a room.
_FRAME = re.compile(r"(INIT_START|(START|END|REPORT) RequestId:)")
_TEXT = re.compile(
    r"\[(?P<level>[A-Z]+)\]\s+(?:\S+Z\t(?P<request>\S*)\t)?(?P<message>.*)", re.DOTALL
)
TIMED_OUT = "The function was stopped at its time-out. Whoever waited for this answer got an error."


def line_of(function: str, event: Mapping[str, Any]) -> LogLine | None:
    """Return the line of an event, or None for an event that says nothing."""
    at, text = event["timestamp"] / 1000, str(event["message"]).rstrip()
    try:
        content = json.loads(text, parse_constant=str)  # JSON has no NaN
    except (ValueError, RecursionError):
        content = None
    if not isinstance(content, dict):
        return _text_line(function, at, text)
    if str(content.get("type", "")).startswith("platform."):
        return _lambda_line(function, at, content)
    level = str(content.get("level") or content.get("log_level") or "")
    request = str(content.get("requestId", ""))
    fields = {name: value for name, value in content.items() if name not in KNOWN}
    return LogLine(at, function, _level(level), _message(content), request, fields)


def _text_line(function: str, at: float, text: str) -> LogLine | None:
    if not text or _FRAME.match(text):
        return None
    if found := _TEXT.fullmatch(text):
        return LogLine(
            at, function, _level(found["level"]), found["message"], found["request"] or ""
        )
    return LogLine(at, function, "ERROR" if "Task timed out after" in text else "", text)


def _lambda_line(function: str, at: float, content: Mapping[str, Any]) -> LogLine:
    record = content.get("record")
    record = record if isinstance(record, dict) else {}
    status, cause = str(record.get("status", "")), str(record.get("errorType", ""))
    said = TIMED_OUT if status == "timeout" else " ".join(filter(None, (status, cause)))
    level = "ERROR" if status in ("timeout", "error", "failure") else "WARNING"
    message = f"{content['type']}: {said}" if said else str(content["type"])
    return LogLine(at, function, level, message, str(record.get("requestId", "")), record)


def _message(content: Mapping[str, Any]) -> str:
    error = ": ".join(
        str(content[name]) for name in ("errorType", "errorMessage") if content.get(name)
    )
    said = content.get("message")
    if said is None:
        return error or json.dumps({n: v for n, v in content.items() if n not in KNOWN})
    text = said if isinstance(said, str) else json.dumps(said)
    return f"{text} ({error})" if error else text


def _level(name: str) -> str:
    upper = name.upper()
    return OTHER_NAMES.get(upper, upper)


def is_at_least(line: LogLine, level: str) -> bool:
    """Return whether a line is as grave as this level, or names no level that is known."""
    if line.level not in LEVELS:
        return True
    return LEVELS.index(line.level) >= LEVELS.index(level)
