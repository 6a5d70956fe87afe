"""The table ``[governor]``: what it takes, and errors that name the field and the remedy."""

import tomllib
from dataclasses import fields
from pathlib import Path
from typing import Any, get_args

import pytest

from beekeeper import ConfigError, RoomConfig
from beekeeper.cli.main import main
from beekeeper.config.governor import COMMENTED, PREFIX, Governor, configured_governor
from beekeeper.rules import quotas
from beekeeper.rules.settings import SETTINGS, GovernorMode, Settings
from tests.support.rooms import BASE, REGION, config

PROBE = "https://shop.example.com/search?q=x"


def test_a_room_has_no_governor_unless_it_asks_for_one() -> None:
    assert not config().is_governed
    assert not config(governor={"mode": "off", "probe_url": PROBE}).is_governed
    assert config(governor={"mode": "advise"}).is_governed
    assert config(governor={"mode": "automatic"}).is_governed


def test_its_fields_are_the_settings_that_the_functions_read() -> None:
    names = {f"{PREFIX}{name}" for name in Governor.model_fields}
    assert names == {name for name in SETTINGS if name.startswith(PREFIX)}
    assert set(get_args(Governor.model_fields["mode"].annotation)) == set(GovernorMode)
    defaults = {field.name: field.default for field in fields(Settings)}
    for name, field in Governor.model_fields.items():
        assert field.description == SETTINGS[f"{PREFIX}{name}"].help
        assert field.default == defaults[f"{PREFIX}{name}"]


def test_the_functions_get_them() -> None:
    given = {"mode": "advise", "probe_url": PROBE, "floor": "1,200", "baseline_seconds": 0.3}
    found = config(rate=9_000, governor=given).settings(quotas.usual_in(REGION))
    assert (found.governor_mode, found.governor_probe_url) == (GovernorMode.ADVISE, PROBE)
    assert (found.governor_floor, found.governor_baseline_seconds) == (1_200.0, 0.3)
    assert type(found.governor_floor) is float


@pytest.mark.parametrize(
    ("governor", "said"),
    [
        ({"mode": "on"}, r"governor\.mode = 'on': input should be 'off', 'advise' or 'automatic'"),
        ({"floor": 0}, r"governor\.floor = 0: give a whole number from 1 to 300,000 visitors a"),
        ({"floor": 601}, r"governor\.floor = 601: .* above the rate \(rate = 600\)\. Give at most"),
        ({"baseline_seconds": 61}, r"governor\.baseline_seconds = 61: give a number from 0 to 60"),
        ({"probe_url": "/health"}, r"governor\.probe_url = '/health': give the whole address"),
        ({"probe_url": "https://me:pw@shop.example.com/"}, r"without a user name or a password"),
        ({"probe_url": "https://:pw@shop.example.com/"}, r"without a user name or a password"),
        ({"probe_url": "http://shop.example.com/"}, r"governor\.probe_url = .*use https://"),
        ({"probe_url": "ftp://shop.example.com/"}, r"use https://"),
        ({"prob_url": PROBE}, r"governor\.prob_url is not a setting. Did you mean probe_url\?"),
        ({"rate": 900}, r"rate is below \[governor\].*Move it above \[governor\]"),
        ("automatic", r"governor = 'automatic': write it as a table: a line \[governor\]"),
    ],
    ids=str,
)
def test_what_is_wrong_is_named_with_the_remedy(governor: Any, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        config(governor=governor)


def test_a_file_is_named_with_the_setting(tmp_path: Path) -> None:
    path = tmp_path / "beekeeper.toml"
    path.write_text(f"{config().to_toml()}\n[governor]\nfloor = 0\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"beekeeper\.toml: governor\.floor = 0"):
        RoomConfig.load(path)


@pytest.mark.parametrize("rate", [1, 9])
def test_the_default_floor_suits_every_rate(rate: int) -> None:
    found = config(rate=rate, governor={"mode": "automatic"})
    assert RoomConfig(**found.model_dump()) == found


def test_it_survives_the_file_and_the_state() -> None:
    found = config(governor={"mode": "advise", "probe_url": PROBE, "floor": 20}, tags={"a": "b"})
    assert RoomConfig(**tomllib.loads(found.to_toml())) == found
    assert RoomConfig.load(found.model_dump(mode="json")) == found


def test_what_init_writes_can_be_taken_out_of_its_comment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    given = [f"--{name}={BASE[name]}" for name in ("name", "destination", "rate")]
    assert main(["init", *given]) == 0
    written = (tmp_path / "beekeeper.toml").read_text(encoding="utf-8")
    assert not RoomConfig.load(tmp_path / "beekeeper.toml").is_governed
    lines = [line.removeprefix("# ") for line in COMMENTED.splitlines()]
    table = lines[lines.index("[governor]") :]
    assert "\n".join(f"# {line}" for line in table) in written
    turned_on = RoomConfig(**tomllib.loads(written + "\n".join(table)))
    assert turned_on.is_governed


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", False),
        ('[governor]\nmode = "off"', False),
        ("[governor]\nfloor = 5", False),
        ('rate = "many"\n[governor]\nmode = "advise"', True),
        ("governor = 3", False),
    ],
)
def test_whether_a_file_asks_for_one_is_known_whatever_else_is_wrong(
    tmp_path: Path, text: str, found: bool
) -> None:
    path = tmp_path / "beekeeper.toml"
    path.write_text(text, encoding="utf-8")
    assert configured_governor(path) is found
