"""What a command writes: on old consoles, into pipes, and with any text in a value."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from beekeeper.cli.main import main
from beekeeper.cli.output import Output
from beekeeper.cli.progress import RECORDED, STOPPING, progress
from beekeeper.provision.engine.events import StepStarted
from tests.support.moto_aws.cloud import Cloud
from tests.support.rooms import BASE

SIMULATE = [sys.executable, "-m", "beekeeper", "simulate", "--visitors", "2000", "--rate", "600"]


def test_a_console_of_windows() -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "cp1252"}
    done = subprocess.run(SIMULATE, env=environment, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, "Simulating …".encode("cp1252") + b"\n")
    lines = done.stdout.decode("cp1252").splitlines()
    assert "?" * 10 in next(line for line in lines if "arrivals" in line)
    assert any(line.startswith("ok") for line in lines)


@pytest.mark.parametrize("command", [SIMULATE, [*SIMULATE, "--json"], [*SIMULATE[:3], "--help"]])
def test_a_pipe_that_closes_early(command: list[str]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, check=False)
    os.close(writer)
    assert done.returncode == 0
    assert done.stderr.decode() in ("", "Simulating …\n")


@pytest.mark.parametrize("closed", ["stdout", "stderr"])
@pytest.mark.parametrize("json", [[], ["--json"]])
def test_an_error_stays_an_error_if_nobody_reads_it(
    tmp_path: Path, closed: str, json: list[str]
) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "beekeeper", "status", "--room", "nosuch", *json]
    pipes = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, closed: writer}
    there = {**os.environ, "BEEKEEPER_STATE_DIR": str(tmp_path)}
    done = subprocess.run(command, **pipes, env=there, check=False)  # type: ignore[call-overload]
    os.close(writer)
    assert done.returncode == 1


def test_a_command_does_its_work_if_nobody_reads_its_progress(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(SIMULATE, stdout=subprocess.PIPE, stderr=writer, check=False)
    os.close(writer)
    assert done.returncode == 0
    assert len(done.stdout.splitlines()) > 10


VALUES = [
    "https://shop.example.com/x?filter[type]=a",
    "https://shop.example.com/[/day]/[bold]:smile:",
    f"https://shop.example.com/{'long/' * 40}",
]


@pytest.mark.parametrize("value", VALUES)
def test_a_value_is_shown_as_it_is(value: str, capsys: pytest.CaptureFixture[str]) -> None:
    output = Output(as_json=False)
    output.table(f"[b]{value}", [("destination", value), ("two", "lines\nof [text]")])
    output.say(value)
    shown = capsys.readouterr()
    assert shown.out == (
        f"[b]{value}\n destination  {value}\n two          lines\n              of [text]\n"
    )
    assert shown.err == f"{value}\n"


@pytest.mark.usefixtures("consumer")
@pytest.mark.parametrize("value", VALUES)
def test_status_shows_any_destination_and_the_whole_link(
    value: str, cloud: Cloud, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "beekeeper.toml"
    config.write_text(f'name = "{BASE["name"]}"\ndestination = "{value}"\nrate = 600\n')
    for command in ("plan", "deploy", "status"):
        assert main([command, "--config", str(config)]) == 0
    shown = capsys.readouterr().out
    assert re.search(rf"destination +{re.escape(value)}\n", shown)
    assert re.search(r"campaign link +https://\S+\.amazonaws\.com/\n", shown)
    assert "…" not in shown


@pytest.mark.parametrize(
    ("action", "told"), [("create", RECORDED), ("read", "Nothing was changed.")]
)
def test_ctrl_c_says_what_happens(
    action: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt) as ended:
        _interrupted(StepStarted("queue", action))
    assert ended.value.__notes__ == [told]
    assert capsys.readouterr().err == f"{STOPPING}\n"
    assert signal.getsignal(signal.SIGINT) is before


def _interrupted(event: StepStarted) -> None:
    with progress(Output(as_json=False)) as on_event:
        on_event(event)
        signal.raise_signal(signal.SIGINT)


def test_ctrl_c_before_the_command_has_begun() -> None:
    code = (
        "import builtins, sys\n"
        "imported = builtins.__import__\n"
        "def interrupted(name, *more):\n"
        "    if name == 'rich.console': raise KeyboardInterrupt\n"
        "    return imported(name, *more)\n"
        "builtins.__import__ = interrupted\n"
        "from beekeeper.__main__ import main\n"
        "sys.exit(main())"
    )
    command = [sys.executable, "-c", code, "list"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (130, "Interrupted.\n")
