"""The help of the commands, as a newcomer reads it on a terminal of 80 columns."""

import argparse
import shlex

import pytest

from beekeeper.cli.command import Command
from beekeeper.cli.main import main, parser
from beekeeper.cli.options import setting_help

COLUMNS = 80


def _commands() -> dict[str, Command]:
    (found,) = (a for a in parser()._actions if isinstance(a, argparse._SubParsersAction))
    return dict(found.choices)


COMMANDS = _commands()


@pytest.fixture(autouse=True)
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(COLUMNS))


def help_of(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    with pytest.raises(SystemExit) as ended:
        main([*arguments, "--help"])
    assert ended.value.code == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("name", COMMANDS)
def test_help_ends_with_two_examples(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    examples = COMMANDS[name].examples
    assert len(examples) == 2
    shown = help_of(capsys, name)
    assert max(map(len, shown.splitlines())) <= COLUMNS
    lines = (f"  python -m beekeeper {typed}\n      {text}\n" for typed, text in examples.items())
    assert shown.endswith("\nExamples:\n" + "".join(lines))


@pytest.mark.parametrize(
    ("name", "typed"), [(name, typed) for name, c in COMMANDS.items() for typed in c.examples]
)
def test_an_example_is_a_command_line(name: str, typed: str) -> None:
    arguments = shlex.split(typed)
    assert arguments[0] == name
    run = parser().parse_args(arguments).run
    assert run is COMMANDS[name].get_default("run")


def test_a_command_without_examples_is_refused() -> None:
    with pytest.raises(TypeError, match="examples"):
        Command(prog="new")  # type: ignore[call-arg]


def test_the_commands_are_listed_with_what_they_do(capsys: pytest.CaptureFixture[str]) -> None:
    shown = help_of(capsys)
    assert max(map(len, shown.splitlines())) <= COLUMNS
    listed = shown.partition("COMMAND\n")[2].partition("\n\n")[0]
    words = [line.split(maxsplit=1) for line in listed.splitlines()]
    assert [name for name, _ in words] == list(COMMANDS)  # each on one line, with its help


@pytest.mark.parametrize("name", ["init", "simulate", "estimate", "set-rate"])
def test_the_bounds_of_the_rate_are_shown(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert "(1 to 300,000)" in setting_help("rate")
    assert setting_help("rate") in " ".join(help_of(capsys, name).split())
