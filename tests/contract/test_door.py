"""The door in the table, which somebody can damage by hand."""

import logging
from typing import Any

import pytest

from beekeeper.contract.door import EDGE, door_attribute, door_of
from beekeeper.rules.edge import Door

DOOR = Door("https://d111111abcdef8.cloudfront.net/", "k1")


def test_round_trip() -> None:
    assert door_of({EDGE: door_attribute(DOOR)}) == DOOR
    local = Door("http://x.cloudfront.localhost:4566/", "k1")
    assert door_of({EDGE: door_attribute(local)}) == local


def test_without_the_attribute_it_is_open() -> None:
    assert door_of({}) is None


@pytest.mark.parametrize(
    "damaged",
    [
        None,
        "text",
        {},
        {"N": "1"},
        {"S": ""},
        {"S": "[]"},
        {"S": "7"},
        {"S": '{"link":"https://a.example/"}'},
        {"S": '{"kid":"k1"}'},
        {"S": '{"link":"","kid":"k1"}'},
        {"S": '{"link":"/relative","kid":"k1"}'},
        {"S": '{"link":"javascript:alert(1)","kid":"k1"}'},
        {"S": '{"link":"https://a.example/\\r\\nset-cookie: x","kid":"k1"}'},
        {"S": '{"link":7,"kid":"k1"}'},
        pytest.param({"S": "[" * 100_000}, id="deep"),
    ],
)
def test_what_is_damaged_leaves_it_open_and_is_logged(
    damaged: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR)
    assert door_of({EDGE: damaged}) is None
    assert len(caplog.records) == 1
