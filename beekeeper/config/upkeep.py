"""Log retention, the place of the state, and tags."""

import re
import unicodedata
from typing import Annotated, TypedDict

from pydantic import AfterValidator, Field

from beekeeper.config.essentials import Essentials
from beekeeper.config.section import described

# The values that CloudWatch Logs accepts (PutRetentionPolicy).
RETENTION_DAYS = (1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 3653)
MAX_TAGS = 47  # AWS allows 50, and three are ours


class UpkeepValues(TypedDict, total=False):
    """The fields of :class:`Upkeep` as keyword arguments."""

    log_retention_days: int
    state: str | None
    tags: dict[str, str]


def _retention(value: int) -> int:
    if value not in RETENTION_DAYS:
        raise ValueError(f"CloudWatch accepts only {', '.join(map(str, RETENTION_DAYS))}")
    return value


def _state(value: str) -> str:
    if not re.fullmatch(r"s3://[a-z0-9][a-z0-9.-]+[a-z0-9](/.*)?", value):
        raise ValueError("give an existing bucket, such as s3://our-bucket/beekeeper")
    return value


def _tags(value: dict[str, str]) -> dict[str, str]:
    seen: dict[str, str] = {}
    for key, text in value.items():
        _check_tag(key, text)
        if other := seen.get(key.casefold()):
            raise ValueError(
                f"tags {other!r} and {key!r} differ only in capital letters, which IAM does not"
                " tell apart. Keep one of them"
            )
        seen[key.casefold()] = key
    if len(value) > MAX_TAGS:
        raise ValueError(f"AWS allows at most {MAX_TAGS} tags in addition to Beekeeper's own")
    return value


def _check_tag(key: str, text: str) -> None:
    if key.lower().startswith(("aws:", "beekeeper:")):
        raise ValueError(f"tag {key!r} has a reserved prefix. Choose another prefix")
    if not 1 <= len(key) <= 128 or len(text) > 256:
        raise ValueError(
            f"tag {key!r} has a wrong length. A key has 1 to 128 characters, a value at most 256"
        )
    if wrong := sorted(c for c in set(key + text) if not _is_for_tags(c)):
        raise ValueError(
            f"tag {key!r} = {text!r} has what AWS does not take: {', '.join(map(repr, wrong))}. Use"
            " letters, digits, spaces and _ . : / = + - @"
        )


def _is_for_tags(character: str) -> bool:
    # IAM's rule, which is the strictest: [\p{L}\p{Z}\p{N}_.:/=+\-@]
    return character in "_.:/=+-@" or unicodedata.category(character)[0] in "LZN"


class Upkeep(Essentials):
    """Log retention, the place of the state, and tags."""

    log_retention_days: Annotated[int, AfterValidator(_retention)] = described(
        "how long CloudWatch keeps the functions' logs", default=14, unit="days"
    )
    state: Annotated[str, AfterValidator(_state)] | None = described(
        "where a team keeps the state: an existing bucket, such as `s3://our-bucket/beekeeper`",
        default=None,
    )
    tags: Annotated[dict[str, str], AfterValidator(_tags)] = Field(
        default_factory=dict,
        description="tags for every resource, in addition to Beekeeper's own",
        json_schema_extra={"unit": "", "example": ""},
    )
