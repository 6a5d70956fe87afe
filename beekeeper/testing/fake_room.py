"""A room that exists only as its keys: it gives good and bad passes, and needs no AWS."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from beekeeper.contract import site
from beekeeper.gate import LEEWAY_SECONDS
from beekeeper.rules import tokens
from beekeeper.rules.destination import entry_url, origin_of
from beekeeper.rules.tokens import PASS_LIFETIME_SECONDS, Key


def _new_keys() -> Mapping[str, str]:
    key = tokens.new_key()
    return {key.kid: key.secret}


@dataclass(frozen=True, slots=True)
class FakeRoom:
    """A room for tests. ``destination`` is the address of the site, as the room knows it.

    Each room has a new key. Configure the site with :meth:`environment`, or with ``name``,
    ``link``, ``destination`` and ``keys``. A pass is for one visitor; without a ``subject`` each
    pass is for another one.
    """

    name: str = "test-room"
    destination: str = "https://shop.example.com/"
    link: str = "https://room.example.com/"
    keys: Mapping[str, str] = field(default_factory=_new_keys, repr=False)

    def environment(self) -> dict[str, str]:
        """Return the environment variables that a gate reads."""
        return site.environment(self.name, self.link, self.destination, self.keys)

    def valid_pass(self, subject: str | None = None) -> str:
        """Return a pass that lets a visitor in."""
        return self._pass(subject)

    def expired_pass(self, subject: str | None = None) -> str:
        """Return a pass that has expired, also for a site that allows for clocks that differ."""
        too_old = PASS_LIFETIME_SECONDS + LEEWAY_SECONDS + 1
        return self._pass(subject, signed_at=time.time() - too_old)

    def forged_pass(self, subject: str | None = None) -> str:
        """Return a pass that says it is signed with the room's key, and is not."""
        forged = [Key(kid, tokens.new_key().secret) for kid in self.keys]
        return self._pass(subject, forged)

    def pass_of_another_room(self, subject: str | None = None) -> str:
        """Return a pass to this destination of another room with the same keys."""
        return self._pass(subject, room=f"{self.name}-2")

    def entry(self, path: str = "", subject: str | None = None) -> str:
        """Return the address at which a visitor arrives, with a pass.

        ``path`` is where at the destination, with its parameters: ``/seats?utm_source=mail``.
        """
        return entry_url(self.destination, path, self.valid_pass(subject))

    def _pass(
        self,
        subject: str | None,
        keys: list[Key] | None = None,
        room: str | None = None,
        signed_at: float | None = None,
    ) -> str:
        return tokens.sign_pass(
            subject or tokens.new_id(),
            keys or [Key(kid, secret) for kid, secret in self.keys.items()],
            room or self.name,
            origin_of(self.destination),
            signed_at or time.time(),
        )
