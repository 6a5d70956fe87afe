"""The keyword arguments of deploy are the fields of RoomConfig, and have the same types."""

import typing
from pathlib import Path

import pytest
from mypy import api
from pydantic import BaseModel

import beekeeper
from beekeeper.config import RoomConfig
from beekeeper.config.alarms import Alarms, AlarmsValues
from beekeeper.config.governor import Governor, GovernorValues
from beekeeper.config.page import Page, PageValues
from beekeeper.config.room_config import RoomValues

SNIPPET = """
import beekeeper

beekeeper.deploy(name="sale", destination="https://shop.example.com/", rate=600, order="strict")
beekeeper.deploy("sale", state_dir="x")
beekeeper.deploy(nmae="sale", destination="https://shop.example.com/", rate=600)
beekeeper.deploy(name="sale", destination="https://shop.example.com/", rate="many")
beekeeper.plan(name="sale", rate=600)
beekeeper.doctor(name="sale", destination="https://shop.example.com/", rate=600, ordr="strict")
beekeeper.status(5)
"""


def test_the_keys_and_types_are_those_of_the_configuration() -> None:
    fields = typing.get_type_hints(RoomConfig)
    values = typing.get_type_hints(RoomValues)
    tables: dict[str, tuple[type[BaseModel], type]] = {
        "alarms": (Alarms, AlarmsValues),
        "governor": (Governor, GovernorValues),
        "page": (Page, PageValues),
    }
    for name, (table, of_table) in tables.items():
        assert values.pop(name) is of_table  # a table is a mapping
        inner = typing.get_type_hints(table)
        assert typing.get_type_hints(of_table) == {n: inner[n] for n in table.model_fields}
    assert values == {n: fields[n] for n in RoomConfig.model_fields if n not in tables}
    required = {name for name, field in RoomConfig.model_fields.items() if field.is_required()}
    assert RoomValues.__required_keys__ == required


@pytest.mark.parametrize("function", [beekeeper.deploy, beekeeper.plan, beekeeper.doctor])
def test_the_functions_take_these(function: typing.Any) -> None:
    (settings,) = (
        hints["settings"]
        for overload in typing.get_overloads(function)
        if "settings" in (hints := overload.__annotations__)
    )
    assert settings == typing.Unpack[RoomValues]


def test_mypy_refuses_a_misspelt_setting(tmp_path: Path) -> None:
    snippet = tmp_path / "snippet.py"
    snippet.write_text(SNIPPET, encoding="utf-8")
    out, err, _ = api.run(["--strict", "--no-error-summary", str(snippet)])
    wrong = {int(line.split(":")[1]) for line in out.splitlines() if ": error:" in line}
    assert wrong == {6, 7, 8, 9, 10}, out + err
