"""The command report, and destroy --report."""

import json
from datetime import datetime
from pathlib import Path

import pytest

import beekeeper
from beekeeper.cli.main import main
from beekeeper.contract import items
from tests.reporting.events import busy_event
from tests.support.moto_aws.cloud import Cloud
from tests.support.rooms import ROOM


@pytest.fixture
def here(deployed: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    now = datetime.now().timestamp()
    row = items.admission_item("a", int((now - 100) * 1000), now - 60)
    deployed.client("dynamodb").put_item(TableName="beekeeper-sale", Item=row)
    return tmp_path


def test_it_writes_three_files_and_says_the_figures(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report"]) == 0
    said = capsys.readouterr()
    assert "admitted " in said.out
    assert "Wrote report-sale/report.html" in said.out
    assert "Reading the table of room sale" in said.err
    assert beekeeper.Report.load(here / "report-sale" / "report.json").admitted == 1


def test_json_has_all_figures_and_the_files(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", "evening", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["room"], found["admitted"], len(found["steps"])) == (ROOM, 1, 5)
    assert [Path(path).name for path in found["files"]] == [
        "report.html",
        "report.csv",
        "report.json",
    ]


def test_since_counts_those_who_joined_from_then_on(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for since, admitted in (("2020-01-01", 1), (f"{datetime.now():%Y-%m-%dT%H:%M:%S}", 0)):
        assert main(["report", "--since", since, "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["admitted"] == admitted


def test_a_report_is_drawn_again_without_aws(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    *_, path = busy_event().save(tmp_path / "old")
    (tmp_path / "old" / "report.html").unlink()
    assert main(["report", "--from", str(path)]) == 0
    assert "720" in capsys.readouterr().out
    assert (tmp_path / "old" / "report.html").exists()
    assert main(["report", "new", "--from", str(path), "--json"]) == 0
    assert (tmp_path / "new" / "report.csv").exists()


def test_what_is_no_report_and_what_is_no_time_are_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "x.json").write_text("{}")
    assert main(["report", "--from", str(tmp_path / "x.json")]) == 1
    assert "is no report of Beekeeper" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["report", "--since", "soon"])
    assert "give a time that has been: 18:00" in capsys.readouterr().err


def test_nothing_is_removed_if_the_report_cannot_be_saved(
    here: Path, deployed: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "file").write_text("")
    deployed.wire.clear()
    assert main(["destroy", "--yes", "--room", ROOM, "--report", "file"]) == 1
    said = capsys.readouterr().err
    assert "Saving the report in file" in said
    assert "The report can't be written to file" in said
    assert deployed.wire.mutations == []
