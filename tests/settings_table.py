"""Writes the README's table of settings from the declarations: python -m tests.settings_table"""

from collections.abc import Iterator
from pathlib import Path

from pydantic.fields import FieldInfo

from beekeeper import RoomConfig
from beekeeper.config.section import Section, help_of

README = Path(__file__).parents[1] / "README.md"
BEGIN, END = "<!-- settings: python -m tests.settings_table -->\n", "<!-- end of settings -->\n"


def table() -> str:
    """Return the table of all settings."""
    rows = [f"| `{name}` | {_default(field)} | {help_of(field)} |" for name, field in _settings()]
    return "\n".join(["| setting | default | meaning |", "| --- | --- | --- |", *rows, ""])


def _settings() -> Iterator[tuple[str, FieldInfo]]:
    """Yield each setting by its name. Those of a table have its name before a dot."""
    for name, field in RoomConfig.model_fields.items():
        table = field.annotation
        if isinstance(table, type) and issubclass(table, Section):
            yield from ((f"{name}.{inner}", of) for inner, of in table.model_fields.items())
        else:
            yield name, field


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    default = field.get_default(call_default_factory=True)
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"  # as TOML writes it
    if isinstance(default, list):
        return " ".join(f"`{each}`" for each in default)
    return f"`{default}`" if default or default == 0 else ""


def with_table(text: str) -> str:
    """Return a README with the current table between its marks."""
    before, _, rest = text.partition(BEGIN)
    return before + BEGIN + "\n" + table() + "\n" + END + rest.partition(END)[2]


if __name__ == "__main__":
    README.write_text(with_table(README.read_text(encoding="utf-8")), encoding="utf-8")
