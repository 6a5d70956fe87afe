"""The secret by which a function knows the edge."""

from collections.abc import Callable

import pytest

from beekeeper.rules import tokens
from beekeeper.rules.edge import came_through, edge_secret
from beekeeper.rules.tokens import Key

former, now, stranger = tokens.new_key(), tokens.new_key(), tokens.new_key()
RING = [now, former]


def test_the_secret_of_each_key_of_the_ring_is_let_through() -> None:
    assert came_through(edge_secret(now), RING)
    assert came_through(edge_secret(former), RING)
    assert not came_through(edge_secret(former), [now])


def test_the_secret_tells_nothing_of_the_key() -> None:
    assert now.secret not in edge_secret(now)
    assert edge_secret(Key(now.kid, former.secret)) != edge_secret(now)
    assert len({edge_secret(key) for key in (former, now, stranger)}) == 3


@pytest.mark.parametrize(
    "forge",
    [
        lambda: "",
        lambda: edge_secret(stranger),
        lambda: edge_secret(Key(now.kid, stranger.secret)),
        lambda: f"{stranger.kid}.{edge_secret(now).partition('.')[2]}",
        lambda: edge_secret(now).upper(),
        lambda: edge_secret(now)[:-1],
        lambda: edge_secret(now) + " ",
        lambda: f"{edge_secret(now)},{edge_secret(now)}",
        lambda: now.kid + ".",
        lambda: now.secret,
        lambda: "é" * 64,
        lambda: "\ud800",
        lambda: "x" * 100_000,
        lambda: "\0",
    ],
    ids=range(14),
)
def test_nothing_else_is_let_through(forge: Callable[[], str]) -> None:
    assert not came_through(forge(), RING)


def test_nothing_is_let_through_by_an_empty_ring() -> None:
    assert not came_through("", [])


def test_the_secret_stays_the_same_for_a_key() -> None:
    """CloudFront has it from the last deploy, perhaps of an earlier release."""
    key = Key("k1", "x" * 43)
    found = "k1.f650df6e439084b48ed2fe5b1951dfe40d789070edcf1d81e9de769947bcb2b5"
    assert edge_secret(key) == found
