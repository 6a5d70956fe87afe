"""This folder's README, and the command that runs all benchmarks, leave none out."""

import re
from pathlib import Path

from tests.benchmarks.__main__ import QUICK, SLOW, Outcome
from tests.benchmarks.figures import Report, at_most, figure

FOLDER = Path(__file__).parent


def benchmarks() -> set[str]:
    """Return the modules that are commands."""
    places = FOLDER.glob("[!_]*.py")
    return {place.stem for place in places if "\n    run(report, __doc__" in place.read_text()}


def test_the_readme_tells_of_each_benchmark() -> None:
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^## .*`(\w+)`", text, re.MULTILINE)) == benchmarks()


def test_all_are_run() -> None:
    assert {*QUICK, *SLOW} == benchmarks()


def test_the_summary_names_what_was_missed() -> None:
    good, bad = (figure(name, 2, "limit", 1, at_most(goal)) for name, goal in (("a", 2), ("b", 1)))
    missed = Outcome("cost", 1.2, Report("title", [good, bad]))
    assert (missed.exit_code, str(missed)) == (1, "cost          1 s  missed: b")
    fine = Outcome("cost", 1.2, Report("title", [good]))
    assert (fine.exit_code, str(fine)) == (0, "cost          1 s  ok")
    broken = Outcome("cost", 1.2, None, "no such file")
    assert (broken.exit_code, str(broken)) == (1, "cost          1 s  could not run: no such file")
