"""The destination's side: checks whether a pass is valid.

A destination verifies a pass once, starts its own session, and removes the pass from the address.
Any JWT library can do the same: the algorithm is HS256, ``aud`` is the destination's origin, and
``iss`` is ``beekeeper:<room>``. Redirect visitors without a pass to the campaign link.
"""

from beekeeper.rules.destination import PASS_PARAMETER, without_pass
from beekeeper.rules.tokens import InvalidToken, Key, Pass, read_pass

__all__ = ["PASS_PARAMETER", "InvalidToken", "Pass", "check_pass", "without_pass"]


def check_pass(token: str, keys: dict[str, str], room: str, origin: str, now: float) -> Pass:
    """Return what a pass says; raise InvalidToken unless it is valid for ``origin`` at ``now``.

    ``keys`` maps key ids to secrets, as :func:`beekeeper.pass_keys` returns them. ``now`` is in
    seconds since the epoch.
    """
    ring = [Key(kid, secret) for kid, secret in keys.items()]
    return read_pass(token, ring, room, origin, now)
