"""init: what it asks, and what it writes."""

import io
import json
from pathlib import Path

import pytest

from beekeeper import RoomConfig
from beekeeper.cli.init import PROPOSED
from beekeeper.cli.main import main
from beekeeper.config.section import help_of


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("AWS_PROFILE", "AWS_DEFAULT_REGION", "AWS_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "aws-config")


def answer(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(text))


def test_the_questions_are_the_declared_fields(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answer(monkeypatch, "summer-sale\n\nhttps://shop.example.com/sale\n1,200\n\n\n")
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
    assert "how many people may follow the link in the first minute? [12000]: " in asked


def test_options_ask_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    answer(monkeypatch, "")
    assert main(["init", "--name", "a", "--destination", "https://a.example/", "--rate", "60"]) == 0
    assert RoomConfig.load("beekeeper.toml").region is None


@pytest.mark.parametrize(
    ("typed", "options", "said"),
    [
        ("", [], "Give --name, --destination and --rate"),
        ("a\n\nftp://x/\n", [], "destination = 'ftp://x/': use https://"),
        ("a\n\n\nmany\n", [], "rate = 'many': give a whole number from 1 to 300,000"),
        ("a\n\n\n60\nFrankfurt\n", [], "give the code of an AWS region, such as eu-central-1"),
        ("", ["--rate", "many"], "rate = 'many': give a whole number"),
        ("", ["--config", "there.toml"], "there.toml exists already."),
        ("a\n\n\n60\n\n", ["--first-minute", "0"], "first-minute = 0: give at least one visitor"),
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


def test_a_wrong_answer_is_asked_again_at_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answer(monkeypatch, "sale\n\nshop.example.com\nhttps://shop.example.com/\n600\n\n\n")
    assert main(["init"]) == 0
    asked = capsys.readouterr().err
    assert asked.count("where visitors end up [") == 2
    assert "give the whole address" in asked
    assert RoomConfig.load("beekeeper.toml").destination == "https://shop.example.com/"


def test_a_title_becomes_a_name_and_the_region_is_that_of_the_profile(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("aws-config").write_text("[default]\nregion = eu-west-3\n", encoding="utf-8")
    answer(monkeypatch, "Été Summer Sale!\n\n\n\n\n\n")
    assert main(["init"]) == 0
    room = RoomConfig.load("beekeeper.toml")
    assert (room.name, room.region) == ("ete-summer-sale", "eu-west-3")
    assert room.title == "Été Summer Sale!"
    assert "The name of the room is ete-summer-sale." in capsys.readouterr().err


@pytest.mark.parametrize(
    ("typed", "name"), [("Straßenfest Köln", "strassenfest-koln"), ("Łódź Live", None)]
)
def test_no_letter_of_a_title_is_lost(
    typed: str, name: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer(monkeypatch, f"{typed}\n" + ("" if name else "lodz-live\n") + "\n\n\n\n\n")
    assert main(["init"]) == 0
    assert RoomConfig.load("beekeeper.toml").name == (name or "lodz-live")


def test_a_profile_that_does_not_exist_does_not_end_init(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "nosuch")
    answer(monkeypatch, "sale\n\n\n\n\n\n")
    assert main(["init"]) == 0
    assert RoomConfig.load("beekeeper.toml").region == "eu-central-1"


def test_a_folder_that_cannot_be_written_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    given = ["--name", "a", "--destination", "https://a.example/", "--rate", "60"]
    assert main(["init", *given, "--config", "none/beekeeper.toml"]) == 1
    assert "none/beekeeper.toml can't be written: No such file" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("first_minute", "region", "edge", "said"),
    [
        ("10,000", "eu-central-1", False, "No edge is needed. Without an edge, all 1,000 visitors"),
        (
            "10010",
            "eu-central-1",
            True,
            "edge (edge = true). Without an edge, about 1 of the 1,001",
        ),
        ("100000", "eu-central-1", True, "at least 5,000 of the 10,000 visitors"),
        ("100000", "eu-south-1", True, "at least 8,750 of the 10,000 visitors"),
    ],
)
def test_the_first_minute_decides_about_the_edge_and_init_says_why(
    first_minute: str, region: str, edge: bool, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ["--name", "a", "--destination", "https://a.example/", "--rate", "60"]
    assert main(["init", *given, "--region", region, "--first-minute", first_minute]) == 0
    assert RoomConfig.load("beekeeper.toml").edge == edge
    assert ("edge = true" in Path("beekeeper.toml").read_text()) == edge
    assert said in " ".join(capsys.readouterr().err.split())


def test_a_first_minute_that_is_no_number_is_asked_again(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answer(monkeypatch, "sale\n\n\n\n\nmany\n1_000_000\n")
    assert main(["init", "--json"]) == 0
    printed = capsys.readouterr()
    assert "give a whole number, such as 100000." in printed.err
    content = json.loads(printed.out)
    assert content["config"]["edge"] is True
    assert content["first_second"]["visitors"] == 100_000
