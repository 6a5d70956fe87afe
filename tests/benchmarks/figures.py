"""What a benchmark prints: each figure beside what it is compared with, and whether it is good."""

from dataclasses import dataclass

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Figure:
    """One line; ``beside`` is what it is compared with, ``reached`` is None without a goal."""

    name: str
    measured: str
    beside: str = ""
    goal: str = ""
    reached: bool | None = None

    @property
    def verdict(self) -> str:
        return {None: "", True: "yes", False: "NO"}[self.reached]


def show(title: str, figures: list[Figure]) -> int:
    """Print the figures; return 1 when a goal was missed, else 0."""
    table = Table(title=title)
    for column in ("", "measured", "beside", "goal", "reached"):
        table.add_column(column, justify="right" if column in ("measured", "goal") else "left")
    for figure in figures:
        table.add_row(figure.name, figure.measured, figure.beside, figure.goal, figure.verdict)
    Console(width=110).print(table)
    return int(any(figure.reached is False for figure in figures))


def at_most(
    name: str, value: float, goal: float, unit: str, beside: str, digits: int = 0
) -> Figure:
    """Return a figure that is good when it is small."""
    goal_text, reached = f"{goal:,.{digits}f}{unit} or less", value <= goal
    return Figure(name, f"{value:,.{digits}f}{unit}", beside, goal_text, reached)


def at_least(
    name: str, value: float, goal: float, unit: str, beside: str, digits: int = 0
) -> Figure:
    """Return a figure that is good when it is large."""
    goal_text, reached = f"{goal:,.{digits}f}{unit} or more", value >= goal
    return Figure(name, f"{value:,.{digits}f}{unit}", beside, goal_text, reached)
