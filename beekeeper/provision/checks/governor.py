"""Looks at what the governor is to measure. Asks nobody: the probes will come from AWS."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from beekeeper.config import RoomConfig
from beekeeper.results import Finding, Verdict
from beekeeper.rules.destination import LOOPBACK, origin_of, shown
from beekeeper.rules.probes import is_literal, is_public

CHECK = "governor"
# Servers and CDNs answer these from a copy, also while the site behind them suffers.
COPIED = (".css", ".gif", ".ico", ".jpg", ".js", ".png", ".svg", ".txt", ".webp", ".woff2")


def governor(room: RoomConfig) -> Finding:
    """Report whether the page that the governor asks for can tell how the site is."""
    url = room.governor.probe_url or room.destination
    doubts = list(_doubts(room, url))
    said = f"The governor measures {shown(url)}"
    if doubts:
        text, remedy = (" ".join(part) for part in zip(*doubts, strict=True))
        return Finding(CHECK, Verdict.WARNING, f"{said}. {text}", remedy)
    return Finding(CHECK, Verdict.OK, f"{said}, and is {room.governor.mode}.")


def _doubts(room: RoomConfig, url: str) -> Iterator[tuple[str, str]]:
    parts = urlsplit(url)
    if origin_of(url) != origin_of(room.destination):
        yield (
            f"That is not the site that visitors are sent to ({origin_of(room.destination)}).",
            "Give a page of that site, unless the other one suffers first.",
        )
    if parts.path.lower().endswith(COPIED):
        yield (
            "Such a file is answered from a copy, also while the site suffers.",
            "Set governor.probe_url to a page that does real work, such as a search.",
        )
    host = parts.hostname or ""
    if host in LOOPBACK or (is_literal(host) and not is_public(host)):
        yield (
            f"The governor's function runs in AWS, and can't reach {host} there.",
            "Give a public address, unless this is the local AWS.",
        )
