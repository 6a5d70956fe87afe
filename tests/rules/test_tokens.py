import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from beekeeper.rules import tokens
from beekeeper.rules.tokens import InvalidToken, Key

NOW = 1_700_000_000.0
ROOM, ORIGIN = "sale", "https://shop.example.com"
TICKET_KEY, PASS_KEY = tokens.new_key(), tokens.new_key()
TICKET = tokens.new_ticket(NOW, "/seats?block=7")
SIGNED_TICKET = tokens.sign_ticket(TICKET, [TICKET_KEY], ROOM)
SIGNED_PASS = tokens.sign_pass(TICKET.id, [PASS_KEY], ROOM, ORIGIN, NOW)


def read_ticket(token: str) -> tokens.Ticket:
    return tokens.read_ticket(token, [TICKET_KEY], ROOM, NOW)


def read_pass(token: str) -> tokens.Pass:
    return tokens.read_pass(token, [PASS_KEY], ROOM, ORIGIN, NOW)


READERS = [(read_ticket, SIGNED_TICKET, TICKET_KEY), (read_pass, SIGNED_PASS, PASS_KEY)]
both = pytest.mark.parametrize(("read", "good", "key"), READERS, ids=["ticket", "pass"])
Read = Callable[[str], object]


def segment(value: Any) -> str:
    text = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


def claims_of(token: str) -> dict[str, Any]:
    claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return claims


def signed(header: Any, claims: Any, secret: str) -> str:
    """Sign like an attacker, without a library that checks what it signs."""
    text = f"{segment(header)}.{segment(claims)}"
    mac = hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest()
    return f"{text}.{segment(mac)}"


def test_ticket_round_trip() -> None:
    assert read_ticket(SIGNED_TICKET) == TICKET


@given(st.floats(1e9, 4e9), st.text(st.characters(min_codepoint=33, max_codepoint=126)))
def test_any_ticket_round_trip(now: float, text: str) -> None:
    ticket = tokens.new_ticket(now, "/" + text[:500])
    token = tokens.sign_ticket(ticket, [TICKET_KEY], ROOM)
    assert tokens.read_ticket(token, [TICKET_KEY], ROOM, now) == ticket


def test_no_language_takes_the_id_of_a_key_for_a_number() -> None:
    """JavaScript would put it first, and its key would sign."""
    assert tokens.new_key().kid.isidentifier()
    assert tokens.is_usable(tokens.new_key())


def test_pass_round_trip() -> None:
    found = read_pass(SIGNED_PASS)
    assert found.subject == TICKET.id
    assert found.expires_at == NOW + 300


def test_pass_is_what_any_jwt_library_reads() -> None:
    claims = claims_of(SIGNED_PASS)
    assert claims["iss"] == "beekeeper:sale"
    assert claims["aud"] == ORIGIN
    assert set(claims) == {"iss", "aud", "sub", "iat", "exp", "jti"}
    assert jwt.get_unverified_header(SIGNED_PASS)["alg"] == "HS256"


def test_ids_are_128_random_bits() -> None:
    ids = {tokens.new_id() for _ in range(1_000)}
    assert len(ids) == 1_000
    assert {len(base64.urlsafe_b64decode(i + "==")) for i in ids} == {16}


@both
@given(data=st.data())
def test_any_changed_character_is_refused(
    read: Read, good: str, key: Key, data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(good) - 1))
    other = data.draw(st.characters().filter(lambda c: c != good[at]))
    with pytest.raises(InvalidToken):
        read(good[:at] + other + good[at + 1 :])


@both
def test_every_other_last_character_is_refused(read: Read, good: str, key: Key) -> None:
    # Its two lowest bits are not part of the signature: a lenient decoder accepts four variants.
    for other in {chr(c) for c in range(33, 127)} - {good[-1]}:
        with pytest.raises(InvalidToken):
            read(good[:-1] + other)


@both
@pytest.mark.parametrize("tail", ["=", "==", "A", ".", "\n", " "])
def test_nothing_may_follow(read: Read, good: str, key: Key, tail: str) -> None:
    with pytest.raises(InvalidToken):
        read(good + tail)


def test_own_key_but_not_a_ticket() -> None:
    claims = {**claims_of(SIGNED_TICKET), "typ": "voucher"}
    with pytest.raises(InvalidToken, match="not a ticket"):
        read_ticket(signed({"alg": "HS256", "kid": TICKET_KEY.kid}, claims, TICKET_KEY.secret))


@both
@given(data=st.data())
def test_anything_put_in_or_left_out_is_refused(
    read: Read, good: str, key: Key, data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(good)))
    with pytest.raises(InvalidToken):
        read(good[:at] + data.draw(st.text(min_size=1)) + good[at:])
    with pytest.raises(InvalidToken):
        read(good[: data.draw(st.integers(0, len(good) - 1))])


@both
@given(text=st.text() | st.from_regex(r"[\w-]+\.[\w-]+\.[\w-]{42}A", fullmatch=True))
def test_any_text_is_refused(read: Read, good: str, key: Key, text: str) -> None:
    with pytest.raises(InvalidToken):
        read(text)


@both
@pytest.mark.parametrize("alg", ["none", "None", "HS384", "HS512", "RS256", "", None, 7, ["HS256"]])
def test_other_algorithms_are_refused(read: Read, good: str, key: Key, alg: object) -> None:
    header = {"alg": alg, "typ": "JWT", "kid": key.kid}
    text = f"{segment(header)}.{segment(claims_of(good))}"
    for token in (f"{text}.", text, signed(header, claims_of(good), key.secret)):
        with pytest.raises(InvalidToken):
            read(token)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


@both
@given(header=JSON, fields=st.dictionaries(st.sampled_from(["kid", "crit", "b64", "typ"]), JSON))
def test_any_header_is_refused_without_the_key(
    read: Read, good: str, key: Key, header: object, fields: dict[str, object]
) -> None:
    for head in (header, {"alg": "HS256", "kid": key.kid, **fields}):
        with pytest.raises(InvalidToken):
            read(signed(head, claims_of(good), "a guess, and long enough to be a key of HS256"))


@both
@pytest.mark.parametrize("nested", [b"[", b'{"a":'])
def test_deeply_nested_header_is_refused(read: Read, good: str, key: Key, nested: bytes) -> None:
    header = segment(nested * (1_400 // len(nested)))
    signature = good.split(".")[2]
    token = f"{header}.e30.{signature}"
    assert len(token) < tokens.MAX_TOKEN_CHARACTERS  # otherwise it would be refused unread
    with pytest.raises(InvalidToken):
        read(token)


@both
@pytest.mark.parametrize(
    "token", ["", " ", ".", "..", "a.b.c", "é.é.é", "\x00", "\ud800", "." * 99]
)
def test_malformed_tokens_are_refused(read: Read, good: str, key: Key, token: str) -> None:
    with pytest.raises(InvalidToken):
        read(token)


@both
def test_huge_tokens_are_refused_unread(read: Read, good: str, key: Key) -> None:
    claims = {**claims_of(good), "more": "x" * 3_000}
    with pytest.raises(InvalidToken, match="malformed"):
        read(signed({"alg": "HS256", "kid": key.kid}, claims, key.secret))


@both
@pytest.mark.parametrize("name", ["jti", "exp", "aud"])
@pytest.mark.parametrize("value", [None, 7.5, [], {}, "x", True, "absent"])
def test_own_key_but_odd_claims(read: Read, good: str, key: Key, name: str, value: object) -> None:
    claims = {k: v for k, v in claims_of(good).items() if k != name}
    if value != "absent":
        claims[name] = value
    if (name, value) == ("jti", "x"):
        read(signed({"alg": "HS256", "kid": key.kid}, claims, key.secret))
        return
    with pytest.raises(InvalidToken):
        read(signed({"alg": "HS256", "kid": key.kid}, claims, key.secret))


def test_other_rooms_ticket_is_refused() -> None:
    token = tokens.sign_ticket(TICKET, [TICKET_KEY], "another")
    with pytest.raises(InvalidToken):
        read_ticket(token)


@pytest.mark.parametrize("origin", ["https://evil.example", "http://shop.example.com", ""])
def test_other_origins_pass_is_refused(origin: str) -> None:
    with pytest.raises(InvalidToken):
        read_pass(tokens.sign_pass(TICKET.id, [PASS_KEY], ROOM, origin, NOW))


def test_other_rooms_pass_is_refused() -> None:
    with pytest.raises(InvalidToken):
        read_pass(tokens.sign_pass(TICKET.id, [PASS_KEY], "another", ORIGIN, NOW))


def test_ticket_is_no_pass_and_pass_no_ticket_even_with_one_key() -> None:
    with pytest.raises(InvalidToken):
        tokens.read_pass(SIGNED_TICKET, [TICKET_KEY, PASS_KEY], ROOM, ROOM, NOW)
    with pytest.raises(InvalidToken):
        tokens.read_ticket(SIGNED_PASS, [TICKET_KEY, PASS_KEY], ORIGIN, NOW)


def test_pass_key_does_not_sign_tickets() -> None:
    with pytest.raises(InvalidToken):
        read_ticket(tokens.sign_ticket(TICKET, [PASS_KEY], ROOM))
    posing = Key(TICKET_KEY.kid, PASS_KEY.secret)
    with pytest.raises(InvalidToken):
        read_ticket(tokens.sign_ticket(TICKET, [posing], ROOM))


def test_expiry_is_by_the_callers_clock() -> None:
    assert tokens.read_pass(SIGNED_PASS, [PASS_KEY], ROOM, ORIGIN, NOW + 299.9)
    with pytest.raises(InvalidToken, match="expired"):
        tokens.read_pass(SIGNED_PASS, [PASS_KEY], ROOM, ORIGIN, NOW + 300)
    end = TICKET.expires_at
    assert tokens.read_ticket(SIGNED_TICKET, [TICKET_KEY], ROOM, end - 1)
    with pytest.raises(InvalidToken, match="expired"):
        tokens.read_ticket(SIGNED_TICKET, [TICKET_KEY], ROOM, end)


def test_rotation_keeps_the_old_key_valid_and_signs_with_the_new() -> None:
    new = tokens.new_key()
    ring = [new, TICKET_KEY]
    assert tokens.read_ticket(SIGNED_TICKET, ring, ROOM, NOW) == TICKET
    token = tokens.sign_ticket(TICKET, ring, ROOM)
    assert jwt.get_unverified_header(token)["kid"] == new.kid
    assert tokens.read_ticket(token, ring, ROOM, NOW) == TICKET
    with pytest.raises(InvalidToken, match="unknown key"):
        tokens.read_ticket(SIGNED_TICKET, [new], ROOM, NOW)


def test_no_key_has_a_number_as_its_id() -> None:
    """In JavaScript these come before all others, and the first key of a site signs."""
    assert not any(tokens.new_key().kid[0].isdigit() for _ in range(64))


def test_no_keys_at_all() -> None:
    with pytest.raises(InvalidToken):
        tokens.read_ticket(SIGNED_TICKET, [], ROOM, NOW)


def test_secret_is_in_no_text() -> None:
    key = tokens.new_key()
    assert key.secret not in f"{key} {key!r} {[key]}"
    assert len(key.secret) >= 43  # 256 bits


@both
def test_refusals_say_nothing_of_keys(read: Read, good: str, key: Key) -> None:
    with pytest.raises(InvalidToken) as caught:
        read(good[:-1] + ("A" if good[-1] != "A" else "E"))
    assert key.secret not in str(caught.value)
