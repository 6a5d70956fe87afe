"""--profile and --region: whose credentials a command uses, and where it looks for the room."""

import argparse
from pathlib import Path

import pytest

from beekeeper.cli.main import main, parser
from beekeeper.cli.options import room_of
from tests.support.moto_aws.cloud import Cloud
from tests.support.rooms import REGION, ROOM

OFFLINE = {"completion", "init", "simulate", "preview", "demo", "local", "estimate"}


@pytest.fixture
def profiles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with the profile `events`, on which the usual credentials are of no use."""
    text = f"[profile events]\nregion = {REGION}\naws_access_key_id = events\n"
    (tmp_path / "config").write_text(f"{text}aws_secret_access_key = x\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


def test_every_command_that_calls_aws_takes_both() -> None:
    (commands,) = (a for a in parser()._actions if isinstance(a, argparse._SubParsersAction))
    lacking = [
        name
        for name, command in commands.choices.items()
        if name not in OFFLINE
        and not {"--profile", "--region"} <= {o for a in command._actions for o in a.option_strings}
    ]
    assert lacking == []


@pytest.mark.usefixtures("profiles")
def test_the_credentials_are_those_of_the_profile(deployed: Cloud) -> None:
    typed = ["status", "--profile", "events"]
    session = room_of(parser().parse_args(typed)).session
    assert session is not None
    assert session.get_credentials().access_key == "events"
    assert main(typed) == 0


@pytest.mark.usefixtures("cloud", "profiles")
def test_a_slip_in_a_profile_is_answered_with_the_nearest(
    capsys: pytest.CaptureFixture[str],
) -> None:
    live = ["estimate", "--visitors", "10", "--live-prices"]
    for command in (["status", "--room", ROOM], ["list"], ["plan"], live):
        Path("beekeeper.toml").write_text(
            f'name = "{ROOM}"\ndestination = "https://x.example/"\nrate = 1\n'
        )
        assert main([*command, "--profile", "evnets"]) == 1
        said = capsys.readouterr().err
        assert "profile (evnets) could not be found. Did you mean events?" in said


def test_any_machine_operates_a_room_with_its_name_and_region(
    deployed: Cloud,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("BEEKEEPER_STATE_DIR")
    which = ["--room", ROOM, "--region", REGION]
    assert main(["pause", *which]) == 0
    assert "is paused" in capsys.readouterr().out
    assert not Path(".beekeeper").exists()
    assert main(["status", "--region", REGION]) == 1
    assert "Give --room NAME, and --region REGION" in capsys.readouterr().err
