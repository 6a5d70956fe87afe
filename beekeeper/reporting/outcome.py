"""The result of ``beekeeper.report``: the event's figures, with a page and files that show them.

The figures (measured.py) do not import the page (page.py). This module connects the two.
"""

from dataclasses import dataclass
from pathlib import Path

from beekeeper.reporting import files, page
from beekeeper.reporting.measured import Measured

HTML, CSV, JSON = "report.html", "report.csv", "report.json"


@dataclass(frozen=True, slots=True)
class Report(Measured):
    """What happened in a room, as in ``Measured``, and how to show it.

    It shows itself as charts in a notebook.
    """

    @classmethod
    def load(cls, path: str | Path) -> "Report":
        """Return the report of a ``report.json``. Raise ConfigError if the file has none.

        >>> Report.load("report/report.json").entered
        1200
        """
        found = cls(**files.values_in(path))
        try:  # what somebody has edited can have times or lengths that no chart can show
            "".join((found.to_html(), found.to_csv())).encode()
        except (ArithmeticError, LookupError, OSError, TypeError, ValueError) as error:
            raise files.no_report(path) from error
        return found

    def save(self, folder: str | Path) -> list[Path]:
        """Write report.html, report.csv and report.json to a folder, and return their paths.

        Makes the folder, and replaces earlier files. Times of the page are in the zone of this
        machine, those of the CSV in ISO 8601. Raises ConfigError if a file can't be written.
        """
        contents = {HTML: self.to_html(), CSV: self.to_csv(), JSON: self.to_json()}
        return files.write(folder, contents)

    def to_html(self) -> str:
        """Return a self-contained page with charts, without scripts."""
        return page.page(self)

    def to_csv(self) -> str:
        """Return the steps of time as CSV."""
        return files.to_csv(self)

    def to_json(self) -> str:
        """Return all figures as JSON, which ``load`` reads."""
        return files.to_json(self)

    def _repr_html_(self) -> str:
        return page.body(self)
