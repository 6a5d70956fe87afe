"""The check of passes at the destination: what it refuses, and whose clock may be wrong."""

from typing import Any

import pytest

import beekeeper
from beekeeper import gate
from beekeeper.rules import tokens
from tests.support.in_memory.recorded import NOW, ORIGIN, PASS_KEY, ROOM

KEYS = {PASS_KEY.kid: PASS_KEY.secret}
PASS = tokens.sign_pass("visitor", [PASS_KEY], ROOM, ORIGIN, NOW)


def check(token: Any, now: float = NOW) -> gate.Pass:
    return gate.check_pass(token, KEYS, ROOM, ORIGIN, now)


@pytest.mark.parametrize("token", [None, "", "x", "a.b.c", b"a.b.c", 7, ["a"]])
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
