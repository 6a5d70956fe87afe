"""Tags: how a resource says who owns it, and the formats in which AWS expects tags."""

from collections.abc import Iterable, Mapping
from typing import Any

from beekeeper._version import __version__
from beekeeper.provision.names import TAG_ROOM, TAG_VERSION

Tags = dict[str, str]


def room_tags(room: str, extra: Mapping[str, str]) -> Tags:
    """Return the tags of every resource of a room."""
    return {**extra, TAG_ROOM: room, TAG_VERSION: __version__}


def room_of(tags: Mapping[str, str]) -> str | None:
    """Return the room that a resource says it belongs to."""
    return tags.get(TAG_ROOM)


def own(tags: Mapping[str, str]) -> Tags:
    """Return tags without AWS's own, which only AWS can set."""
    return {k: v for k, v in tags.items() if not k.startswith("aws:")}


def removed(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """Return the keys of the tags to remove."""
    return sorted(before.keys() - after.keys())


def as_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Return tags as a list, as IAM, DynamoDB, S3, EventBridge and CloudWatch expect them."""
    return [{"Key": k, "Value": v} for k, v in sorted(tags.items())]


def from_list(tags: Iterable[Mapping[str, Any]] | None) -> Tags:
    """Return the tags from a list, without AWS's own."""
    return own({t["Key"]: t["Value"] for t in tags or ()})
