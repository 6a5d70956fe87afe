"""Tags: how a resource says who owns it, and the formats in which AWS expects tags.

Others put tags on our resources, too: cost tools, organisations' policies, AWS itself. Those are
neither drift nor ours to remove. Ours are the tags that begin with ``beekeeper:``, those of the
configuration, and those of the configuration of the last deploy.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from beekeeper._version import __version__
from beekeeper.provision.names import TAG_ROOM, TAG_VERSION

Tags = dict[str, str]
PREFIX = "beekeeper:"


class RoomTags(dict[str, str]):
    """The tags of every resource of a room. ``former`` are keys that the last deploy set."""

    former: frozenset[str] = frozenset()


def room_tags(room: str, extra: Mapping[str, str], former: Iterable[str] = ()) -> RoomTags:
    """Return the tags of every resource of a room."""
    wanted = RoomTags({**extra, TAG_ROOM: room, TAG_VERSION: __version__})
    wanted.former = frozenset(former)
    return wanted


def room_of(tags: Mapping[str, str]) -> str | None:
    """Return the room that a resource says it belongs to."""
    return tags.get(TAG_ROOM)


def own(found: Mapping[str, str], wanted: Mapping[str, str]) -> Tags:
    """Return those of a resource's tags that are ours to change."""
    return {key: value for key, value in found.items() if _is_ours(key, wanted)}


def of_others(found: Mapping[str, str], wanted: Mapping[str, str]) -> Tags:
    """Return those of a resource's tags that must stay as they are."""
    return {key: value for key, value in found.items() if not _is_ours(key, wanted)}


def _is_ours(key: str, wanted: Mapping[str, str]) -> bool:
    former = wanted.former if isinstance(wanted, RoomTags) else ()
    return key.startswith(PREFIX) or key in wanted or key in former


def removed(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """Return the keys of the tags to remove."""
    return sorted(before.keys() - after.keys())


def as_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Return tags as a list, as IAM, DynamoDB, S3, EventBridge and CloudWatch expect them."""
    return [{"Key": k, "Value": v} for k, v in sorted(tags.items())]


def from_list(found: Iterable[Mapping[str, Any]], wanted: Mapping[str, str]) -> Tags:
    """Return the tags of a list that are ours to change."""
    return own({t["Key"]: t["Value"] for t in found}, wanted)
