"""Runs all benchmarks, one after the other, and says which goals were missed.

    python -m tests.benchmarks [--quick] [--json]

Each runs in a process of its own: the functions keep their clients, and read their environment
once. ``--quick`` leaves out those that take minutes because they deploy to the local AWS.
"""

import argparse
import json
import subprocess
import sys
import time
from dataclasses import dataclass

from tests.benchmarks.figures import Report

QUICK = (
    "cost",
    "polling",
    "numbers",
    "laws",
    "turnstile",
    "producer",
    "consumer",
    "gate",
    "governed",
)
SLOW = ("deploy", "event", "stale", "governor", "edge", "news")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one benchmark; ``report`` is None where it could not run."""

    name: str
    seconds: float
    report: Report | None
    error: str = ""

    @property
    def exit_code(self) -> int:
        return 1 if self.report is None else self.report.exit_code

    def __str__(self) -> str:
        if self.report is None:
            text = f"could not run: {self.error}"
        elif missed := [figure.name for figure in self.report.missed]:
            text = f"missed: {'; '.join(missed)}"
        else:
            text = "ok"
        return f"{self.name:<10} {self.seconds:>4.0f} s  {text}"


def outcome(name: str) -> Outcome:
    """Run one benchmark."""
    command = [sys.executable, "-m", f"tests.benchmarks.{name}", "--json"]
    started = time.monotonic()
    process = subprocess.run(command, capture_output=True, text=True, check=False)
    seconds = time.monotonic() - started
    try:
        return Outcome(name, seconds, Report.from_json(process.stdout))
    except ValueError:
        # The last line of a traceback, or all that a SystemExit said.
        error = process.stderr.strip().rpartition("\n")[2]
        return Outcome(name, seconds, None, error)


def main() -> int:
    """Run them; return 1 when a goal was missed, or a benchmark could not run."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help=f"leave out {', '.join(SLOW)}")
    parser.add_argument("--json", action="store_true", help="print all figures as JSON")
    options = parser.parse_args()
    found = []
    for name in QUICK if options.quick else (*QUICK, *SLOW):
        found.append(outcome(name))
        if found[-1].report and not options.json:
            found[-1].report.show()
    summary = "\n".join(map(str, found))
    print(summary, file=sys.stderr if options.json else sys.stdout)
    if options.json:
        reports = {one.name: one.report and json.loads(one.report.to_json()) for one in found}
        print(json.dumps(reports, ensure_ascii=False))
    return max(one.exit_code for one in found)


if __name__ == "__main__":
    sys.exit(main())
