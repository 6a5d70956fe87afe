"""What a benchmark prints, how a figure is judged, and the exit code that follows.

A figure stands beside a limit that was measured in the same run, or that can be worked out. Its
goal is a ratio to that limit, so that it holds on any machine. Where both were measured in several
rounds, the ratio is the median of the ratios of the rounds: a machine that is busy during one round
slows both sides of it.
"""

import argparse
import json
import math
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

WIDTH = 150
VERDICTS = {None: "", True: "ok", False: "missed"}


@dataclass(frozen=True, slots=True)
class Goal:
    """The ratios that are good enough: ``sign`` is ≤ where less is better, ≥ where more is."""

    sign: str
    ratio: float

    def is_met_by(self, ratio: float) -> bool:
        """Tell whether a ratio is good enough."""
        if self.sign == "≤":
            return ratio <= self.ratio
        return ratio >= self.ratio if self.sign == "≥" else ratio == self.ratio

    def __str__(self) -> str:
        return f"{self.sign} {self.ratio:g}"


def at_most(ratio: float) -> Goal:
    """Return the goal of a figure that is good when it is small."""
    return Goal("≤", ratio)


def at_least(ratio: float) -> Goal:
    """Return the goal of a figure that is good when it is large."""
    return Goal("≥", ratio)


EQUAL = Goal("=", 1.0)


@dataclass(frozen=True, slots=True)
class Figure:
    """One line. ``ours`` and ``limits`` have one value for each round, in the same unit."""

    name: str
    ours: Sequence[float]
    compared_with: str = ""
    limits: Sequence[float] = ()
    goal: Goal | None = None
    unit: str = ""
    digits: int = 0

    def __post_init__(self) -> None:
        if not self.ours:
            raise ValueError(f"{self.name}: nothing was measured")
        if self.limits and len(self.limits) != len(self.ours):
            raise ValueError(f"{self.name}: the limit was not measured in each round")
        if self.goal and not self.limits:
            raise ValueError(f"{self.name}: a goal needs something to compare with")

    @property
    def value(self) -> float:
        return median(self.ours)

    @property
    def limit(self) -> float | None:
        return median(self.limits) if self.limits else None

    @property
    def ratio(self) -> float | None:
        if not self.limits:
            return None
        return median(_ratio(*pair) for pair in zip(self.ours, self.limits, strict=True))

    @property
    def reached(self) -> bool | None:
        """Whether the goal was reached; None without a goal."""
        return None if self.goal is None else self.goal.is_met_by(self.ratio or 0.0)

    def row(self) -> list[str]:
        """Return the cells of the table."""
        limit = "" if self.limit is None else f"{self.compared_with}: {self._text(self.limit)}"
        ratio = "" if self.ratio is None else _ratio_text(self.ratio)
        goal = "" if self.goal is None else str(self.goal)
        return [self.name, self._text(self.value), limit, ratio, goal, VERDICTS[self.reached]]

    def _text(self, value: float) -> str:
        number = f"{value:,.{self.digits}f}"
        return f"${number}" if self.unit == "$" else f"{number}{self.unit}"


def _ratio(ours: float, limit: float) -> float:
    # Of a count that must be 0, such as visitors lost: none is as good as the limit.
    if limit == 0:
        return 1.0 if ours == 0 else math.inf
    return ours / limit


def _ratio_text(ratio: float) -> str:
    return f"{ratio:.2f}" if ratio >= 0.095 else f"{ratio:.2g}"


def figure(
    name: str,
    ours: float | Sequence[float],
    compared_with: str = "",
    limit: float | Sequence[float] = (),
    goal: Goal | None = None,
    *,
    unit: str = "",
    digits: int = 0,
) -> Figure:
    """Return a figure of one value, or of one for each round."""
    return Figure(name, _rounds(ours), compared_with, _rounds(limit), goal, unit, digits)


def _rounds(values: float | Sequence[float]) -> Sequence[float]:
    return values if isinstance(values, Sequence) else (values,)


@dataclass(frozen=True, slots=True)
class Report:
    """The figures of one benchmark."""

    title: str
    figures: Sequence[Figure]
    notes: Sequence[str] = ()

    @property
    def missed(self) -> list[Figure]:
        return [figure for figure in self.figures if figure.reached is False]

    @property
    def exit_code(self) -> int:
        return 1 if self.missed else 0

    def show(self) -> None:
        """Print the table in Markdown, as it stands in this folder's README."""
        table = Table(title=self.title, box=box.MARKDOWN, title_justify="left")
        for column in ("figure", "here", "compared with", "ratio", "goal", ""):
            table.add_column(column, justify="right" if column in ("here", "ratio") else "left")
        for one in self.figures:
            table.add_row(*one.row())
        console = Console(width=WIDTH, highlight=False)
        console.print(table, *self.notes, sep="\n")

    def to_json(self) -> str:
        """Return all of it as JSON; ``from_json`` reads it again."""
        judged = [{"ratio": one.ratio, "reached": one.reached} for one in self.figures]
        content = asdict(self)
        content["figures"] = [a | b for a, b in zip(content["figures"], judged, strict=True)]
        return json.dumps(content, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> "Report":
        content: dict[str, Any] = json.loads(text)
        for one in content["figures"]:
            del one["ratio"], one["reached"]
            one["goal"] = Goal(**one["goal"]) if one["goal"] else None
        figures = [Figure(**one) for one in content["figures"]]
        return cls(content["title"], figures, content["notes"])


def run(report: Callable[..., Report], doc: str | None, **options: Any) -> None:
    """Be the command: measure, print, and exit with 1 when a goal was missed.

    ``options`` are the command's own, with their defaults; ``report`` takes them by name.
    """
    parser = argparse.ArgumentParser(description=(doc or "").partition("\n")[0])
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    for name, default in options.items():
        parser.add_argument(f"--{name}", type=type(default), default=default)
    values = vars(parser.parse_args())
    as_json = values.pop("json")
    found = report(**values)
    if as_json:
        print(found.to_json())
    else:
        found.show()
    sys.exit(found.exit_code)
