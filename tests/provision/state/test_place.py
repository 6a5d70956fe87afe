"""Where a command looks for the state: the argument, the environment, the configuration."""

import argparse
from pathlib import Path

import pytest

from beekeeper import RoomConfig
from beekeeper.cli.options import place
from beekeeper.config import configured
from beekeeper.errors import ConfigError

PLACE = "s3://team/rooms"


@pytest.fixture
def options(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> argparse.Namespace:
    monkeypatch.delenv("BEEKEEPER_STATE_DIR", raising=False)
    path = tmp_path / "beekeeper.toml"
    path.write_text(f'state = "{PLACE}"\nrate = "not yet"\n', encoding="utf-8")
    return argparse.Namespace(config=str(path), state_dir=None)


def test_the_argument_wins(options: argparse.Namespace, monkeypatch: pytest.MonkeyPatch) -> None:
    assert place(options) == {"state_dir": PLACE}
    monkeypatch.setenv("BEEKEEPER_STATE_DIR", "s3://other")
    assert place(options) == {"state_dir": "s3://other"}
    options.state_dir = "here"
    assert place(options) == {"state_dir": "here"}


@pytest.mark.parametrize("content", ["", "state = ", 'name = "sale"'])
def test_a_configuration_that_names_none(tmp_path: Path, content: str) -> None:
    path = tmp_path / "beekeeper.toml"
    assert configured(path, "state") is None
    path.write_text(content, encoding="utf-8")
    assert configured(path, "state") is None


@pytest.mark.parametrize("state", ["here", "s3://", "s3://Upper", "https://x", ""])
def test_what_is_no_bucket(state: str) -> None:
    with pytest.raises(ConfigError, match=r"state = .* s3://our-bucket/beekeeper"):
        RoomConfig(name="sale", destination="https://x.example.com/", rate=1, state=state)


@pytest.mark.parametrize("state", ["s3://team", PLACE, "s3://team.of.us/a/b"])
def test_a_bucket_goes_into_the_file_and_back(tmp_path: Path, state: str) -> None:
    room = RoomConfig(name="sale", destination="https://x.example.com/", rate=1, state=state)
    path = tmp_path / "beekeeper.toml"
    path.write_text(room.to_toml(), encoding="utf-8")
    assert RoomConfig.load(path) == room
    assert configured(path, "state") == state
