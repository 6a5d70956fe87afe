"""The check of passes at the destination: what it refuses, and whose clock may be wrong."""

import base64
import json
from typing import Any

import jwt
import pytest

import beekeeper
from beekeeper import gate
from beekeeper.rules import tokens
from tests.support.in_memory.recorded import NOW, ORIGIN, PASS_KEY, ROOM

KEYS = {PASS_KEY.kid: PASS_KEY.secret}
PASS = tokens.sign_pass("visitor", [PASS_KEY], ROOM, ORIGIN, NOW)


def check(token: Any, now: float = NOW) -> gate.Pass:
    return gate.check_pass(token, KEYS, ROOM, ORIGIN, now)


@pytest.mark.parametrize(
    "token",
    [None, "", "x", "a.b.c", b"a.b.c", 7, ["a"], {}, True, "a" * 10**6, "\ud800.\udfff.x", "\x00"],
)
def test_no_pass_is_an_error_that_a_destination_can_catch(token: Any) -> None:
    with pytest.raises(gate.InvalidToken, match="missing or malformed"):
        check(token)
    with pytest.raises(beekeeper.BeekeeperError):
        check(token)


@pytest.mark.parametrize("keys", [{}, {"other": PASS_KEY.secret}, {PASS_KEY.kid: "x" * 43}])
def test_another_key(keys: dict[str, str]) -> None:
    with pytest.raises(gate.InvalidToken):
        gate.check_pass(PASS, keys, ROOM, ORIGIN, NOW)


@pytest.mark.parametrize(
    ("ahead_seconds", "arrives_after"),
    [(0, 299), (-2, 0), (-2, 299), (-86_400, 10), (300, 0), (300, 299), (299, 300), (0, 599)],
)
def test_a_clock_that_is_wrong_refuses_nobody(ahead_seconds: int, arrives_after: int) -> None:
    """It may be any time behind, and five minutes ahead."""
    assert check(PASS, NOW + arrives_after + ahead_seconds).subject == "visitor"


@pytest.mark.parametrize(("ahead_seconds", "arrives_after"), [(300, 300), (0, 600), (600, 0)])
def test_beyond_the_leeway_a_pass_has_expired(ahead_seconds: int, arrives_after: int) -> None:
    with pytest.raises(gate.InvalidToken, match="expired"):
        check(PASS, NOW + arrives_after + ahead_seconds)


def resigned(header: dict[str, Any], **changed: Any) -> str:
    claims = jwt.decode(PASS, options={"verify_signature": False}) | changed
    secret = "" if header["alg"] == "none" else PASS_KEY.secret
    return jwt.encode(claims, secret, header["alg"], {"kid": PASS_KEY.kid, **header})


ATTACKS = {
    "alg none": resigned({"alg": "none"}),
    "alg none, and the signature of another": resigned({"alg": "none"}) + PASS.rpartition(".")[2],
    "no key id": resigned({"alg": "HS256", "kid": ""}),
    "a key id that is a path": resigned({"alg": "HS256", "kid": "../../dev/null"}),
    "not yet valid": resigned({"alg": "HS256"}, nbf=2**40),
    "several audiences are none of ours": resigned({"alg": "HS256"}, aud=["https://b.example"]),
    "no audience": resigned({"alg": "HS256"}, aud=None),
    "no end": resigned({"alg": "HS256"}, exp=None),
    "an end that is a text": resigned({"alg": "HS256"}, exp="9999999999"),
    "an end without end": resigned({"alg": "HS256"}, exp=float("inf")),
    "a kind": resigned({"alg": "HS256"}, typ="session"),
    "a kind that is nothing": resigned({"alg": "HS256"}, typ=None),
}


@pytest.mark.parametrize("token", ATTACKS.values(), ids=ATTACKS)
def test_a_pass_that_was_tampered_with(token: str) -> None:
    with pytest.raises(gate.InvalidToken):
        check(token)


def test_the_public_half_of_a_key_pair_signs_no_pass() -> None:
    """HS256 and RS256 are not confused: no key is read as PEM, whatever the header says."""
    header, claims, signature = resigned({"alg": "HS256"}).split(".")
    as_rs = base64.urlsafe_b64encode(
        json.dumps({"alg": "RS256", "kid": PASS_KEY.kid}).encode()
    ).rstrip(b"=")
    with pytest.raises(gate.InvalidToken):
        check(f"{as_rs.decode()}.{claims}.{signature}")
    assert check(f"{header}.{claims}.{signature}").subject == "visitor"
