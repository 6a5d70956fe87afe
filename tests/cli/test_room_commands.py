"""The commands that use the handle: which room they use, and what they print."""

import json
from pathlib import Path

import pytest

from beekeeper.cli.changes import line
from beekeeper.cli.main import main, parser
from beekeeper.cli.options import room_of
from beekeeper.results import Action, Change
from tests.support.moto_aws.cloud import Cloud
from tests.support.rooms import DESTINATION, REGION, ROOM


@pytest.fixture(autouse=True)
def here(deployed: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_the_only_room_is_meant(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["pause"]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("Room sale is paused. This takes effect within two seconds.\n")
    assert main(["status", "--json"]) == 0
    status = json.loads(capsys.readouterr().out)
    assert (status["room"], status["mode"], status["drift"]) == (ROOM, "paused", [])


def test_the_room_of_the_configuration_is_meant(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "beekeeper.toml").write_text('name = "other"\nrate = "many"', encoding="utf-8")
    assert main(["pause"]) == 1
    assert "There is no room other in" in capsys.readouterr().err
    assert main(["set-rate", "700", "--room", ROOM, "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["room"], shown["rate"], shown["was"]) == (ROOM, 700, 600)


@pytest.mark.parametrize(
    ("name", "said"),
    [("Summer Sale", "use lower-case letters"), ("no.toml", "There is no file no.toml")],
)
def test_what_is_no_room_is_said(name: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    for command in ("status", "pause", "destroy"):
        assert main([command, "--room", name]) == 1
        assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (
            Change(Action.UPDATE, "queue", "beekeeper-sale", {"visibility_seconds": (1, 120)}),
            "update queue beekeeper-sale (visibility_seconds: 1 → 120)",
        ),
        (
            Change(Action.REPLACE, "role", "x", {"a": ("b", "z" * 70), "d": ([1], {"e": 2})}),
            f"replace role x (a: b → {'z' * 32}…{'z' * 32}, d: changed)",
        ),
        (Change(Action.CREATE, "queue", "x", {"a": (None, 1)}), "create queue x"),
        (Change(Action.DELETE, "queue", "x", {"a": (1, None)}), "delete queue x"),
    ],
    ids=lambda value: getattr(value, "action", ""),
)
def test_a_change_is_a_line(change: Change, text: str) -> None:
    assert line(change) == text


def test_the_region_of_the_configuration_is_used_when_the_state_is_lost(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "sale.toml"
    path.write_text(
        f'name = "{ROOM}"\ndestination = "{DESTINATION}"\nrate = 6\nregion = "eu-west-3"\n'
    )
    options = parser().parse_args(["status", "--config", str(path)])
    assert room_of(options)._connection.region == "eu-west-3"


def test_a_configuration_that_cannot_be_read_is_an_error_and_no_other_room_is_meant(
    deployed: Cloud, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "beekeeper.toml"
    path.write_text('name = "rehearsal"\ntitle = Rehearsal\n')
    assert main(["destroy", "--yes", "--config", str(path)]) == 1
    assert "can't be read" in capsys.readouterr().err
    assert deployed.wire.names(mutating=True) == []


@pytest.mark.parametrize(
    "typed",
    ["destroy --yes", "pause", "off", "on", "set-rate 5", "keys show", "status", "deploy", "list"],
)
def test_a_file_that_cannot_be_read_never_leads_to_another_room(
    typed: str,
    deployed: Cloud,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.delenv("BEEKEEPER_STATE_DIR")
    deployed.state_dir.rename(".beekeeper")
    Path("beekeeper.toml").write_text('name = "rehearsal"\ntitle = Rehearsal\n')
    assert main(typed.split()) == 1
    assert "beekeeper.toml can't be read: Invalid value (at line 2" in capsys.readouterr().err
    assert main([*typed.split(), "--config", "slip.toml"]) == 1
    assert "There is no file slip.toml" in capsys.readouterr().err
    assert deployed.wire.names(mutating=True) == []


def test_who_names_the_room_can_pause_it_beside_a_file_that_cannot_be_read(
    deployed: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("BEEKEEPER_STATE_DIR")
    deployed.state_dir.rename(".beekeeper")
    Path("beekeeper.toml").write_text('name = "rehearsal"\ntitle = Rehearsal\n')
    assert main(["pause", "--room", ROOM]) == 0


def test_an_empty_name_means_no_room(deployed: Cloud, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["destroy", "--yes", "--room", ""]) == 1
    assert "--room is empty" in capsys.readouterr().err
    assert deployed.wire.names(mutating=True) == []


def test_a_byte_order_mark_leads_to_no_other_room(
    deployed: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("beekeeper.toml").write_bytes(b'\xef\xbb\xbfname = "live-sale"\r\nrate = 600\r\n')
    assert main(["pause"]) == 1
    assert "There is no room live-sale in" in capsys.readouterr().err
    assert deployed.wire.names(mutating=True) == []


def test_a_number_as_people_type_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["set-rate", "1,200", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["room"], shown["rate"], shown["was"]) == (ROOM, 1_200, 600)


def test_the_region_line_is_named_as_the_cause(
    deployed: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("beekeeper.toml").write_text(
        f'name = "{ROOM}"\ndestination = "{DESTINATION}"\nrate = 6\nregion = "eu-west-3"\n'
    )
    for command in (["plan"], ["deploy"], ["pause"], ["destroy", "--yes"]):
        assert main(command) == 1
        said = capsys.readouterr().err
        assert "the configuration has region = 'eu-west-3'" in said
        assert "credentials" not in said
    assert deployed.wire.names(mutating=True) == []


def test_a_slip_in_a_name_is_said_with_the_nearest_name(
    deployed: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    for command in (["destroy", "--yes"], ["pause"], ["status"]):
        assert main([*command, "--room", "slae"]) == 1
        said = capsys.readouterr().err
        assert "There is no room slae in" in said
        assert "Did you mean sale?" in said
    assert deployed.wire.names() == []


def test_destroy_of_a_room_that_is_nowhere_fails(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["destroy", "--yes", "--room", "slae", "--region", REGION]) == 1
    assert "There is no room slae: AWS has no resources of it." in capsys.readouterr().err
