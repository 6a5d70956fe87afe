"""The decision on a request: let it in, redirect it, or refuse it. Both middlewares use this.

    pass in the address    good: a session, and the same address without the pass
                           not good: as without it; who has a session goes on
    session                in
    exempt                 in
    none of these          people go to the room, and come back to what they wanted; programs
                           get 401

The room is never asked. While it is off, or gone, passes and sessions go on working.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from inspect import isawaitable
from urllib.parse import quote

from beekeeper.errors import ConfigError
from beekeeper.gate.answers import Answer, Decision, LetIn, in_words, is_sendable, redirect
from beekeeper.gate.cookies import GOOD, MAX_ROUNDS, REFUSED, Cookies
from beekeeper.gate.exemptions import Exemptions
from beekeeper.gate.keys import KeySource, Ring, told
from beekeeper.gate.passes import LEEWAY_SECONDS
from beekeeper.gate.replay import Replay
from beekeeper.gate.request import Request
from beekeeper.gate.waiting import Unavailable, WouldWait
from beekeeper.rules.destination import passes_in, safe_path
from beekeeper.rules.tokens import (
    InvalidToken,
    Pass,
    Session,
    new_id,
    read_pass,
    read_session,
    sign_session,
)

NO_PASS, USED, NO_COOKIE = "no pass", "used", "the session cookie was not kept"
NO_ENTRY = "You need a place in the waiting room"
ROUND_AND_ROUND = "This site could not let you in"
MAX_PASSES = 3  # the room gives one
BUSY = "This site can't check passes at the moment"
CAUSES = {
    "expired": "The clock of this site may be wrong.",
    "signed with an unknown key": "This site may lack the room's new key.",
    NO_COOKIE: "Your browser refuses cookies, or this site is not reached by the address that it"
    " was set up for.",
}
MISCONFIGURED = "This site may be set up for another room, another address or other keys."
logger = logging.getLogger("beekeeper.gate")


@dataclass(frozen=True, slots=True)
class Refusal:
    """What ``on_refused`` is told. It may return another answer than this one."""

    reason: str
    request: Request
    answer: Answer


@dataclass(frozen=True, slots=True)
class Decisions:
    """The settings of a gate, and what follows from them."""

    room: str
    link: str
    origin: str
    keys: KeySource = field(repr=False)
    cookies: Cookies
    session_seconds: int
    sliding: bool
    exemptions: Exemptions
    replay: Replay | None
    on_refused: Callable[[Refusal], Answer | None] | None
    fail_open: bool

    def decide(self, request: Request, now: float, may_wait: bool = True) -> Decision:
        """Decide on a request at ``now`` (epoch seconds).

        Raises WouldWait only without ``may_wait``, if the keys or the replay store must be asked.
        """
        tokens = passes_in(request.query)
        is_bare = not tokens and self.cookies.session_name not in request.cookies
        if is_bare and self.exemptions.cover(request):
            return LetIn()  # a health check waits for no keys
        try:
            return self._checked(request, tokens, now, may_wait)
        except Unavailable as error:
            reason = str(error)
        # Out here, no traceback of on_refused shows what the site's store has said.
        return self._without_help(request, reason)

    def _checked(self, request: Request, tokens: list[str], now: float, may_wait: bool) -> Decision:
        self.keys.ring(now, may_wait)
        session = self._session(request, now, may_wait)
        if tokens:
            return self._with_pass(request, tokens, session, now, may_wait)
        if session:
            return LetIn(session.subject, self._renewed(session, now))
        return self._without_pass(request, NO_PASS)

    def _session(self, request: Request, now: float, may_wait: bool) -> Session | None:
        for value in request.cookie_values(self.cookies.session_name):
            try:
                return self.keys.read(partial(self._read_session, value, now), now, may_wait)
            except InvalidToken:
                continue
            except Unavailable:
                if self.fail_open:
                    raise
        return None

    def _read_session(self, token: str, now: float, ring: Ring) -> Session:
        return read_session(token, ring.sessions, self.room, self.origin, now)

    def _read_pass(self, token: str, now: float, ring: Ring) -> Pass:
        return read_pass(token, ring.passes, self.room, self.origin, now - LEEWAY_SECONDS)

    def _renewed(self, session: Session, now: float) -> str:
        is_young = session.expires_at - now > self.session_seconds / 2
        if not self.sliding or is_young:
            return ""
        return self._opened(session.subject, session.id, now)

    def _opened(self, subject: str, pass_id: str, now: float) -> str:
        """Return the cookie of a new session."""
        session = Session(subject, int(now) + self.session_seconds, pass_id)
        ring = self.keys.ring(now, may_wait=True)
        token = sign_session(session, ring.sessions, self.room, self.origin)
        return self.cookies.session(token, session, now)

    def _with_pass(
        self, request: Request, tokens: list[str], session: Session | None, now: float,
        may_wait: bool,
    ) -> Decision:  # fmt: skip
        found = self._best(tokens, now, may_wait)
        if isinstance(found, Pass):
            if session and session.id == found.id:
                return self._onward(request)
            if self._is_first_use(found, now, may_wait):
                return self._enter(request, found, session, now)
            found = USED
        if session:
            logger.info("a visitor with a session brought a pass that is no good: %s", found)
            return self._onward(request, reason=found)
        return self._without_pass(request, found)

    def _best(self, tokens: list[str], now: float, may_wait: bool) -> Pass | str:
        """Return the first good pass, or why the first one is not good."""
        reasons = []
        for token in tokens[:MAX_PASSES]:
            try:
                return self.keys.read(partial(self._read_pass, token, now), now, may_wait)
            except InvalidToken as error:
                reasons.append(str(error))
            except Unavailable as error:
                if not self.fail_open:
                    raise
                # With a session, so that the next page does not send the visitor back.
                logger.error("let in unchecked: %s", error)
                return Pass("", int(now), new_id())
        return reasons[0]

    def _is_first_use(self, found: Pass, now: float, may_wait: bool) -> bool:
        if self.replay is None:
            return True
        if not may_wait:
            raise WouldWait
        try:
            noted = self.replay.first_use(found.id, found.expires_at + LEEWAY_SECONDS, now)
            if isawaitable(noted):  # it would count as true, and each pass as new
                raise ConfigError("first_use must not be async")
            return noted
        except Exception as error:
            # A store of the site's own can raise anything.
            logger.error("the replay store failed: %s", told(error))
            if self.fail_open:
                return True
            raise Unavailable("the replay store can't be asked") from error

    def _enter(self, request: Request, found: Pass, former: Session | None, now: float) -> Decision:
        opened = self._opened(found.subject, found.id, now)
        if former:  # this browser keeps sessions
            return self._onward(request, (opened,))
        rounds = self.cookies.rounds_in(request, GOOD)
        if rounds >= MAX_ROUNDS:
            # With the session: another host of this site's domain can set the count.
            return self._out_of_the_loop(request, NO_COOKIE, GOOD, opened)
        return self._onward(request, (opened, self.cookies.rounds(GOOD, rounds + 1)))

    def _onward(self, request: Request, cookies: tuple[str, ...] = (), reason: str = "") -> Answer:
        # 307 keeps the method and the body, which a script may send with the pass.
        status = 302 if request.is_safe else 307
        # Two slashes would be another host.
        wanted = request.wanted
        location = self.origin + wanted if wanted.startswith("//") else wanted
        return redirect(status, location, cookies, reason)

    def _without_pass(self, request: Request, reason: str) -> Decision:
        if self.exemptions.cover(request):
            return LetIn()
        if not (request.is_safe and request.is_for_people):
            text = f"Reason: {reason}."
            answer = self._words(request, 401, NO_ENTRY, text, reason)
            return self._refused(request, reason, answer)
        if reason == NO_PASS:
            return self._refused(request, reason, redirect(302, self._room(request), (), reason))
        rounds = self.cookies.rounds_in(request, REFUSED)
        if rounds >= MAX_ROUNDS:
            return self._out_of_the_loop(request, reason, REFUSED)
        counted = (self.cookies.rounds(REFUSED, rounds + 1),)
        return self._refused(request, reason, redirect(302, self._room(request), counted, reason))

    def _room(self, request: Request) -> str:
        # What a script or a form asked for is no page to come back to.
        is_page = request.is_safe and request.is_for_people
        wanted = safe_path(request.wanted) if is_page else ""
        if not wanted:
            return self.link
        mark = "&" if "?" in self.link else "?"
        return f"{self.link}{mark}to={quote(wanted, safe='/')}"

    def _out_of_the_loop(
        self, request: Request, reason: str, kind: str, opened: str = ""
    ) -> Decision:
        cause = CAUSES.get(reason, MISCONFIGURED)
        logger.error(
            "a visitor went round between room and gate %s times: %s. %s", MAX_ROUNDS, reason, cause
        )
        text = f"The waiting room has let you go on, but this site refuses: {reason}. {cause}"
        again = (self.cookies.rounds(kind, 0), opened)  # the link on the page starts afresh
        answer = self._words(request, 503, ROUND_AND_ROUND, text, reason, again)
        return self._refused(request, reason, answer)

    def _without_help(self, request: Request, reason: str) -> Decision:
        if self.fail_open or self.exemptions.cover(request):
            logger.error("let in unchecked: %s", reason)
            # The pass may be good, so the site must not see it here either.
            return self._onward(request) if passes_in(request.query) else LetIn()
        logger.error("nobody can be let in: %s", reason)
        text = "Please try again in a moment. You keep your place."
        return self._refused(request, reason, self._words(request, 503, BUSY, text, reason))

    def _words(
        self, request: Request, status: int, title: str, text: str, reason: str,
        cookies: tuple[str, ...] = (),
    ) -> Answer:  # fmt: skip
        return in_words(
            status, title, text, self._room(request), reason,
            for_people=request.is_for_people and "text/html" in request.accept, cookies=cookies,
        )  # fmt: skip

    def _refused(self, request: Request, reason: str, answer: Answer) -> Answer:
        logger.info("refused %.20r %s: %s", request.method, request.target, reason)
        if self.on_refused is None:
            return answer
        try:
            found = self.on_refused(Refusal(reason, request, answer)) or answer
            if is_sendable(found):
                return found
            logger.error("on_refused returned no Answer that can be sent: %s", type(found))
        except Exception:
            logger.exception("on_refused failed")
        return answer
