"""The README names every command, every option and every setting."""

import argparse
from collections.abc import Iterator
from pathlib import Path

import pytest

from beekeeper import RoomConfig
from beekeeper.cli.main import parser

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


@pytest.mark.parametrize("field", RoomConfig.model_fields)
def test_every_setting_is_there(field: str) -> None:
    assert field in README
