"""The README names every command, every option and every setting."""

import argparse
import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from beekeeper.cli.main import parser
from beekeeper.contract.site import VARIABLES
from beekeeper.gate import Gate
from beekeeper.gate.gate import Options
from beekeeper.page.document import taken_ids
from beekeeper.page.own_template import SLOTS, check_template
from tests.settings_table import with_table

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")


def commands(of: argparse.ArgumentParser) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    for action in of._actions:
        if isinstance(action, argparse._SubParsersAction):
            yield from action.choices.items()


def options() -> list[tuple[str, str]]:
    return sorted(
        {
            (name, option)
            for name, command in commands(parser())
            for action in command._actions
            for option in action.option_strings
            if option.startswith("--") and option != "--help"
        }
    )


@pytest.mark.parametrize("name", [name for name, _ in commands(parser())])
def test_every_command_is_there(name: str) -> None:
    assert f"python -m beekeeper {name}" in README


@pytest.mark.parametrize(("command", "option"), options())
def test_every_option_is_there(command: str, option: str) -> None:
    assert option in README, command


def test_the_table_of_settings_is_that_of_the_declarations() -> None:
    assert with_table(README) == README, "run: python -m tests.settings_table"


def test_the_lines_for_a_site_are_those_of_the_example() -> None:
    example = (Path(__file__).parents[1] / "examples" / "flask_site.py").read_text(encoding="utf-8")
    line = "site.wsgi_app = gate.wsgi(site.wsgi_app)"
    assert line in README
    assert line in example


def test_every_option_of_the_gate_is_there() -> None:
    options = set(inspect.signature(Gate).parameters) - {"room", "keys", "destination", "link"}
    assert [name for name in options if f"`{name}=" not in README] == []
    assert set(Options.__annotations__) == options
    assert [name for name in VARIABLES if name.removeprefix("BEEKEEPER") not in README] == []


def test_the_slots_of_a_template_are_those_that_the_build_fills() -> None:
    rows = re.findall(r"^\| `\{\{([\w:]+)\}\}` \|", README, re.MULTILINE)
    assert sorted(rows) == sorted(SLOTS)


def test_the_template_of_the_readme_is_one() -> None:
    (template,) = re.findall(r"```html\n(<!doctype html>.*?)\n```", README, re.DOTALL)
    check_template(template, (), taken_ids())
