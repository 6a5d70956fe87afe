"""Reads and writes beekeeper.toml."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from beekeeper.errors import ConfigError
from beekeeper.text_file import read_text

FILE_NAME = "beekeeper.toml"


def read_toml(path: str | Path) -> dict[str, Any]:
    """Return the values of a TOML file. Raise ConfigError when it is missing or can't be read."""
    try:
        return tomllib.loads(read_text(path))
    except FileNotFoundError:
        raise ConfigError(
            f"There is no file {shown(path)}. Create one with: python -m beekeeper init"
        ) from None
    except OSError as error:
        raise ConfigError(f"{shown(path)} can't be read: {error.strerror}.") from error
    except ValueError as error:
        reason = str(error).rstrip(".")
        raise ConfigError(
            f"{shown(path)} can't be read: {reason}. Correct the file: a text needs quotes, as in"
            ' name = "summer-sale".'
        ) from error


def check_tags(path: str | Path, values: Mapping[str, Any], settings: Iterable[str]) -> None:
    """Raise ConfigError when a setting was written below ``[tags]``, where it is only a tag.

    In TOML, everything below ``[tags]`` belongs to it. A tag may have the name of a setting, if the
    setting itself is there as well.
    """
    tags = values.get("tags")
    below = tags if isinstance(tags, Mapping) else {}
    for field in settings:
        if field in below and field not in values:
            raise ConfigError(
                f"{shown(path)}: {field} = {below[field]!r} is below [tags], and so it is a tag and"
                f" not the setting. Move it above [tags]. If you want a tag named {field}, set the"
                f" setting {field} as well."
            )


def shown(path: str | Path) -> str | Path:
    """Return a path as people write it: relative, if it is below the working directory."""
    try:
        return Path(path).relative_to(Path.cwd())
    except (OSError, ValueError):
        return path


def configured(path: str | Path, field: str) -> Any:
    """Return a setting of a TOML file, even if other settings are wrong. None if it has none.

    The operators' commands need only a few settings. On the day of the event, they must not fail
    because of the others. But a file that can't be read is an error: it may name another room than
    the one that would be used without it. Raises ConfigError.
    """
    if not _exists(path):
        return None
    values = read_toml(path)
    check_tags(path, values, [field])
    return values.get(field)


def configured_text(path: str | Path, field: str) -> str | None:
    """Return a setting like :func:`configured`. Raise ConfigError when it is not a text."""
    value = configured(path, field)
    if value is None or (isinstance(value, str) and value.strip()):
        return value
    raise ConfigError(f"{shown(path)}: {field} = {value!r}: give a text, or leave {field} out.")


def _exists(path: str | Path) -> bool:
    try:
        return Path(path).exists()
    except OSError:  # it is in a folder that we can't read; reading the file tells why
        return True


def to_toml(values: Mapping[str, Any]) -> str:
    """Return values as TOML: first what is no table, then the tables, with their tables inline."""
    plain = {name: value for name, value in values.items() if not isinstance(value, Mapping)}
    tables = {name: value for name, value in values.items() if isinstance(value, Mapping)}
    lines = [f"{name} = {_toml(value)}" for name, value in plain.items()]
    for name, table in tables.items():
        lines += ["", f"[{name}]", *(f"{_key(k)} = {_toml(v)}" for k, v in table.items())]
    return "\n".join(lines) + "\n"


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else _toml(name)


def _toml(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(k)} = {_toml(v)}" for k, v in value.items()) + " }"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_toml, value))}]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return str(value)
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return (
        '"' + "".join(c if c >= " " and c != "\x7f" else f"\\u{ord(c):04x}" for c in escaped) + '"'
    )
