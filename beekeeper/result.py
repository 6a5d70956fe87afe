"""What all results share: they are plain values for JSON, and tables in a notebook."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from html import escape
from typing import Any

from beekeeper.times import moment


class Result:
    """Base of the results. It has ``to_dict`` for JSON, and shows as a table in a notebook."""

    def to_dict(self) -> dict[str, Any]:
        """Return the result as plain values."""
        return asdict(self)  # type: ignore[call-overload, no-any-return]

    def _repr_html_(self) -> str:
        return html_table(
            {name: getattr(self, name, value) for name, value in self.to_dict().items()}
        )


def html_table(rows: Mapping[str, object]) -> str:
    """Return an HTML table of names and values, as a notebook shows it."""
    cells = "".join(
        f"<tr><th align='left'>{escape(name)}</th><td>{escape(_text(name, value))}</td></tr>"
        for name, value in rows.items()
    )
    return f"<table>{cells}</table>"


def _text(name: str, value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        return ", ".join(value)  # the ids of keys only: a page must not show the secrets
    if isinstance(value, Sequence):
        return ", ".join(map(str, value)) or "–"
    if isinstance(value, float) and name.endswith("_at"):
        return moment(value)
    if isinstance(value, int | float):
        return f"{value:,.0f}" if value == int(value) else f"{value:,}"
    return "–" if value is None else str(value)
