"""The destination's side: lets in who waited, and sends everybody else to the room.

    from beekeeper.gate import Gate

    gate = Gate.from_environment()
    app = gate.wsgi(app)  # or gate.asgi(app)

``Gate`` is the whole of it: it exchanges a pass for a session of its own. ``check_pass`` is only
the check, for sites that have sessions already. Any JWT library can do the same: the algorithm is
HS256, ``aud`` is the destination's origin, and ``iss`` is ``beekeeper:<room>``.

The package needs PyJWT and nothing else of what Beekeeper needs.
"""

from beekeeper.errors import ConfigError
from beekeeper.gate.answers import Answer
from beekeeper.gate.decisions import Refusal
from beekeeper.gate.gate import Gate
from beekeeper.gate.keys import keys_from_environment
from beekeeper.gate.pace import ask_pace
from beekeeper.gate.passes import LEEWAY_SECONDS, InvalidToken, check_pass
from beekeeper.gate.replay import DynamoReplay, MemoryReplay
from beekeeper.rules.destination import PASS_PARAMETER, without_pass
from beekeeper.rules.tokens import Pass

__all__ = [
    "LEEWAY_SECONDS",
    "PASS_PARAMETER",
    "Answer",
    "ConfigError",
    "DynamoReplay",
    "Gate",
    "InvalidToken",
    "MemoryReplay",
    "Pass",
    "Refusal",
    "ask_pace",
    "check_pass",
    "keys_from_environment",
    "without_pass",
]
