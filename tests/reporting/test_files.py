"""A report as CSV and JSON, and what is refused as a report."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from beekeeper.errors import ConfigError
from beekeeper.reporting.outcome import Report
from tests.reporting.events import busy_event, entry, event, step


def test_what_was_saved_is_loaded_again(tmp_path: Path) -> None:
    paths = busy_event().save(tmp_path / "new" / "folder")
    assert [path.name for path in paths] == ["report.html", "report.csv", "report.json"]
    assert Report.load(paths[2]) == busy_event()
    assert Report.load(paths[2]).to_html() == paths[0].read_text(encoding="utf-8")


def test_the_csv_has_a_row_for_each_step() -> None:
    rows = list(csv.DictReader(busy_event().to_csv().splitlines()))
    assert len(rows) == 60
    assert rows[0]["at"] == "2026-11-27T17:20:00+00:00"
    assert sum(int(row["joined"]) for row in rows) == 720
    assert rows[10]["changes"] == "rate: 600 → 900 (more servers)"
    assert [row["changes"] for row in rows if "1200" in row["changes"]] == [rows[40]["changes"]]
    assert (rows[0]["wait_50_seconds"], rows[0]["wait_99_seconds"]) == ("5.0", "")


def test_no_text_of_an_operator_is_a_formula_of_a_spreadsheet() -> None:
    found = event(step(), history=(entry(0, "message", "", "=1+1", reason="=2+2"),))
    (row,) = csv.DictReader(found.to_csv().splitlines())
    assert row["changes"].startswith("message: ")
    by_hand = event(step(mode="=1+1"), history=(entry(0, "=x", "", "1"),))
    (row,) = csv.DictReader(by_hand.to_csv().splitlines())
    assert (row["mode"], row["changes"][:2]) == ("'=1+1", "'=")


def damaged(**changes: Any) -> str:
    return json.dumps({**json.loads(busy_event().to_json()), **changes})


@pytest.mark.parametrize(
    "content",
    [
        "", "{", "[]", "{}", "null", '"report"', "[" * 5_000,
        damaged(beekeeper_report="1"),
        damaged(joined="12"),
        damaged(room=7),
        damaged(until=float("nan")),
        damaged(steps=[{}]),
        damaged(steps=7),
        damaged(history=[{"at": "x"}]),
        damaged(wait_percentiles=[None]),
        damaged(until=1e300),
        damaged(step_seconds=0),
        damaged(room="\ud800"),
    ],
    ids=range(18),
)  # fmt: skip
def test_what_is_no_report_is_refused(content: str, tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ConfigError, match="is no report of Beekeeper"):
        Report.load(path)


def test_a_file_that_is_not_there_and_one_of_a_newer_version_are_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none\.json can't be read: No such file"):
        Report.load(tmp_path / "none.json")
    path = tmp_path / "new.json"
    path.write_text(damaged(beekeeper_report=2), encoding="utf-8")
    with pytest.raises(ConfigError, match="a newer version"):
        Report.load(path)


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match=r"The report can't be written to .*file: "):
        event().save(tmp_path / "file")


def test_a_notebook_shows_charts() -> None:
    assert "<figure>" in busy_event()._repr_html_()
    assert "<html" not in busy_event()._repr_html_()
