"""The gate: its settings, checked once, and the applications behind it."""

import os
import re
import time
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, TypedDict, Unpack
from urllib.parse import urldefrag

from beekeeper.contract import site
from beekeeper.errors import BeekeeperError, ConfigError
from beekeeper.gate.answers import Answer, Decision
from beekeeper.gate.asgi import AsgiApp, AsgiGate
from beekeeper.gate.cookies import Cookies
from beekeeper.gate.decisions import Decisions, Refusal
from beekeeper.gate.exemptions import Exemptions
from beekeeper.gate.keys import REMEDY, Keys, KeySource, parse_keys
from beekeeper.gate.pace import ask_pace
from beekeeper.gate.replay import Replay
from beekeeper.gate.request import Request
from beekeeper.gate.waiting import Unavailable
from beekeeper.gate.wsgi import WsgiGate
from beekeeper.rules.destination import has_host, is_address, origin_of

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

MAX_SESSION_MINUTES = 7 * 24 * 60
_ROOM = re.compile(r"[a-z0-9-]{1,24}")


class Options(TypedDict, total=False):
    """The settings of a gate that have a default."""

    session_minutes: float
    sliding: bool
    replay: Replay | None
    exempt_paths: Iterable[str]
    exempt_methods: Iterable[str]
    exempt_addresses: Iterable[str]
    on_refused: Callable[[Refusal], Answer | None] | None
    fail_open: bool


class Gate:
    """Lets in who has a pass or a session, and sends everybody else to the room.

        gate = Gate("sale", keys_from_environment(), "https://shop.example.com/", link=LINK)
        app = gate.wsgi(app)

    ``room`` is its name, ``link`` its campaign link, ``destination`` the address of the site, as in
    the room's configuration. ``keys`` maps key ids to secrets, newest first, or is a callable that
    returns such a mapping; it is asked again when a key is unknown, at most every ten seconds, and
    every five minutes. Give it short time-outs: whoever brings an unknown key waits for it.

    - ``session_minutes``: how long a visitor may stay (1 minute to a week). With ``sliding`` the
      time begins anew while the visitor is there, when half of it is over.
    - ``replay``: a replay store, so that a pass opens one session only.
    - ``exempt_paths``: paths that need no session, such as ``/health``, or ``/static/*`` for all
      that begin so. They are compared with upper and lower case.
    - ``exempt_methods``: such as OPTIONS.
    - ``exempt_addresses``: addresses and networks, compared with the address that the server tells:
      behind a proxy, the proxy's. The gate reads no ``X-Forwarded-For``, but a server may: uvicorn
      does, from a proxy on its own machine. Then the proxy must set that header anew.
    - ``on_refused``: called with each :class:`Refusal`. It may return another :class:`Answer`. With
      ASGI it runs in the event loop, and must not wait for anything.
    - ``fail_open``: let visitors in when the keys or the replay store can't be read. By default
      they get 503, and are asked to try again.

    Raises ConfigError for settings that can't work.
    """

    def __init__(
        self,
        room: str,
        keys: Keys | Callable[[], Keys],
        destination: str,
        *,
        link: str,
        session_minutes: float = 30,
        sliding: bool = False,
        replay: Replay | None = None,
        exempt_paths: Iterable[str] = (),
        exempt_methods: Iterable[str] = (),
        exempt_addresses: Iterable[str] = (),
        on_refused: Callable[[Refusal], Answer | None] | None = None,
        fail_open: bool = False,
    ) -> None:
        _check(room, destination, link, session_minutes)
        _check_replay(replay)
        self._decisions = Decisions(
            room=room,
            link=urldefrag(link).url,
            origin=origin_of(destination),
            keys=KeySource(keys),
            cookies=Cookies(room, is_https=origin_of(destination).startswith("https:")),
            session_seconds=int(session_minutes * 60),
            sliding=sliding,
            exemptions=Exemptions.of(exempt_paths, exempt_methods, exempt_addresses),
            replay=replay,
            on_refused=on_refused,
            fail_open=fail_open,
        )

    @classmethod
    def from_environment(cls, **options: Unpack[Options]) -> "Gate":
        """Return the gate that ``keys show --format env`` describes.

        Reads BEEKEEPER_ROOM, BEEKEEPER_LINK, BEEKEEPER_DESTINATION and BEEKEEPER_KEYS. Raises
        ConfigError if one is missing or wrong.
        """
        missing = [name for name in site.VARIABLES if not os.environ.get(name, "").strip()]
        if missing:
            raise ConfigError(f"gate: {', '.join(missing)} not set in the environment. {REMEDY}")
        room, link, destination, keys = (os.environ[name].strip() for name in site.VARIABLES)
        return cls(room, parse_keys(keys, site.KEYS), destination, link=link, **options)

    @property
    def link(self) -> str:
        """The campaign link."""
        return self._decisions.link

    def wsgi(self, app: "WSGIApplication") -> WsgiGate:
        """Return a WSGI application behind the gate: Flask, Django, Bottle, Pyramid, ..."""
        return WsgiGate(app, self.decide)

    def asgi(self, app: AsgiApp) -> AsgiGate:
        """Return an ASGI application behind the gate: FastAPI, Starlette, Django, ..."""
        return AsgiGate(app, self.decide)

    def decide(self, request: Request, now: float, may_wait: bool = True) -> Decision:
        """Return what the gate does with a request at ``now`` (epoch seconds).

        Raises WouldWait only without ``may_wait``.
        """
        return self._decisions.decide(request, now, may_wait)

    def ask_pace(self, per_minute: int, seconds: int = 60) -> None:
        """Ask the room for fewer visitors. See :func:`ask_pace`; raises BeekeeperError."""
        found = self._decisions
        try:
            ring = found.keys.ring(time.time(), may_wait=True)
        except Unavailable as error:
            raise BeekeeperError(f"asking the room for a pace: {error}. See the log.") from error
        keys: Mapping[str, str] = {key.kid: key.secret for key in ring.passes}
        ask_pace(found.link, keys, found.room, per_minute, seconds)


def _check(room: str, destination: str, link: str, session_minutes: float) -> None:
    if not _ROOM.fullmatch(room):
        raise ConfigError(f"gate: {room!r} is no name of a room, such as summer-sale")
    if not is_address(destination):
        raise ConfigError(
            f"gate: the destination {destination!r} is no https address. Give that of the room's"
            " configuration; http only works on this machine."
        )
    if not (link.startswith(("https://", "http://")) and has_host(link)):
        raise ConfigError(f"gate: {link!r} is no campaign link. It is the address of the room.")
    is_number = isinstance(session_minutes, int | float)  # and no text of the environment
    if not (is_number and 1 <= session_minutes <= MAX_SESSION_MINUTES):
        raise ConfigError(f"gate: session_minutes must be a number, 1 to {MAX_SESSION_MINUTES:,}")


def _check_replay(replay: object) -> None:
    # The class in place of an instance would refuse everybody, once the first visitor comes.
    is_store = hasattr(replay, "first_use") and not isinstance(replay, type)
    if replay is not None and not is_store:
        raise ConfigError("gate: replay is no replay store. Give one, such as MemoryReplay()")
