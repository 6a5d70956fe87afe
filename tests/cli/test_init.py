"""init: what it asks, and what it writes."""

import io
from pathlib import Path

import pytest

from beekeeper import RoomConfig
from beekeeper.cli.init import PROPOSED
from beekeeper.cli.main import main
from beekeeper.config.section import help_of


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def answer(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(text))


def test_the_questions_are_the_declared_fields(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answer(monkeypatch, "summer-sale\n\nhttps://shop.example.com/sale\n1,200\n\n")
    assert main(["init"]) == 0
    room = RoomConfig.load("beekeeper.toml")
    assert (room.name, room.title, room.rate) == ("summer-sale", "Summer Sale", 1_200)
    assert (room.destination, room.region) == ("https://shop.example.com/sale", "eu-central-1")
    printed = capsys.readouterr()
    assert printed.out == "Wrote beekeeper.toml. Next: python -m beekeeper plan\n"
    asked = printed.err.lower()
    for field in PROPOSED:
        assert help_of(RoomConfig.model_fields[field]).partition(";")[0].lower() in asked
    assert "(1 to 300,000) [600]: " in asked
    assert "[summer sale]: " in asked


def test_options_ask_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    answer(monkeypatch, "")
    assert main(["init", "--name", "a", "--destination", "https://a.example/", "--rate", "60"]) == 0
    assert RoomConfig.load("beekeeper.toml").region is None


@pytest.mark.parametrize(
    ("typed", "options", "said"),
    [
        ("", [], "Give --name, --destination and --rate"),
        ("a\n\n\nmany\n\n", [], "rate = 'many': give a whole number, such as 600."),
        ("", ["--config", "there.toml"], "there.toml exists already."),
    ],
)
def test_what_is_missing_is_said(
    typed: str,
    options: list[str],
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path("there.toml").touch()
    answer(monkeypatch, typed)
    assert main(["init", *options]) == 1
    assert said in " ".join(capsys.readouterr().err.split())
    assert not Path("beekeeper.toml").exists()
