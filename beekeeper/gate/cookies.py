"""The gate's two cookies: the session, and the rounds between room and gate.

A gate that refuses each pass, because its clock or its keys are wrong, and a room that gives passes
at once would send a visitor round and round. So would a browser that does not keep the session: the
site is reached by http, say, and its destination is https. The second cookie counts such rounds,
separately for passes that were refused and for those that were good. It lasts for a minute. It has
no ``Secure``, so that it is kept where the session is not. A visitor who alters it harms nobody
else.
"""

from dataclasses import dataclass

from beekeeper.gate.request import Request
from beekeeper.rules.tokens import Session

COOKIE = "beekeeper_gate"
ROUNDS_SECONDS = 60
MAX_ROUNDS = 3
REFUSED, GOOD = "refused", "good"


@dataclass(frozen=True, slots=True)
class Cookies:
    """The cookies of one room's gate."""

    room: str
    is_https: bool

    @property
    def session_name(self) -> str:
        """The name of the session's cookie. Browsers keep ``__Host-`` to one host, and to https."""
        return f"{'__Host-' if self.is_https else ''}{COOKIE}_{self.room}"

    @property
    def rounds_name(self) -> str:
        """The name of the cookie that counts."""
        return f"{COOKIE}_rounds_{self.room}"

    def session(self, token: str, session: Session, now: float) -> str:
        """Return the Set-Cookie header of a session."""
        seconds = max(0, session.expires_at - int(now))
        secure = "; Secure" if self.is_https else ""
        value = f"{self.session_name}={token}; Max-Age={seconds}"
        return f"{value}; Path=/; HttpOnly; SameSite=Lax{secure}"

    def rounds(self, kind: str, count: int) -> str:
        """Return the Set-Cookie header of that many rounds."""
        seconds = ROUNDS_SECONDS if count else 0
        value = f"{self.rounds_name}={kind}{count}; Max-Age={seconds}"
        return f"{value}; Path=/; HttpOnly; SameSite=Lax"

    def rounds_in(self, request: Request, kind: str) -> int:
        """Return how many rounds of a kind the request has behind it."""
        counts = [
            int(value.removeprefix(kind))
            for value in request.cookie_values(self.rounds_name)
            if value in {f"{kind}{count}" for count in range(MAX_ROUNDS + 1)}
        ]
        return max(counts, default=0)
