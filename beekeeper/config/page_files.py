"""The files that ``[page]`` names: a logo, a template, and texts.

A setting is either the path of a file, or what is in the file already: a ``data:`` address, a
document, a table. In a configuration that was loaded it is always the content.
"""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from beekeeper.config.toml_file import shown
from beekeeper.page.logo import logo_bytes
from beekeeper.text_file import read_text

PATHS = ("logo", "template")  # of the settings that can be one
ELSEWHERE = re.compile(r"[a-z]{2,}:/", re.IGNORECASE)  # https:/, but not the C:/ of Windows


def is_logo(text: str) -> bool:
    """Return whether a setting is a picture itself, and no path of one."""
    return text.startswith("data:")


def is_template(text: str) -> bool:
    """Return whether a setting is a template itself, and no path of one."""
    return "<" in text


def picture_of(text: str) -> bytes:
    """Return the picture of a setting. Raises ValueError, with a text for people."""
    if is_logo(text):
        return logo_bytes(text)
    with _reading(text):
        return Path(text).read_bytes()


def template_of(text: str) -> str:
    """Return the template of a setting, as browsers see it: with LF line ends.

    Raises ValueError, with a text for people.
    """
    template = _text_of(text) if text and not is_template(text) else text
    return template.replace("\r\n", "\n").replace("\r", "\n").strip()


def texts_of(value: Any) -> Any:
    """Return the texts of a language: what is given, or what is in the JSON file of this path.

    Raises ValueError, with a text for people.
    """
    if not isinstance(value, str):
        return value
    try:
        return json.loads(_text_of(value))
    except json.JSONDecodeError as error:
        raise ValueError(f"{value} is not valid JSON: {error}. Correct the file") from None
    except RecursionError:
        raise ValueError(f"{value} has too many levels. Correct the file") from None


def _text_of(path: str) -> str:
    with _reading(path):
        return read_text(path)


@contextmanager
def _reading(path: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = "it is no file" if ELSEWHERE.match(path) else error.strerror
        remedy = "Save it as a file, and give" if ELSEWHERE.match(path) else "Give"
        raise ValueError(f"{path:.80} can't be read: {reason}. {remedy} the file's path") from None


def beside(values: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Return the values of a file in this folder, with its paths in ``[page]`` ready to open."""
    page = values.get("page")
    if not isinstance(page, Mapping):
        return dict(values)
    found = {name: _beside(value, folder) for name, value in page.items() if name in PATHS}
    if isinstance(texts := page.get("texts"), Mapping):
        found["texts"] = {language: _beside(value, folder) for language, value in texts.items()}
    return {**values, "page": {**page, **found}}


def _beside(value: Any, folder: Path) -> Any:
    """Return the path in a setting as we can open it, or else the setting as it is."""
    text = value.strip() if isinstance(value, str) else ""
    is_path = text and not is_logo(text) and not is_template(text)
    return str(shown(folder / text)) if is_path else value
