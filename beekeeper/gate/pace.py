"""``POST pace``: a site that knows its own health asks its room for fewer visitors."""

import json
import time
from collections.abc import Mapping
from http.client import HTTPException
from urllib.error import HTTPError
from urllib.parse import urlsplit, urlunsplit
from urllib.request import Request, urlopen

from beekeeper.errors import BeekeeperError, ConfigError
from beekeeper.gate.keys import ring_of
from beekeeper.rules.tokens import MAX_PACE_SECONDS, MIN_PACE_SECONDS, sign_pace_request

TIMEOUT_SECONDS = 3
REMEDIES = {
    401: "Are the keys those of `keys show`, and is the clock of this site right?",
    403: "The room is behind an edge now. Is the link its campaign link?",
    404: "Is the governor on ([governor] in the configuration), and the link the campaign link?",
    409: "A later request is in force, or the governor of the room is off. To turn it on, run:"
    " python -m beekeeper governor automatic",
}


def ask_pace(
    link: str, keys: Mapping[str, str], room: str, per_minute: int, seconds: int = 60
) -> None:
    """Ask the room for at most ``per_minute`` visitors a minute, for ``seconds`` (10 to 600).

    The room's governor takes it if it is on. The rate that the operator set is never exceeded. This
    waits for the room, each time for up to TIMEOUT_SECONDS: to connect, and for the answer. Raises
    BeekeeperError if the room can't be asked or refuses, and ConfigError for a wrong argument.
    """
    are_whole = type(per_minute) is int and type(seconds) is int  # the room reads nothing else
    if not are_whole or per_minute < 0 or not MIN_PACE_SECONDS <= seconds <= MAX_PACE_SECONDS:
        raise ConfigError(
            "asking the room for a pace: give visitors per minute, 0 or more, and"
            f" {MIN_PACE_SECONDS} to {MAX_PACE_SECONDS} seconds, both as whole numbers (int)"
        )
    ring = ring_of(keys, "the keys of the pace request")
    token = sign_pace_request(per_minute, seconds, ring.passes, room, time.time())
    _post(_address(link), json.dumps({"token": token}).encode())


def _address(link: str) -> str:
    parts = urlsplit(link)
    if parts.scheme not in ("https", "http") or not parts.hostname:
        raise ConfigError(f"asking the room for a pace: {link!r} is no campaign link")
    path = parts.path if parts.path.endswith("/") else f"{parts.path}/"
    return urlunsplit((parts.scheme, parts.netloc, f"{path}pace", "", ""))


def _post(url: str, body: bytes) -> None:
    request = Request(  # noqa: S310 - the scheme was checked
        url, data=body, headers={"Content-Type": "application/json"}, method="POST"
    )
    doing = f"asking the room for a pace at {url}"
    try:
        with urlopen(request, timeout=TIMEOUT_SECONDS) as response:  # noqa: S310
            response.read()
    except HTTPError as error:
        with error:
            remedy = REMEDIES.get(error.code, "Try again in a minute.")
        raise BeekeeperError(f"{doing}: the room answered {error.code}. {remedy}") from error
    except (OSError, HTTPException) as error:
        remedy = "Is the campaign link right, and does this machine reach it?"
        cause = getattr(error, "reason", None) or error  # without urllib's "<urlopen error …>"
        raise BeekeeperError(f"{doing}: {cause}. {remedy}") from error
