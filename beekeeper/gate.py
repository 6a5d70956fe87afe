"""The destination's side: tells whether a pass is good.

A destination verifies a pass once, starts a session of its own, and strips the pass from the
address. Any JWT library does the same: HS256, ``aud`` is the destination's origin, ``iss`` is
``beekeeper:<room>``. Whoever comes without a pass is sent to the campaign link.
"""

from beekeeper.rules.destination import PASS_PARAMETER, without_pass
from beekeeper.rules.tokens import InvalidToken, Key, Pass, read_pass

__all__ = ["PASS_PARAMETER", "InvalidToken", "Pass", "check_pass", "without_pass"]


def check_pass(token: str, keys: dict[str, str], room: str, origin: str, now: float) -> Pass:
    """Return what a pass says; raise InvalidToken unless it opens ``origin`` at ``now``.

    ``keys`` maps key ids to secrets, as :func:`beekeeper.pass_keys` returns them; ``now`` is in
    seconds since the epoch.
    """
    ring = [Key(kid, secret) for kid, secret in keys.items()]
    return read_pass(token, ring, room, origin, now)
