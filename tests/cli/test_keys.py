"""`keys`: what a site needs as variables, and a change of the key that signs passes."""

import json
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest

import beekeeper
from beekeeper.cli.keys import _dotenv, _env
from beekeeper.cli.main import main
from beekeeper.gate import Gate, keys_from_environment
from beekeeper.results import PassKeys
from tests.support.moto_aws.cloud import Cloud
from tests.support.rooms import DESTINATION, ROOM

Captured = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def room(
    deployed_room: beekeeper.Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> beekeeper.Room:
    monkeypatch.chdir(tmp_path)
    return deployed_room


def variables(room: beekeeper.Room) -> dict[str, str]:
    keys = room.pass_keys().keys
    return {
        "BEEKEEPER_ROOM": ROOM,
        "BEEKEEPER_LINK": room.url,
        "BEEKEEPER_DESTINATION": DESTINATION,
        "BEEKEEPER_KEYS": ",".join(f"{kid}:{secret}" for kid, secret in keys.items()),
    }


def shown(captured: Captured, *arguments: str) -> str:
    assert main(["keys", *arguments]) == 0
    return captured.readouterr().out


def test_people_get_a_table(room: beekeeper.Room, capsys: Captured) -> None:
    room.rotate_keys("add")
    first, second = room.pass_keys().keys.items()
    assert shown(capsys, "show").splitlines() == [
        "algorithm  HS256",
        "issuer     beekeeper:sale   (claim iss)",
        "audience   https://shop.example.com   (claim aud)",
        f"key {first[0]}  {first[1]}   (signs)",
        f"key {second[0]}  {second[1]}",
    ]


@pytest.mark.parametrize(
    "arguments", [["--json"], ["--format", "json"], ["--format", "json", "--json"]]
)
def test_programs_get_json(room: beekeeper.Room, arguments: list[str], capsys: Captured) -> None:
    found = json.loads(shown(capsys, "show", *arguments))
    names = ["room", "link", "destination", "issuer", "audience", "algorithm", "keys"]
    assert list(found) == names
    assert found == room.pass_keys().to_dict()
    assert (found["link"], found["destination"]) == (room.url, DESTINATION)


def test_a_shell_gets_exports(room: beekeeper.Room, capsys: Captured) -> None:
    room.rotate_keys("add")
    room.rotate_keys("sign")
    lines = shown(capsys, "show", "--format", "env").splitlines()
    assert lines == [f"export {name}='{value}'" for name, value in variables(room).items()]
    kid = next(iter(room.pass_keys().keys))
    assert lines[-1].startswith(f"export BEEKEEPER_KEYS='{kid}:"), "the key that signs is first"


def test_a_file_of_variables_has_no_quotes_where_none_are_needed(
    room: beekeeper.Room, capsys: Captured
) -> None:
    """Because `docker run --env-file` takes quotes as a part of the value."""
    lines = shown(capsys, "show", "--format", "dotenv").splitlines()
    assert lines == [f"{name}={value}" for name, value in variables(room).items()]
    assert room.pass_keys().environment() == variables(room)


def test_a_gate_takes_the_variables(room: beekeeper.Room, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in room.pass_keys().environment().items():
        monkeypatch.setenv(name, value)
    assert Gate.from_environment().link == room.url
    assert keys_from_environment() == room.pass_keys().keys


HOSTILE = 'https://shop.example.com/$(id)`id`;&|#it\'s "here"!$HOME%20~*?[a]{b}<c>'


def keys_for(destination: str) -> PassKeys:
    given = {"issuer": "i", "audience": "a", "algorithm": "HS256", "keys": {"k": "s"}}
    return PassKeys(room=ROOM, link="https://q.example.com/", destination=destination, **given)  # type: ignore[arg-type]


def test_a_shell_runs_nothing_of_an_address() -> None:
    script = "\n".join([*_env(keys_for(HOSTILE)), 'printf %s "$BEEKEEPER_DESTINATION"'])
    run = subprocess.run(["/bin/sh", "-c", script], capture_output=True, text=True, check=True)
    assert (run.stdout, run.stderr) == (HOSTILE, "")
    assert [shlex.split(line) for line in _env(keys_for(HOSTILE))][2][1].endswith(HOSTILE)


def test_a_file_of_variables_has_quotes_where_they_are_needed() -> None:
    line = _dotenv(keys_for(HOSTILE))[2]
    quoted = HOSTILE.replace("'", "%27")
    assert line == f"BEEKEEPER_DESTINATION='{quoted}'"
    for name, value in (("plain", "https://a.example/b?c=d&e=%20"), ("fragment", "https://a/#b")):
        (found,) = (x for x in _dotenv(keys_for(value)) if "DESTINATION" in x)
        assert found.endswith("'") is (name == "fragment")


def test_a_change_of_keys_from_beginning_to_end(room: beekeeper.Room, capsys: Captured) -> None:
    (old,) = room.pass_keys().keys
    out = shown(capsys, "rotate", "--step", "add")
    _, new = room.pass_keys().keys
    assert out.splitlines()[:2] == [
        f"Key {old} signs the passes of room sale.",
        f"Key {new} does not sign yet. Passes signed by it are accepted.",
    ]
    assert "Next: Put the keys on every server of your site (python -m beekeeper keys show" in out
    assert "\nOnly then run: python -m beekeeper keys rotate --step sign" in out
    assert shown(capsys, "rotate", "--step", "add").startswith("Nothing was changed: ")

    out = shown(capsys, "rotate", "--step", "sign", "--room", ROOM)
    assert out.splitlines()[:2] == [
        f"Key {new} signs the passes of room sale.",
        f"Key {old} signs no more. Passes signed by it are accepted.",
    ]
    assert "in their new order" in out
    assert main(["keys", "rotate", "--step", "remove", "--json"]) == 1
    captured = capsys.readouterr()
    assert json.loads(captured.out)["error"] == "RotationError"
    assert " more seconds. Wait for so long, then run: " in captured.err


def test_a_change_of_keys_as_json_has_no_secret(room: beekeeper.Room, capsys: Captured) -> None:
    said = [main(["keys", "rotate", "--step", step, "--json"]) for step in ("add", "sign")]
    captured = capsys.readouterr()
    added, signs = map(json.loads, captured.out.splitlines())
    assert said == [0, 0]
    assert (added["step"], added["changed"], added["room"]) == ("add", True, ROOM)
    assert added["added"] == [signs["signs"]]
    assert signs["former"] == [added["signs"]]
    assert 650 < signs["wait_seconds"] <= 662
    secrets = room.pass_keys().keys.values()
    assert not any(secret in captured.out + captured.err for secret in secrets)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "say what to do: keys show, or keys rotate --step add"),
        ("rotate", "say which step: keys rotate --step add, then --step sign, then --step remove"),
        ("rotate --step", "argument --step: expected one argument"),
        ("rotate --step swap", "argument --step: invalid choice: 'swap' (choose from"),
        ("rotate --step add --format env", "--format is for keys show"),
        ("show --step add", "--step is for keys rotate"),
        ("show --format toml", "argument --format: invalid choice: 'toml' (choose from"),
        ("show --format env --json", "give only one of the two: --json or --format"),
        ("hide", "invalid choice: 'hide' (choose from"),
    ],
)
def test_a_wrong_use_is_told(typed: str, said: str, cloud: Cloud, capsys: Captured) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["keys", *typed.split()])
    assert ended.value.code == 2
    assert said in capsys.readouterr().err
    assert cloud.wire.calls == []


def test_the_room_has_to_be_deployed(
    room: beekeeper.Room, where: dict[str, Any], capsys: Captured
) -> None:
    beekeeper.destroy(ROOM, **where)
    for arguments in (["show"], ["rotate", "--step", "add"]):
        assert main(["keys", *arguments, "--room", ROOM]) == 1
        assert "There is no room sale" in capsys.readouterr().err


def test_the_word_for_it_leads_to_the_command(capsys: Captured) -> None:
    with pytest.raises(SystemExit):
        main(["rotate"])
    assert "keys rotate --step add" in capsys.readouterr().err
