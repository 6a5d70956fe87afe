"""The configuration of a room: checked once, here, before AWS is touched."""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from beekeeper.errors import ConfigError
from beekeeper.rules import polling
from beekeeper.rules.turn import Mode, Settings

FILE_NAME = "beekeeper.toml"
LOOPBACK = ("localhost", "127.0.0.1", "::1")
# So that "beekeeper-<room>-<account>-<region>" fits the 63 characters of a bucket's name.
MAX_NAME_CHARACTERS = 24
# The values that CloudWatch Logs takes (PutRetentionPolicy).
RETENTION_DAYS = (1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 3653)
# A FIFO queue hands out ten at a time, and the next ten when those are through. A consumer can be
# expected to see ten through in 0.1 s (five calls of AWS, one after the other), and no faster.
MAX_STRICT_RATE = 6_000
MAX_TAGS = 47  # of 50, three are ours
CERTIFICATE_ARN = re.compile(r"arn:aws[a-z-]*:acm:([a-z0-9-]+):\d{12}:certificate/[A-Za-z0-9-]+")


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


def _state(value: str | None) -> str | None:
    if value is not None and not re.fullmatch(r"s3://[a-z0-9][a-z0-9.-]+[a-z0-9](/.*)?", value):
        raise ValueError("give a bucket that is there, such as s3://our-bucket/beekeeper")
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


def _domain_name(value: str) -> str:
    name = value.lower()
    label = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
    # At least two labels, and the last begins with a letter: no IP address.
    if len(name) > 253 or not re.fullmatch(rf"(?:{label}\.)+[a-z](?:[a-z0-9-]*[a-z0-9])", name):
        raise ValueError("give a host name alone, such as queue.example.com")
    return name


def _certificate_arn(value: str) -> str:
    if not CERTIFICATE_ARN.fullmatch(value):
        raise ValueError(
            "give the ARN of a certificate in ACM, such as"
            " arn:aws:acm:eu-central-1:123456789012:certificate/1a2b3c4d"
        )
    return value


def _hosted_zone_id(value: str) -> str:
    zone = value.removeprefix("/hostedzone/")
    if not re.fullmatch(r"[A-Z0-9]{5,32}", zone):
        raise ValueError("give the id of a hosted zone in Route 53, such as Z0123456789ABCDEFGHIJ")
    return zone


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
    claim_minutes: Annotated[int, Field(ge=5, le=1_440)] = 15
    """Minutes for which an admitted visitor's turn is kept; a page may ask every five minutes."""
    overbooking: Annotated[float, Field(ge=1, le=3)] = 1.5
    """How many times the rate may be let through at most, to make up for those who never come."""
    order: Literal["standard", "strict"] = "standard"
    """``strict``: exactly in the order of joining, at most 6,000 a minute, 300 joins a second."""
    log_retention_days: Annotated[int, AfterValidator(_retention)] = 14
    """Days for which CloudWatch keeps the functions' logs."""
    state: Annotated[str | None, AfterValidator(_state)] = None
    """Where a team keeps the state: a bucket that is there, ``s3://bucket/prefix``."""
    domain_name: Annotated[str, AfterValidator(_domain_name)] | None = None
    """Host name of the campaign link, such as queue.example.com; AWS's own when not given."""
    certificate_arn: Annotated[str, AfterValidator(_certificate_arn)] | None = None
    """Certificate in ACM for ``domain_name``, in the room's region."""
    hosted_zone_id: Annotated[str, AfterValidator(_hosted_zone_id)] | None = None
    """Zone in Route 53 in which to make the DNS record of ``domain_name``."""
    tags: Annotated[dict[str, str], AfterValidator(_tags)] = Field(default_factory=dict)
    """Tags for every resource, besides Beekeeper's own."""

    def __init__(self, **values: Any) -> None:
        if "title" not in values and isinstance(values.get("name"), str):
            values["title"] = values["name"].replace("-", " ").title() or "?"
        try:
            super().__init__(**values)
        except ValidationError as error:
            raise ConfigError(_explained(error)) from None
        if problem := _domain_problem(self) or _order_problem(self):
            raise ConfigError(problem)

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

    @classmethod
    def of(
        cls, source: "RoomConfig | Mapping[str, Any] | str | Path | None", values: Mapping[str, Any]
    ) -> "RoomConfig":
        """Return the configuration from a source or from its fields; raise ConfigError."""
        if source is None:
            return cls(**values)
        if values:
            raise ConfigError(
                f"There is a configuration, and {', '.join(values)} beside it. Give one of the two."
            )
        return cls.load(source)

    @property
    def is_strict(self) -> bool:
        """Whether visitors are let through exactly in the order of joining."""
        return self.order == "strict"

    def settings(self, region: str) -> Settings:
        """Return what goes into the table when the room is first deployed."""
        return Settings(
            mode=Mode.ON,
            rate=float(self.rate),
            destination=self.destination,
            claim_seconds=self.claim_minutes * 60,
            overbooking=self.overbooking,
            polls_per_second=polling.budget_per_second(region),
        )

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


def configured(path: str | Path, field: str) -> str | None:
    """Return a text of a TOML file, if there is one: whatever else is wrong with the file.

    The operators' commands need no more of it, and are not to fail on the day for the rest.
    """
    try:
        value = tomllib.loads(Path(path).read_text(encoding="utf-8")).get(field)
    except (OSError, ValueError):
        return None
    return value if isinstance(value, str) and value else None


def _toml(value: str | float) -> str:
    if isinstance(value, int | float):
        return str(value)
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return (
        '"' + "".join(c if c >= " " and c != "\x7f" else f"\\u{ord(c):04x}" for c in escaped) + '"'
    )


def _domain_problem(config: RoomConfig) -> str | None:
    """Return what is wrong with the fields of a custom domain, taken together."""
    name, certificate = config.domain_name, config.certificate_arn
    if name and not certificate:
        return (
            f"certificate_arn is missing: domain_name = {name!r} needs the ARN of a certificate in"
            " ACM that is valid for it, in the room's region"
        )
    for field in ("certificate_arn", "hosted_zone_id"):
        if not name and (value := getattr(config, field)):
            return (
                f"{field} = {value!r}: it is for a custom domain. Add domain_name, such as"
                " queue.example.com, or leave it out"
            )
    match = CERTIFICATE_ARN.fullmatch(certificate or "")
    if config.region and match and match[1] != config.region:
        return (
            f"certificate_arn = {certificate!r}: the certificate is in {match[1]}, and must be in"
            f" the room's region, {config.region}. Request or import one there, in ACM"
        )
    return None


def _order_problem(config: RoomConfig) -> str | None:
    if not config.is_strict or config.rate <= MAX_STRICT_RATE:
        return None
    return (
        f'rate = {config.rate}: with order = "strict" it is {MAX_STRICT_RATE:,} a minute at most,'
        " since a FIFO queue hands out ten visitors at a time. Lower the rate, or leave order out"
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
            # Our own checks say what to do; pydantic's say only what is wrong.
            ours = problem["type"] == "value_error" or not _hint(field)
            hint = "" if ours else f". Give {_hint(field)}"
            problems.append(f"{field} = {value!r}: {text[0].lower()}{text[1:]}{hint}")
    return "; ".join(problems)


def _hint(field: str) -> str:
    hints = {
        "name": "a name for the room, such as summer-sale",
        "destination": "the address of the site to protect, such as https://shop.example.com/sale",
        "rate": "visitors per minute that the site can bear, 1 to 300,000, such as 600",
    }
    return hints.get(field, "")
