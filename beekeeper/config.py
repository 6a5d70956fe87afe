"""The configuration of a room: checked once, here, before AWS is touched."""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from beekeeper.errors import ConfigError
from beekeeper.rules.turn import Mode, Settings

FILE_NAME = "beekeeper.toml"
LOOPBACK = ("localhost", "127.0.0.1", "::1")
# So that "beekeeper-<room>-<account>-<region>" fits the 63 characters of a bucket's name.
MAX_NAME_CHARACTERS = 24
# The values that CloudWatch Logs takes (PutRetentionPolicy).
RETENTION_DAYS = (1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 3653)
MAX_TAGS = 48  # of 50, two are ours


def _name(value: str) -> str:
    if not re.fullmatch(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?", value):
        raise ValueError("use lower-case letters, digits and hyphens, such as summer-sale")
    if len(value) > MAX_NAME_CHARACTERS:
        raise ValueError(f"use at most {MAX_NAME_CHARACTERS} characters")
    return value


def _title(value: str) -> str:
    if not value.strip():
        raise ValueError("give the name that visitors read, such as Summer Sale")
    return value.strip()


def _destination(value: str) -> str:
    try:
        parts = urlsplit(value)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host or parts.username or any(ord(c) <= 0x20 or ord(c) >= 0x7F for c in value):
        raise ValueError("give the whole address, such as https://shop.example.com/sale")
    if parts.scheme != "https" and not (parts.scheme == "http" and host in LOOPBACK):
        raise ValueError("use https:// (http:// only for this machine), as in https://example.com")
    if parts.fragment:
        raise ValueError("leave out the part from # on: browsers keep it to themselves")
    return value if parts.path else parts._replace(path="/").geturl()


def _retention(value: int) -> int:
    if value not in RETENTION_DAYS:
        raise ValueError(f"CloudWatch takes one of {', '.join(map(str, RETENTION_DAYS))}")
    return value


def _tags(value: dict[str, str]) -> dict[str, str]:
    for key, text in value.items():
        if key.lower().startswith(("aws:", "beekeeper:")):
            raise ValueError(f"tag {key!r} is reserved; choose another prefix")
        if not 1 <= len(key) <= 128 or len(text) > 256:
            raise ValueError(f"tag {key!r}: keys have 1 to 128 characters, values up to 256")
    if len(value) > MAX_TAGS:
        raise ValueError(f"AWS takes at most {MAX_TAGS} tags besides Beekeeper's own")
    return value


class RoomConfig(BaseModel):
    """What is to be deployed.

    From keyword arguments, or with :meth:`load` from a mapping or a ``beekeeper.toml``. Raises
    :class:`beekeeper.ConfigError`, which names the field, the value and the remedy.

    >>> RoomConfig(name="sale", destination="https://shop.example.com/", rate=600).title
    'Sale'
    """

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    name: Annotated[str, AfterValidator(_name)]
    """Names everything in AWS: lower-case letters, digits, hyphens, up to 24."""
    destination: Annotated[str, AfterValidator(_destination)]
    """The site to protect: where visitors end. https, or http on this machine."""
    rate: Annotated[int, Field(ge=1, le=300_000)]
    """Visitors per minute let through."""
    title: Annotated[str, AfterValidator(_title), Field(max_length=120)] = ""
    """What visitors read on the waiting page; made from the name when not given."""
    region: str | None = None
    """AWS region; the session's own when not given."""
    claim_minutes: Annotated[int, Field(ge=1, le=1_440)] = 15
    """Minutes for which an admitted visitor's turn is kept."""
    log_retention_days: Annotated[int, AfterValidator(_retention)] = 14
    """Days for which CloudWatch keeps the functions' logs."""
    tags: Annotated[dict[str, str], AfterValidator(_tags)] = Field(default_factory=dict)
    """Tags for every resource, besides Beekeeper's own."""

    def __init__(self, **values: Any) -> None:
        if "title" not in values and isinstance(values.get("name"), str):
            values["title"] = values["name"].replace("-", " ").title() or "?"
        try:
            super().__init__(**values)
        except ValidationError as error:
            raise ConfigError(_explained(error)) from None

    @classmethod
    def load(cls, source: "RoomConfig | Mapping[str, Any] | str | Path") -> "RoomConfig":
        """Return the configuration from a mapping or a TOML file; raise ConfigError."""
        if isinstance(source, RoomConfig):
            return source
        if isinstance(source, Mapping):
            return cls(**source)
        try:
            values = tomllib.loads(Path(source).read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise ConfigError(
                f"There is no {source}. Make one with: python -m beekeeper init"
            ) from None
        except (OSError, ValueError) as error:
            raise ConfigError(f"{source} can't be read: {error}") from error
        try:
            return cls(**values)
        except ConfigError as error:
            raise ConfigError(f"{source}: {error}") from None

    def settings(self) -> Settings:
        """Return what goes into the table when the room is first deployed."""
        return Settings(Mode.ON, float(self.rate), self.destination, "", self.claim_minutes * 60)

    def to_toml(self) -> str:
        """Return the text of a ``beekeeper.toml`` that loads to this configuration."""
        lines = [
            f"{field} = {_toml(value)}"
            for field, value in self.model_dump(exclude_defaults=True).items()
            if field != "tags"
        ]
        if self.tags:
            lines += ["", "[tags]", *(f"{_toml(k)} = {_toml(v)}" for k, v in self.tags.items())]
        return "\n".join(lines) + "\n"


def _toml(value: str | int) -> str:
    if isinstance(value, int):
        return str(value)
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return (
        '"' + "".join(c if c >= " " and c != "\x7f" else f"\\u{ord(c):04x}" for c in escaped) + '"'
    )


def _explained(error: ValidationError) -> str:
    problems = []
    for problem in error.errors(include_url=False):
        field = ".".join(str(part) for part in problem["loc"])
        value = problem["input"]
        text = problem["msg"].removeprefix("Value error, ")
        if problem["type"] == "missing":
            problems.append(f"{field} is missing: {_hint(field)}")
        elif problem["type"] == "extra_forbidden":
            known = ", ".join(RoomConfig.model_fields)
            problems.append(f"{field} is not a setting; there are: {known}")
        else:
            problems.append(
                f"{field} = {value!r}: {text[0].lower()}{text[1:]}. {_hint(field)}".strip()
            )
    return "; ".join(problems)


def _hint(field: str) -> str:
    hints = {
        "name": "a name for the room, such as summer-sale",
        "destination": "the address of the site to protect, such as https://shop.example.com/sale",
        "rate": "visitors per minute that the site can bear, 1 to 300,000, such as 600",
    }
    return hints.get(field, "")
