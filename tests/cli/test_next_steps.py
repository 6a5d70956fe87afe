"""What ``python -m beekeeper`` alone says about a folder. It never calls AWS."""

from pathlib import Path

import pytest

import beekeeper
from beekeeper.cli.main import main
from tests.support.moto_aws.cloud import Cloud
from tests.support.rooms import DESTINATION, ROOM

CONFIG = f"""\
name = "{ROOM}"
destination = "{DESTINATION}"
rate = 600
[page]
languages = ["en", "fr"]
"""


@pytest.fixture(autouse=True)
def here(cloud: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BEEKEEPER_STATE_DIR", str(cloud.state_dir))


def said(capsys: pytest.CaptureFixture[str], cloud: Cloud) -> tuple[str, list[str]]:
    """Return how the folder stands, and the commands that are proposed."""
    assert main([]) == 0
    first, _, rest = capsys.readouterr().out.partition("\n\nNext:\n")
    lines = rest.partition("\n\n")[0].splitlines()
    assert all(line.startswith("  python -m beekeeper ") for line in lines)
    assert cloud.wire.calls == []
    return first, [line.split()[3] for line in lines]


def test_an_empty_folder(cloud: Cloud, capsys: pytest.CaptureFixture[str]) -> None:
    standing = "There is no beekeeper.toml and no room in this folder."
    assert said(capsys, cloud) == (standing, ["demo", "init"])


def test_a_configuration_without_a_room(cloud: Cloud, capsys: pytest.CaptureFixture[str]) -> None:
    Path("beekeeper.toml").write_text(CONFIG)
    standing, following = said(capsys, cloud)
    assert standing == "Room sale is configured in beekeeper.toml, and is not deployed yet."
    assert following[-1] == "deploy"


def test_a_wrong_configuration(cloud: Cloud, capsys: pytest.CaptureFixture[str]) -> None:
    Path("beekeeper.toml").write_text(CONFIG.replace("rate", "rates"))
    standing, following = said(capsys, cloud)
    assert "rates is not a setting. Did you mean rate?" in standing
    assert following == ["plan"]


@pytest.mark.parametrize("configured", [True, False])
def test_a_room(
    configured: bool,
    cloud: Cloud,
    deployed_room: beekeeper.Room,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if configured:
        Path("beekeeper.toml").write_text(CONFIG)
    standing, following = said(capsys, cloud)
    assert standing == f"Room sale is deployed in eu-central-1: {deployed_room.url}"
    in_order = ["status", "rehearse", "watch", "set-rate", "pause", "on", "report", "destroy"]
    assert following == in_order


@pytest.mark.usefixtures("deployed_room")
def test_a_configuration_that_has_changed(cloud: Cloud, capsys: pytest.CaptureFixture[str]) -> None:
    Path("beekeeper.toml").write_text(CONFIG.replace("600", "700"))
    standing, following = said(capsys, cloud)
    assert standing.endswith("beekeeper.toml has changed since the last deploy.")
    assert following[:3] == ["plan", "deploy", "status"]


def test_a_deploy_that_was_not_completed(cloud: Cloud, capsys: pytest.CaptureFixture[str]) -> None:
    cloud.deploy()  # the engine alone: the state has no link yet
    cloud.wire.clear()
    standing, following = said(capsys, cloud)
    assert standing == "A deploy of room sale was not completed."
    assert following == ["deploy", "destroy"]


@pytest.mark.usefixtures("deployed_room")
def test_several_rooms(cloud: Cloud, capsys: pytest.CaptureFixture[str]) -> None:
    state = (cloud.state_dir / f"{ROOM}.json").read_text()
    (cloud.state_dir / "other.json").write_text(state.replace('"room": "sale"', '"room": "other"'))
    standing, following = said(capsys, cloud)
    assert standing == "These rooms were deployed from this folder: other, sale."
    assert following[0] == "status"


def test_a_state_in_a_bucket_is_not_read(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BEEKEEPER_STATE_DIR", "s3://our-bucket/beekeeper")
    assert said(capsys, cloud)[1] == ["list"]
    Path("beekeeper.toml").write_text(CONFIG)
    standing, following = said(capsys, cloud)
    assert standing == "The state of room sale is in s3://our-bucket/beekeeper/sale.json."
    assert following[0] == "status"
