import json
from pathlib import Path

import pytest

from beekeeper.cli.main import main
from beekeeper.cli.simulate import CHART_COLUMNS, bars


def test_summary(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", "--visitors", "2,000", "--rate", "600", "--no-shows", "10%"]) == 0
    out, err = capsys.readouterr()
    for word in ("longest wait", "arrivals", "DynamoDB", "API Gateway"):
        assert word in out
    assert "Simulating" in err
    assert max(len(line.rstrip()) for line in out.splitlines() if "▁" in line) <= 80


def test_json_and_html(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "event.html"
    options = ["--visitors", "500", "--rate", "60", "--html", str(page), "--json"]
    assert main(["simulate", *options]) == 0
    out, _ = capsys.readouterr()
    found = json.loads(out)
    assert found["visitors"] == 500
    assert found["has_problems"] is False
    assert "<svg" in page.read_text(encoding="utf-8")


def test_what_the_destination_serves(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--visitors", "900", "--rate", "90", "--destination-capacity", "60"]
    assert main(["simulate", *options]) == 0
    out, _ = capsys.readouterr()
    lines = [line.strip() for line in out.splitlines()]
    assert any(line.startswith("governor") and "served a minute" in line for line in lines)
    assert any(line.startswith("without") and "served a minute" in line for line in lines)
    assert "can bear 60 visitors a minute" in " ".join(lines)
    assert max(len(line.rstrip()) for line in out.splitlines() if "▁" in line) <= 80

    page = tmp_path / "event.html"
    assert main(["simulate", *options, "--html", str(page), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["destination"]
    assert found["capacity"] == 60
    assert len(found["served"]) == len(found["served_without"]) > 15
    assert "with the governor" in page.read_text(encoding="utf-8")


def test_rate_of_the_configuration(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = tmp_path / "beekeeper.toml"
    config.write_text("rate = 90\n", encoding="utf-8")
    options = ["--visitors", "50", "--config", str(config), "--json"]
    assert main(["simulate", *options]) == 0
    assert json.loads(capsys.readouterr().out)["rate"] == 90


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--rate", "60"], "How many visitors?"),
        (["--visitors", "60", "--config", "none.toml"], "At which rate?"),
        (["--visitors", "60", "--rate", "60", "--arrivals", "none.csv"], "can't be read"),
        (["--visitors", "60", "--rate", "60", "--html", "/none/a.html"], "can't be written"),
        (["--visitors", "6", "--rate", "60", "--destination-capacity", "0"], "use 1 to"),
    ],
)
def test_what_is_missing_is_said(
    options: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["simulate", *options]) == 1
    err = capsys.readouterr().err
    assert said in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    "option", ["--visitors", "--rate", "--over", "--no-shows", "--destination-capacity"]
)
def test_what_is_no_number_is_refused(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["simulate", option, "many"])
    assert ended.value.code == 2
    assert "give a" in capsys.readouterr().err


@pytest.mark.parametrize("values", [[0], [1, 2], list(range(500)), [0.0] * 50])
def test_bars(values: list[float]) -> None:
    found = bars(values)
    assert len(found) == CHART_COLUMNS
    assert ("█" in found) == (max(values) > 0)
