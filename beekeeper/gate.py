"""The destination's side: checks whether a pass is valid.

A destination verifies a pass once, starts its own session, and removes the pass from the address.
Any JWT library can do the same: the algorithm is HS256, ``aud`` is the destination's origin, and
``iss`` is ``beekeeper:<room>``. Redirect visitors without a pass to the campaign link.
"""

from beekeeper.errors import BeekeeperError
from beekeeper.rules import tokens
from beekeeper.rules.destination import PASS_PARAMETER, without_pass
from beekeeper.rules.tokens import Key, Pass, read_pass

__all__ = ["PASS_PARAMETER", "InvalidToken", "Pass", "check_pass", "without_pass"]


class InvalidToken(BeekeeperError, tokens.InvalidToken):
    """The pass is missing, malformed, forged, expired, or for another destination."""


def check_pass(token: str | None, keys: dict[str, str], room: str, origin: str, now: float) -> Pass:
    """Return what a pass says; raise InvalidToken unless it is valid for ``origin`` at ``now``.

    A token that is missing (None) is not valid. ``keys`` maps key ids to secrets, as
    :func:`beekeeper.pass_keys` returns them. ``now`` is in seconds since the epoch.
    """
    ring = [Key(kid, secret) for kid, secret in keys.items()]
    try:
        return read_pass(token or "", ring, room, origin, now)
    except tokens.InvalidToken as error:
        raise InvalidToken(str(error)) from error
