"""report: what happened, as charts and figures."""

import argparse
from pathlib import Path
from typing import Any

from beekeeper.cli.options import TIMES, add_room, room_of, since
from beekeeper.cli.output import Output
from beekeeper.reporting.outcome import Report
from beekeeper.reporting.page import figures, remarks

TOLD_EVERY = 100_000  # rows


def add_commands(commands: Any) -> None:
    """Add the command of this module."""
    report = commands.add_parser(
        "report",
        help="write what happened as a web page with charts, CSV and JSON",
        description="Write what happened in the room, during the event or after it: report.html"
        " (one file, with charts), report.csv and report.json. It counts those who joined since the"
        " line was last cleared, and changes nothing.",
        examples={
            "report evening --since 18:00": (
                "writes about those who joined from 18:00 on, into the folder evening"
            ),
            "report --from report.json": "draws the page again, without AWS",
        },
    )
    report.add_argument(
        "folder", nargs="?", metavar="DIR", help="where to write (default: report-NAME)"
    )
    which = report.add_mutually_exclusive_group()
    which.add_argument(
        "--since",
        type=since,
        metavar="TIME",
        help=f"count those who joined from then on: {TIMES} (default: since the last clear)",
    )
    which.add_argument("--from", dest="file", metavar="FILE", help="draw a report.json again")
    add_room(report)
    report.set_defaults(run=run_report)


def run_report(options: argparse.Namespace, output: Output) -> None:
    """Write a report, and say the most important figures."""
    found = Report.load(options.file) if options.file else _of_room(options, output)
    folder = options.folder or _folder(options, found)
    paths = found.save(folder)
    said = [*remarks(found), *(f"Wrote {path}" for path in paths)]
    if output.as_json:
        output.json_line({**found.to_dict(), "files": [str(path) for path in paths]})
        return
    output.table(f"Room {found.room}", figures(found))
    output.result(found, said)


def _of_room(options: argparse.Namespace, output: Output) -> Report:
    room, told = room_of(options), [0]

    def tell(rows: int) -> None:
        if rows >= told[0] + TOLD_EVERY:
            told[0] = rows
            output.say(f"Read {rows:,} rows of the table …")

    output.say(f"Reading the table of room {room.name} …")
    return room.report(since=options.since, on_read=tell)


def _folder(options: argparse.Namespace, found: Report) -> Path:
    return Path(options.file).parent if options.file else Path(f"report-{found.room}")
