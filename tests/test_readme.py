"""The README names every command, every option and every setting."""

import argparse
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from beekeeper.cli.main import parser
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


def test_the_site_in_it_is_that_of_the_examples() -> None:
    shown = README.partition("```python\n@site.before_request")[2].partition("```")[0]
    example = (Path(__file__).parents[1] / "examples" / "flask_site.py").read_text(encoding="utf-8")
    assert shown.strip()
    assert "@site.before_request" + shown.rstrip() in textwrap.dedent(
        "".join(line for line in example.splitlines(keepends=True) if line.startswith("    "))
    ).replace("\n\n    ", "\n\n")
