"""The tokens of the gate: sessions and pace requests. None of the kinds is taken for another."""

from typing import Any

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from beekeeper.rules import tokens
from beekeeper.rules.tokens import InvalidToken, Key, PaceRequest, Session, UnknownKey

NOW = 1_700_000_000.0
ROOM, ORIGIN = "sale", "https://shop.example.com"
KEY, OTHER = tokens.new_key(), tokens.new_key()
DERIVED = tokens.session_key(KEY)
SESSION = Session("visitor", int(NOW) + 1_800, "a pass")
SIGNED = tokens.sign_session(SESSION, [DERIVED], ROOM, ORIGIN)
PACE = tokens.sign_pace_request(300, 60, [KEY], ROOM, NOW)


def read_session(token: str, key: Key = DERIVED, room: str = ROOM, origin: str = ORIGIN) -> Session:
    return tokens.read_session(token, [key], room, origin, NOW)


def read_pace(token: str, key: Key = KEY, room: str = ROOM, now: float = NOW) -> PaceRequest:
    return tokens.read_pace_request(token, [key], room, now)


def test_round_trips() -> None:
    assert read_session(SIGNED) == SESSION
    found = read_pace(PACE)
    assert (found.per_minute, found.seconds) == (300, 60)
    assert read_pace(tokens.sign_pace_request(0, 10, [KEY], ROOM, NOW)).id != found.id


def test_the_claims_of_a_pace_request_are_as_agreed() -> None:
    claims = jwt.decode(
        PACE, KEY.secret, algorithms=["HS256"], audience=ROOM, options={"verify_exp": False}
    )
    del claims["jti"]
    assert claims == {
        "typ": "pace", "aud": "sale", "iss": "beekeeper:sale:site", "pace": 300, "seconds": 60,
        "iat": int(NOW), "exp": int(NOW) + 60,
    }  # fmt: skip


def test_a_session_key_is_derived_and_always_the_same() -> None:
    assert tokens.session_key(Key(KEY.kid, KEY.secret)) == DERIVED
    assert DERIVED.kid == KEY.kid
    assert tokens.is_usable(DERIVED)
    assert DERIVED.secret not in (KEY.secret, tokens.session_key(OTHER).secret)


@pytest.mark.parametrize(
    "changed",
    [
        {"key": KEY},
        {"key": OTHER},
        {"key": tokens.session_key(OTHER)},
        {"room": "other"},
        {"origin": "https://www.example.com"},
    ],
)
def test_a_session_of_others_is_refused(changed: Any) -> None:
    with pytest.raises(InvalidToken):
        read_session(SIGNED, **changed)


def test_a_session_ends() -> None:
    assert tokens.read_session(SIGNED, [DERIVED], ROOM, ORIGIN, NOW + 1_799) == SESSION
    with pytest.raises(InvalidToken, match="expired"):
        tokens.read_session(SIGNED, [DERIVED], ROOM, ORIGIN, NOW + 1_800)


@pytest.mark.parametrize("changed", [{"key": OTHER}, {"room": "other"}, {"now": NOW + 60}])
def test_a_pace_request_of_others_or_of_long_ago_is_refused(changed: Any) -> None:
    with pytest.raises(InvalidToken):
        read_pace(PACE, **changed)


KINDS = {
    "ticket": tokens.sign_ticket(tokens.new_ticket(NOW), [KEY], ROOM),
    "pass": tokens.sign_pass("visitor", [KEY], ROOM, ROOM, NOW),
    "session": tokens.sign_session(SESSION, [KEY], ROOM, ROOM),
    "pace": PACE,
}


@pytest.mark.parametrize("kind", KINDS)
def test_no_kind_is_taken_for_another_also_with_one_key_and_one_audience(kind: str) -> None:
    readers: dict[str, Any] = {
        "ticket": lambda token: tokens.read_ticket(token, [KEY], ROOM, NOW),
        "pass": lambda token: tokens.read_pass(token, [KEY], ROOM, ROOM, NOW),
        "session": lambda token: tokens.read_session(token, [KEY], ROOM, ROOM, NOW),
        "pace": read_pace,
    }
    for name, read in readers.items():
        if name == kind:
            assert read(KINDS[kind])
        else:
            with pytest.raises(InvalidToken, match="not a"):
                read(KINDS[kind])


CLAIMS: st.SearchStrategy[dict[str, Any]] = st.dictionaries(
    st.sampled_from(["typ", "iss", "sub", "exp", "jti", "pace", "seconds", "nbf", "iat", "aud"]),
    st.sampled_from(["pace", "session", "beekeeper:sale:site", "beekeeper:sale", ROOM, ORIGIN])
    | st.integers(-5, 700)
    | st.sampled_from([None, True, 2.5, 1e400, [], {}, "9" * 50, 10**30]),
)


@given(CLAIMS)
def test_whatever_a_site_signs_is_a_request_in_bounds_or_refused(extra: dict[str, Any]) -> None:
    whole = {
        "typ": "pace", "aud": ROOM, "iss": "beekeeper:sale:site", "pace": 1, "seconds": 60,
        "exp": int(NOW) + 9, "jti": "a",
    } | extra  # fmt: skip
    try:
        token = jwt.encode(whole, KEY.secret, algorithm="HS256", headers={"kid": KEY.kid})
        found = read_pace(token)
    except (InvalidToken, TypeError):  # TypeError: PyJWT signs no such claim
        return
    assert type(found.per_minute) is int
    assert found.per_minute >= 0
    assert type(found.seconds) is int
    assert 10 <= found.seconds <= 600


def test_an_unknown_key_is_told_apart() -> None:
    with pytest.raises(UnknownKey):
        read_pace(PACE, key=OTHER)
    with pytest.raises(InvalidToken) as told:
        read_pace(PACE, key=Key(KEY.kid, OTHER.secret))
    assert not isinstance(told.value, UnknownKey)
