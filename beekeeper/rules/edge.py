"""How a function knows that a request came through the edge: by a secret that only CloudFront adds.

The secret is derived from a pass key, so it changes with the keys (rules/rotation.py). CloudFront
sends that of the key which signed at the last deploy. A function accepts that of every key in the
ring, so a change of keys shuts out nobody.
"""

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass

from beekeeper.rules.tokens import Key

_PURPOSE = b"beekeeper edge"


@dataclass(frozen=True, slots=True)
class Door:
    """The API's own address answers only what came through the edge, once it is closed.

    ``link`` is the campaign link at the edge, where everybody else is sent. ``kid`` is the id of
    the pass key from which the secret that CloudFront sends is derived.
    """

    link: str
    kid: str


def edge_secret(key: Key) -> str:
    """Return the value of the header that CloudFront adds. It must never be logged."""
    digest = hmac.new(key.secret.encode(), _PURPOSE, hashlib.sha256).hexdigest()
    return f"{key.kid}.{digest}"


def came_through(header: str, keys: Iterable[Key]) -> bool:
    """Return whether the header is the secret of one of the keys. It takes 2 us for each key."""
    given = header.encode(errors="surrogatepass")  # an event in JSON can have half a character
    return any(hmac.compare_digest(given, edge_secret(key).encode()) for key in keys)
