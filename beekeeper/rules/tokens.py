"""Tickets, passes and what the gate signs: what is in them, and when they are refused.

All are JWTs (RFC 7519, HS256 with PyJWT). Tickets and passes have different keys, so that a
destination, which knows the pass key, can't forge tickets. A key ring is a list of keys, newest
first. The first key signs. All keys verify, and the token's ``kid`` says which one to use.

A pass has no ``typ``. All other tokens have one, so none of them is taken for another. The keys of
the gate's sessions are derived from the pass keys, and are no pass keys either.

This module checks the expiry against the caller's clock. PyJWT would check it against the clock of
the machine, and the rules would not be pure.
"""

import base64
import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import jwt

ALGORITHM = "HS256"
TICKET_LIFETIME_SECONDS = 14 * 86_400  # the longest time that SQS keeps a message
PASS_LIFETIME_SECONDS = 300
PACE_REQUEST_LIFETIME_SECONDS = 60
MIN_PACE_SECONDS, MAX_PACE_SECONDS = 10, 600
# A longer token is refused before it is parsed. Our own tokens are much shorter.
MAX_TOKEN_CHARACTERS = 2_048
ID_CHARACTERS = 22  # 128 bits, URL-safe
MAX_TO_CHARACTERS = 512
MAX_QUERY_CHARACTERS = 512
# Three parts of base64url. The last part is the 32 bytes of an HS256 signature, in the only form
# that an encoder writes. Decoders accept other forms too, so that somebody could change a token and
# it would still be valid.
_TOKEN = re.compile(r"[\w-]+\.[\w-]+\.[\w-]{42}[AEIMQUYcgkosw048]", re.ASCII)
# The keys that we make have 43 of these characters. RFC 7518, section 3.2, requires 256 bits.
_KID, _SECRET = re.compile(r"[\w.-]{1,64}", re.ASCII), re.compile(r"[\w-]{32,256}", re.ASCII)


class InvalidToken(Exception):
    """The token is missing, malformed, forged, expired, or for somebody else."""


class UnknownKey(InvalidToken):
    """No key of the ring has the token's ``kid``. The ring may be older than the token."""


@dataclass(frozen=True, slots=True)
class Key:
    """A signing key. ``secret`` must never be in a log, a state file or an error text."""

    kid: str
    secret: str

    def __repr__(self) -> str:
        return f"Key(kid={self.kid!r})"


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a visitor holds while waiting."""

    id: str
    number: int  # milliseconds since the epoch at which the visitor arrived
    expires_at: int
    to: str = ""  # where at the destination the visitor ends up, relative to its origin
    query: str = ""  # the campaign parameters of the link, for the destination


@dataclass(frozen=True, slots=True)
class Pass:
    """What an admitted visitor carries to the destination."""

    subject: str  # the id of the visitor's ticket
    expires_at: int
    id: str


@dataclass(frozen=True, slots=True)
class Session:
    """What the gate gives a visitor for a pass."""

    subject: str  # of the pass
    expires_at: int
    id: str  # of the pass


@dataclass(frozen=True, slots=True)
class PaceRequest:
    """What a site that suffers asks of its room."""

    per_minute: int  # visitors per minute, at most
    seconds: int  # for so long
    id: str
    issued_at: int


def new_id() -> str:
    """Return a random token of ID_CHARACTERS: 128 bits from the operating system's generator."""
    return secrets.token_urlsafe(16)


def new_key() -> Key:
    """Return a new 256-bit key. RFC 7518, section 3.2, requires this length for HS256."""
    # JavaScript puts names that are whole numbers first in an object, and the order of keys counts.
    return Key(kid=f"k{secrets.token_hex(4)}", secret=secrets.token_urlsafe(32))


def is_usable(key: Key) -> bool:
    """Return whether a key can sign. One that was damaged by hand could sign nothing, or forgeries.

    An empty or short secret would be easy to guess.
    """
    return bool(_KID.fullmatch(key.kid) and _SECRET.fullmatch(key.secret))


def new_ticket(now: float, to: str = "") -> Ticket:
    """Return a ticket for a visitor who arrives at ``now`` (seconds since the epoch)."""
    return Ticket(new_id(), int(now * 1000), int(now) + TICKET_LIFETIME_SECONDS, to)


def sign_ticket(ticket: Ticket, keys: Sequence[Key], room: str) -> str:
    """Return the ticket as a signed token for that room."""
    claims = {
        "jti": ticket.id,
        "iat": ticket.number // 1000,
        "exp": ticket.expires_at,
        "n": ticket.number,
        "aud": room,
        "typ": "ticket",
    }
    if ticket.to:
        claims["to"] = ticket.to
    if ticket.query:
        claims["q"] = ticket.query
    return _sign(claims, keys[0])


def read_ticket(token: str, keys: Sequence[Key], room: str, now: float) -> Ticket:
    """Return the ticket in a token; raise InvalidToken if it is forged, damaged or expired."""
    claims = _verify(token, keys, room, now)
    match claims:
        case {"typ": "ticket", "jti": str(id), "n": int(number), "exp": int(expires_at)}:
            to, query = (claims.get(name, "") for name in ("to", "q"))
            is_text = isinstance(to, str) and isinstance(query, str)
            return Ticket(id, number, expires_at, *((to, query) if is_text else ()))
    raise InvalidToken("not a ticket")


def sign_pass(subject: str, keys: Sequence[Key], room: str, origin: str, now: float) -> str:
    """Return a pass to ``origin`` (scheme://host[:port]) for the ticket with that id."""
    return _sign(
        {
            "iss": issuer(room),
            "aud": origin,
            "sub": subject,
            "iat": int(now),
            "exp": int(now) + PASS_LIFETIME_SECONDS,
            "jti": new_id(),
        },
        keys[0],
    )


def read_pass(token: str, keys: Sequence[Key], room: str, origin: str, now: float) -> Pass:
    """Return the pass in a token; raise InvalidToken unless it is valid for ``origin`` now."""
    claims = _verify(token, keys, origin, now)
    match claims:
        case {"typ": _}:  # another token that the same key signs
            pass
        case {"iss": str(iss), "sub": str(subject), "exp": int(expires_at), "jti": str(id)}:
            if iss == issuer(room):
                return Pass(subject, expires_at, id)
    raise InvalidToken("not a pass of this room")


def session_key(key: Key) -> Key:
    """Return the key that signs the gate's sessions, derived from a pass key with the same id."""
    mac = hmac.new(key.secret.encode(), b"beekeeper session", hashlib.sha256).digest()
    return Key(key.kid, base64.urlsafe_b64encode(mac).rstrip(b"=").decode())


def sign_session(session: Session, keys: Sequence[Key], room: str, origin: str) -> str:
    """Return the session as a token. ``keys`` are those of :func:`session_key`."""
    claims = {
        "iss": issuer(room),
        "aud": origin,
        "sub": session.subject,
        "exp": session.expires_at,
        "jti": session.id,
        "typ": "session",
    }
    return _sign(claims, keys[0])


def read_session(token: str, keys: Sequence[Key], room: str, origin: str, now: float) -> Session:
    """Return the session in a token; raise InvalidToken unless ``origin`` gave it and it lasts."""
    match _verify(token, keys, origin, now):
        case {
            "typ": "session",
            "iss": str(iss),
            "sub": str(subject),
            "exp": int(expires_at),
            "jti": str(id),
        }:
            if iss == issuer(room):
                return Session(subject, expires_at, id)
    raise InvalidToken("not a session of this site")


def sign_pace_request(
    per_minute: int, seconds: int, keys: Sequence[Key], room: str, now: float
) -> str:
    """Return a request for a pace of at most ``per_minute``, for ``seconds``. Pass keys sign it."""
    claims = {
        "typ": "pace",
        "aud": room,
        "iss": f"{issuer(room)}:site",
        "pace": per_minute,
        "seconds": seconds,
        "iat": int(now),
        "exp": int(now) + PACE_REQUEST_LIFETIME_SECONDS,
        "jti": new_id(),
    }
    return _sign(claims, keys[0])


def read_pace_request(token: str, keys: Sequence[Key], room: str, now: float) -> PaceRequest:
    """Return the request in a token; raise InvalidToken unless this room's site made it."""
    match _verify(token, keys, room, now):
        case {
            "typ": "pace",
            "iss": str(iss),
            "pace": int(per_minute),
            "seconds": int(seconds),
            "iat": int(issued_at),
            "jti": str(id),
        }:
            # True is an int, too.
            are_numbers = type(per_minute) is int and type(seconds) is int
            is_now = issued_at <= now + PACE_REQUEST_LIFETIME_SECONDS  # clocks differ
            is_in_bounds = (
                is_now and per_minute >= 0 and MIN_PACE_SECONDS <= seconds <= MAX_PACE_SECONDS
            )
            if iss == f"{issuer(room)}:site" and are_numbers and is_in_bounds:
                return PaceRequest(per_minute, seconds, id, issued_at)
    raise InvalidToken("not a pace request of this room's site")


def issuer(room: str) -> str:
    """Return the ``iss`` of that room's passes."""
    return f"beekeeper:{room}"


def _sign(claims: Mapping[str, Any], key: Key) -> str:
    return jwt.encode(dict(claims), key.secret, algorithm=ALGORITHM, headers={"kid": key.kid})


def _kid(token: str) -> object:
    """Return the key id, unverified. PyJWT can tell it, too, but decodes the whole token for it."""
    head = token.partition(".")[0]
    header = json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))
    return header.get("kid") if isinstance(header, dict) else None


def _verify(token: str, keys: Sequence[Key], audience: str, now: float) -> dict[str, Any]:
    if len(token) > MAX_TOKEN_CHARACTERS or not _TOKEN.fullmatch(token):
        raise InvalidToken("missing or malformed")
    try:
        kid = _kid(token)
        secret = next(key.secret for key in keys if key.kid == kid)
        claims: dict[str, Any] = jwt.decode(
            token,
            secret,
            algorithms=[ALGORITHM],
            audience=audience,
            options={"verify_exp": False, "verify_iat": False, "require": ["exp", "jti"]},
        )
    except StopIteration:
        raise UnknownKey("signed with an unknown key") from None
    # RecursionError: the header is parsed before the signature is checked. It can nest deeply.
    except (jwt.PyJWTError, ValueError, TypeError, RecursionError) as error:
        raise InvalidToken("forged, malformed or for somebody else") from error
    if not isinstance(claims["exp"], int) or claims["exp"] <= now:
        raise InvalidToken("expired")
    return claims
