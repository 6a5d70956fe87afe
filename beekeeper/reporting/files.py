"""A report as CSV and JSON, and the figures that a JSON file has."""

import csv
import io
import json
import math
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, TypeVar, get_args

from beekeeper.errors import ConfigError
from beekeeper.reporting import timeline
from beekeeper.reporting.measured import Decision, Measured, Step
from beekeeper.results import Entry
from beekeeper.text_file import read_text
from beekeeper.times import iso

T = TypeVar("T")
# The version of the JSON. Increase it with any change that an earlier release would misread.
FORMAT = 1
FORMAT_NAME = "beekeeper_report"
FORMULA = ("=", "+", "-", "@", "\t", "\r")
ROWS: Mapping[str, type[Any]] = {"steps": Step, "history": Entry, "decisions": Decision}


def to_csv(event: Measured) -> str:
    """Return a row for each step of time. Times are ISO 8601 in UTC, and waits in seconds."""
    names = [each.name for each in fields(Step) if each.name != "at"]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["at", *names, "changes"])
    for step in event.steps:
        values = (getattr(step, name) for name in names)
        cells = ["" if value is None else value for value in values]
        changes = _changes(event, step.at)
        writer.writerow([iso(step.at), *map(_no_formula, cells), _no_formula(changes)])
    return text.getvalue()


def _no_formula(cell: object) -> object:
    """Return a cell that no spreadsheet computes. A row of the history can be written by hand."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell


def _changes(event: Measured, at: float) -> str:
    """Return what operators did in a step."""
    end = at + event.step_seconds
    found = (e for e in timeline.held(event.history, end) if at <= timeline.holds_at(e) < end)
    return "; ".join(map(_change, found))


def _change(entry: Entry) -> str:
    return f"{entry.change} ({entry.reason})" if entry.reason else entry.change


def to_json(event: Measured) -> str:
    """Return all figures, such that ``values_in`` reads them."""
    return json.dumps({FORMAT_NAME: FORMAT, **event.to_dict()}, indent=1) + "\n"


def values_in(path: str | Path) -> dict[str, Any]:
    """Return the figures that a file has. Raise ConfigError if it is no report."""
    try:
        found = json.loads(read_text(path))
        if found[FORMAT_NAME] > FORMAT:
            raise ConfigError(
                f"{path} was written by a newer version of Beekeeper. Draw it with that version."
            )
        rows = {name: tuple(_made(of, row) for row in found[name]) for name, of in ROWS.items()}
        waits = tuple(_value(float, wait) for wait in found["wait_percentiles"])
        known = {**found, **rows, "wait_percentiles": waits}
        return {f.name: _field(f.type, known[f.name]) for f in fields(Measured)}
    except OSError as error:
        raise ConfigError(f"{path} can't be read: {error.strerror}.") from error
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise no_report(path) from error


def no_report(path: str | Path) -> ConfigError:
    """Return the error for a file that has no report, or a damaged one."""
    return ConfigError(
        f"{path} is no report of Beekeeper. Give the report.json that `report` has written."
    )


def _made(kind: type[T], row: Mapping[str, Any]) -> T:
    return kind(**{f.name: _field(f.type, row[f.name]) for f in fields(kind)})  # type: ignore[arg-type]


def _field(kind: Any, value: Any) -> Any:
    """Return a value of the type of its field: a text, a number, None, or what was made before."""
    if isinstance(kind, UnionType):
        return None if value is None else _value(_without_none(kind), value)
    return _value(kind, value) if kind in (str, int, float) else value


def _without_none(kind: UnionType) -> Any:
    return next(one for one in get_args(kind) if one is not NoneType)


def _value(kind: Any, value: Any) -> Any:
    if kind is str and isinstance(value, str):
        return value
    if isinstance(value, int | float) and kind is not str and math.isfinite(value):
        return kind(value)
    raise ValueError("another type")


def write(folder: str | Path, contents: Mapping[str, str]) -> list[Path]:
    """Write texts to files of a folder, and return their paths. Raise ConfigError if that fails."""
    place, paths = Path(folder), list[Path]()
    try:
        place.mkdir(parents=True, exist_ok=True)
        for name, content in contents.items():
            paths.append(place / name)
            paths[-1].write_text(content, encoding="utf-8")
    except OSError as error:
        raise ConfigError(
            f"The report can't be written to {place}: {error.strerror}. Give another folder."
        ) from error
    return paths
