"""The doctor command, against the local AWS."""

import json
import re
from pathlib import Path

import pytest

from beekeeper.cli.main import main
from beekeeper.local.ministack import MiniStack
from tests.support.local_aws import exported

pytestmark = [pytest.mark.end_to_end, pytest.mark.xdist_group("local aws")]


@pytest.fixture
def here(aws: MiniStack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a configuration, and the environment of `beekeeper local`."""
    for name, value in {**exported(aws.endpoint_url), "COLUMNS": "200"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    # A small event: the local AWS has fewer functions at once on a small machine.
    text = 'name = "checked"\ndestination = "https://shop.example.com/"\nrate = 60\n'
    (tmp_path / "beekeeper.toml").write_text(text)
    return tmp_path


def test_a_table_for_people(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor"]) == 0
    shown, said = capsys.readouterr()
    for check in ("credentials", "region", "permissions", "concurrency", "throttle", "names"):
        assert check in shown
    assert shown.rstrip().endswith("No problems were found.")
    assert "Assumed: 600 visitors in the busiest minute, ten times the rate." in said
    assert "doctor --arrivals N" in said


def test_a_problem_is_told_and_exits_with_1(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--arrivals", "1000000", "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["has_problems"]
    problem = next(f for f in found["findings"] if f["check"] == "concurrency")
    assert problem["verdict"] == "problem"
    assert "L-B99A9384" in problem["remedy"]

    assert main(["doctor", "--arrivals", "1000000"]) == 1
    shown, said = capsys.readouterr()
    assert "Problems to solve: " in shown
    assert "Assumed" not in said


def test_the_policies_alone_on_stdout(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--policy"]) == 0
    printed = capsys.readouterr()
    policies = [
        json.loads(text) for text in re.split(r"(?<=^\}\n)", printed.out, flags=re.M) if text
    ]
    assert {policy["Version"] for policy in policies} == {"2012-10-17"}
    assert "arn:aws:sqs:eu-central-1:000000000000:beekeeper-checked" in str(policies)
    assert printed.err.startswith(f"These are {len(policies)} policies")


@pytest.mark.usefixtures("here")
def test_a_deployed_room_answers_and_is_ready(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["deploy"]) == 0
    capsys.readouterr()
    assert main(["doctor"]) == 0
    assert (
        capsys.readouterr().out.rstrip().endswith("No problems were found. Room checked is ready.")
    )
    assert main(["doctor", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["is_ready"]
    answered = next(f for f in found["findings"] if f["check"] == "functions")
    assert (answered["verdict"], answered["text"]) == ("ok", "All functions answer.")
    assert main(["destroy", "--yes"]) == 0
