"""Reads and writes beekeeper.toml."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from beekeeper.errors import ConfigError

FILE_NAME = "beekeeper.toml"


def read_toml(path: str | Path) -> dict[str, Any]:
    """Return the values of a TOML file. Raise ConfigError when it is missing or can't be read."""
    try:
        return tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(
            f"There is no file {shown(path)}. Create one with: python -m beekeeper init"
        ) from None
    except (OSError, ValueError) as error:
        raise ConfigError(f"{shown(path)} can't be read: {error}. Correct the file.") from error


def shown(path: str | Path) -> str | Path:
    """Return a path as people write it: relative, if it is below the working directory."""
    try:
        return Path(path).relative_to(Path.cwd())
    except (OSError, ValueError):
        return path


def configured(path: str | Path, field: str) -> str | None:
    """Return a text setting of a TOML file, if it has one, even if other settings are wrong.

    The operators' commands need only these settings. On the day of the event, they must not fail
    because of the others.
    """
    try:
        value = tomllib.loads(Path(path).read_text(encoding="utf-8")).get(field)
    except (OSError, ValueError):
        return None
    return value if isinstance(value, str) and value else None


def to_toml(values: Mapping[str, Any]) -> str:
    """Return values as TOML: strings and numbers first, then tables of strings."""
    plain = {name: value for name, value in values.items() if not isinstance(value, Mapping)}
    tables = {name: value for name, value in values.items() if isinstance(value, Mapping)}
    lines = [f"{name} = {_toml(value)}" for name, value in plain.items()]
    for name, table in tables.items():
        lines += ["", f"[{name}]", *(f"{_toml(k)} = {_toml(v)}" for k, v in table.items())]
    return "\n".join(lines) + "\n"


def _toml(value: str | float) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return str(value)
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return (
        '"' + "".join(c if c >= " " and c != "\x7f" else f"\\u{ord(c):04x}" for c in escaped) + '"'
    )
