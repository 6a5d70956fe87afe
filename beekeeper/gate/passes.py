"""The check of a pass: by itself, for sites that do the rest on their own."""

from collections.abc import Mapping

from beekeeper.errors import BeekeeperError
from beekeeper.rules import tokens
from beekeeper.rules.tokens import Key, Pass, read_pass

# A destination's clock can be ahead of AWS's by this much, and a visitor still has the whole life
# of the pass to arrive. A clock that is behind refuses nobody: when a pass was made is not checked.
LEEWAY_SECONDS = 300


class InvalidToken(BeekeeperError, tokens.InvalidToken):
    """The pass is missing, malformed, forged, expired, or for another destination."""


def check_pass(
    token: str | None, keys: Mapping[str, str], room: str, origin: str, now: float
) -> Pass:
    """Return what a pass says; raise InvalidToken unless it is valid for ``origin`` at ``now``.

    A token that is missing (None) is not valid. ``keys`` maps key ids to secrets, as
    :func:`beekeeper.pass_keys` returns them. ``now`` is in seconds since the epoch. A pass is good
    for LEEWAY_SECONDS after it has expired, because clocks differ.
    """
    ring = [Key(kid, secret) for kid, secret in keys.items()]
    try:
        # Whoever reads a query can get a list, or bytes.
        text = token if isinstance(token, str) else ""
        return read_pass(text, ring, room, origin, now - LEEWAY_SECONDS)
    except tokens.InvalidToken as error:
        raise InvalidToken(str(error)) from error
