"""The keys that the gate checks with, and where they come from.

A callable is asked when the first request comes, and again when a token's key is unknown, at most
every ten seconds. It is also asked every five minutes, and no visitor waits for that: no token
tells that a key has to go. So a site follows ``keys rotate`` without a restart.
"""

import logging
import os
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar

from beekeeper.contract import site
from beekeeper.errors import ConfigError
from beekeeper.gate.waiting import Unavailable, WouldWait
from beekeeper.rules.tokens import Key, UnknownKey, is_usable, session_key

ASK_SECONDS = 10
RENEW_SECONDS = 300
RENEWING = "beekeeper gate keys"  # the name of the thread
REMEDY = "Take them from: python -m beekeeper keys show --format env"
Keys = Mapping[str, str]
T = TypeVar("T")
logger = logging.getLogger("beekeeper.gate")


@dataclass(frozen=True, slots=True)
class Ring:
    """Keys, newest first: those of passes, and those of sessions, which are derived from them."""

    passes: tuple[Key, ...]
    sessions: tuple[Key, ...]


def keys_from_environment(name: str = site.KEYS) -> dict[str, str]:
    """Return the keys in an environment variable: ``kid:secret,kid:secret``, newest first.

    Raises ConfigError if the variable is missing or damaged.
    """
    return parse_keys(os.environ.get(name, ""), name)


def parse_keys(text: str, name: str) -> dict[str, str]:
    """Return the keys in the text of the variable ``name``; raise ConfigError."""
    if not text.strip():
        raise ConfigError(f"gate: the environment variable {name} is missing or empty. {REMEDY}")
    pairs = (part.strip().partition(":") for part in text.split(",") if part.strip())
    keys = {kid: secret for kid, _, secret in pairs}
    ring_of(keys, name)
    return keys


def ring_of(keys: Keys, source: str) -> Ring:
    """Return the keys as a ring; raise ConfigError if there is none, or one is damaged.

    ``source`` says in the error where the keys are from. No error contains a secret.
    """
    if not isinstance(keys, Mapping) or not keys:
        raise ConfigError(f"gate: there are no keys in {source}. {REMEDY}")
    if not all(isinstance(text, str) for pair in keys.items() for text in pair):
        raise ConfigError(f"gate: the keys in {source} are no texts. {REMEDY}")
    ring = tuple(Key(kid, secret) for kid, secret in keys.items())
    for number, key in enumerate(ring, 1):
        if not is_usable(key):
            raise ConfigError(f"gate: key {number} in {source} is cut off or damaged. {REMEDY}")
    return Ring(ring, tuple(map(session_key, ring)))


class KeySource:
    """The keys in use. Reads tokens with them."""

    def __init__(self, keys: Keys | Callable[[], Keys]) -> None:
        self._ask = keys if callable(keys) else None
        self._ring = None if callable(keys) else ring_of(keys, "the gate's settings")
        self._asked_at = float("-inf")
        self._failed = False
        self._lock = threading.Lock()

    def ring(self, now: float, may_wait: bool) -> Ring:
        """Return the keys. Raises Unavailable, or WouldWait if they must be asked for."""
        if self._ring is None:
            self._ask_again(now, may_wait)
        elif self._ask is not None and not self._is_younger(now, RENEW_SECONDS):
            self._asked_at = now  # so that other threads leave it to this one
            threading.Thread(target=self._renew, args=(now,), name=RENEWING, daemon=True).start()
        if self._ring is None:
            raise Unavailable("the keys can't be read")
        return self._ring

    def read(self, reader: Callable[[Ring], T], now: float, may_wait: bool) -> T:
        """Return what ``reader`` makes of the keys. If it meets an unknown key, ask and repeat.

        Raises what the reader raises, Unavailable if asking failed, and WouldWait.
        """
        with suppress(UnknownKey):
            return reader(self.ring(now, may_wait))
        self._ask_again(now, may_wait)
        if self._failed:
            raise Unavailable("a key is unknown, and the keys can't be asked for")
        return reader(self.ring(now, may_wait))

    def _ask_again(self, now: float, may_wait: bool) -> None:
        if self._ask is None or self._is_younger(now, ASK_SECONDS):
            return
        if not may_wait:
            raise WouldWait
        with self._lock:
            if not self._is_younger(now, ASK_SECONDS):  # no other thread has asked meanwhile
                self._take(now)

    def _renew(self, now: float) -> None:
        with self._lock:
            self._take(now)

    def _take(self, now: float) -> None:
        found = self._asked()
        self._failed = found is None
        self._ring = found or self._ring
        self._asked_at = now

    def _is_younger(self, now: float, seconds: float) -> bool:
        # Whoever waited for another thread came a little earlier or later than that one.
        return abs(now - self._asked_at) < seconds

    def _asked(self) -> Ring | None:
        assert self._ask is not None
        try:
            return ring_of(self._ask(), "what the callable returned")
        except Exception as error:
            # Whatever it is: the site goes on with the keys that it has.
            logger.error("asking for the keys failed: %s", told(error))
            return None


def told(error: Exception) -> str:
    """Return what a log may say of an error of the site's own. Its text could be secret."""
    return str(error) if isinstance(error, ConfigError | Unavailable) else type(error).__name__
