"""completion: what each shell proposes, asked in the shell itself."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from beekeeper.cli.main import main
from tests.cli.test_help import COMMANDS

BASH = """
source {script}
COMP_WORDS=({words}) COMP_CWORD=$(({count} - 1))
_beekeeper
printf '%s\\n' "${{COMPREPLY[@]}}"
"""
FISH = "source {script}; complete -C '{typed}'"


@pytest.fixture
def script(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], request: pytest.FixtureRequest
) -> Path:
    path = tmp_path / "script"
    assert main(["completion", request.param]) == 0
    path.write_text(capsys.readouterr().out, encoding="utf-8")
    return path


def shell(name: str) -> str:
    """Return the path of a shell. Skip the test without it: few machines have all three."""
    return shutil.which(name) or pytest.skip(f"{name} is not installed")


def proposed(*command: str) -> set[str]:
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return {line.partition("\t")[0] for line in done.stdout.split("\n") if line}


def in_bash(script: Path, typed: str) -> set[str]:
    """Return what bash proposes for the last word, which is empty after a space."""
    words = typed.split(" ")
    quoted = " ".join(f"'{word}'" for word in words)
    code = BASH.format(script=script, words=quoted, count=len(words))
    return proposed(shell("bash"), "-c", code)


@pytest.mark.parametrize("script", ["bash"], indirect=True)
def test_bash_proposes_commands_options_and_values(script: Path) -> None:
    assert in_bash(script, "beekeeper ") == set(COMMANDS)
    assert in_bash(script, "beekeeper set-") == {"set-rate"}
    assert in_bash(script, "beekeeper list --js") == {"--json"}
    assert in_bash(script, "beekeeper keys ") >= {"show", "rotate", "--format"}
    assert in_bash(script, "beekeeper keys show --format ") == {"env", "dotenv", "json"}
    assert in_bash(script, "beekeeper plan --config ") == set()  # then bash proposes files


@pytest.mark.parametrize("script", ["fish"], indirect=True)
def test_fish_proposes_commands_options_and_values(script: Path) -> None:
    def in_fish(typed: str) -> set[str]:
        code = FISH.format(script=script, typed=typed)
        return proposed(shell("fish"), "--no-config", "-c", code)

    assert in_fish("beekeeper ") == set(COMMANDS)
    assert in_fish("beekeeper list --js") == {"--json"}
    assert in_fish("beekeeper keys ") == {"show", "rotate"}
    assert in_fish("beekeeper keys show --format ") == {"env", "dotenv", "json"}


@pytest.mark.parametrize("script", ["zsh"], indirect=True)
def test_zsh_takes_the_script(script: Path) -> None:
    code = f"source {script}; COMP_WORDS=(beekeeper keys show --format ''); COMP_CWORD=4"
    asked = f"{code}; emulate -L sh; _beekeeper; print -l ${{COMPREPLY[@]}}"
    assert proposed(shell("zsh"), "-f", "-c", asked) == {"env", "dotenv", "json"}


def test_the_script_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", "bash", "--json"]) == 0
    content = json.loads(capsys.readouterr().out)
    assert content["shell"] == "bash"
    assert content["script"].startswith("_beekeeper() {\n")
