"""Who and what needs no session: health checks, static files, the webhooks of a payment provider.

A path is exempt only if every server reads it in the same way. Some servers fold ``//`` and
``/../``, decode twice, or cut at a semicolon. So a path with any of these is never exempt:
``/static/../checkout`` does not pass as a static file.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from beekeeper.errors import ConfigError
from beekeeper.gate.request import Request, canonical

Network = IPv4Network | IPv6Network
# After decoding once: an empty part, a part of dots, and what another server could decode or cut.
_AMBIGUOUS = re.compile(r"//|/\.{1,2}(?:/|$)|%25|%5C|%[01][0-9A-F]|%7F|;", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Exemptions:
    """Paths, methods and networks that need no session."""

    paths: frozenset[str]
    prefixes: tuple[str, ...]
    methods: frozenset[str]
    networks: tuple[Network, ...]

    @classmethod
    def of(
        cls, paths: Iterable[str], methods: Iterable[str], addresses: Iterable[str]
    ) -> "Exemptions":
        """Read a gate's settings. Raises ConfigError for one that can't mean anything."""
        patterns = [_pattern(path) for path in _listed("exempt_paths", paths)]
        return cls(
            paths=frozenset(p for p in patterns if not p.endswith("*")),
            prefixes=tuple(p.removesuffix("*") for p in patterns if p.endswith("*")),
            methods=frozenset(m.upper() for m in _listed("exempt_methods", methods)),
            networks=tuple(map(_network, _listed("exempt_addresses", addresses))),
        )

    def cover(self, request: Request) -> bool:
        """Return whether a request needs no session."""
        return (
            request.method in self.methods
            or self._covers_path(request)
            or _is_within(request.address, self.networks)
        )

    def _covers_path(self, request: Request) -> bool:
        if not (self.paths or self.prefixes):
            return False
        path = request.canonical_path
        if _AMBIGUOUS.search(path):
            return False
        return path in self.paths or path.startswith(self.prefixes)


def _listed(name: str, values: Iterable[str]) -> list[str]:
    found = [values] if isinstance(values, str) else list(values)
    if isinstance(values, str) or not all(isinstance(value, str) for value in found):
        raise ConfigError(f"gate: {name} must be a list of texts, such as ['{found[0]}']")
    return found


def _pattern(path: str) -> str:
    pattern = canonical(path.encode())
    if not path.startswith("/") or "*" in path[:-1] or _AMBIGUOUS.search(pattern) or "?" in path:
        raise ConfigError(
            f"gate: the exempt path {path!r} can't match. Begin it with a slash, as in /health, and"
            " use * only at its end, as in /static/*. Write letters as they are, not with a %, and"
            " leave out a query, semicolons, backslashes, // and parts of dots."
        )
    return pattern


def _network(address: str) -> Network:
    try:
        return ip_network(address)
    except ValueError as error:
        raise ConfigError(
            f"gate: the exempt address {address!r} is no IP address and no network"
            f" such as 10.0.0.0/8: {error}"
        ) from error


def _is_within(address: str, networks: tuple[Network, ...]) -> bool:
    if not networks:
        return False
    try:
        found = ip_address(address)
    except ValueError:
        return False
    if isinstance(found, IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped  # ::ffff:10.0.0.1: a socket that takes both kinds
    return any(found in network for network in networks)
