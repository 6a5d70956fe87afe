"""The law of a change of keys: who knows the last keys accepts every pass that is under way."""

import math
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beekeeper.gate import LEEWAY_SECONDS
from beekeeper.rules import rotation
from beekeeper.rules.cadence import ROOM_COPY_SECONDS, VISITOR_TIMEOUT_SECONDS
from beekeeper.rules.rotation import STALE_SECONDS, Ring, Stage, Step
from beekeeper.rules.tokens import PASS_LIFETIME_SECONDS, Key, new_key

ADD, SIGN, REMOVE = Step
OLD, NEW = new_key(), new_key()
NOW = 1_800_000_000.0
GOOD = STALE_SECONDS + PASS_LIFETIME_SECONDS + LEEWAY_SECONDS


def after(ring: Ring, step: Step, now: float = NOW) -> Ring | None:
    return rotation.after(ring, step, now, LEEWAY_SECONDS)


def test_a_whole_change_of_keys() -> None:
    added = after(Ring((OLD,)), ADD)
    assert added
    assert (added.keys[0], len(added.keys), added.stage) == (OLD, 2, Stage.ADDED)
    signs = after(added, SIGN)
    assert signs == Ring((added.keys[1], OLD), NOW)
    assert after(signs, REMOVE, NOW + GOOD - 1) is None
    assert after(signs, REMOVE, NOW + GOOD) == Ring((added.keys[1],))


@pytest.mark.parametrize(
    ("ring", "step"),
    [(Ring((OLD, NEW)), ADD), (Ring((NEW, OLD), NOW), SIGN), (Ring((NEW,)), REMOVE)],
)
def test_a_step_that_was_done_before_changes_nothing(ring: Ring, step: Step) -> None:
    assert after(ring, step) is ring


@pytest.mark.parametrize(
    ("ring", "step"),
    [(Ring((OLD,)), SIGN), (Ring((OLD, NEW)), REMOVE), (Ring((NEW, OLD), NOW), ADD)],
)
def test_a_step_out_of_order_is_not_possible(ring: Ring, step: Step) -> None:
    assert after(ring, step) is None


@pytest.mark.parametrize("since", [math.inf, NOW + 1e6])
def test_a_time_that_cannot_be_right_is_noted_anew_by_sign(since: float) -> None:
    ring = Ring((NEW, OLD), since)
    assert ring.wait_seconds(NOW, LEEWAY_SECONDS) == math.inf
    assert after(ring, REMOVE) is None
    assert after(ring, SIGN) == Ring((NEW, OLD), NOW)


def test_a_function_that_is_slow_signs_with_a_former_key_for_less_than_the_wait_allows() -> None:
    # Reads of the table lag by a second or so.
    assert ROOM_COPY_SECONDS + VISITOR_TIMEOUT_SECONDS + 30 < STALE_SECONDS


@given(
    moves=st.lists(
        st.tuples(st.sampled_from(Step), st.sampled_from([1.0, 59.0, 300.0, 600.0, 659.0, 661.0])),
        max_size=40,
    ),
    lag=st.floats(0, STALE_SECONDS - 1),
)
def test_every_pass_that_is_under_way_is_accepted(
    moves: Sequence[tuple[Step, float]], lag: float
) -> None:
    """Whatever the steps and the waits, and if a function signs as of `lag` seconds ago."""
    ring, now = Ring((new_key(),)), NOW
    under_way: list[tuple[Key, float]] = []  # what signed a pass, and until when it is good
    for step, seconds in moves:
        now += seconds
        before = ring
        ring = after(ring, step, now) or ring
        assert len(ring.keys) <= 2
        late = now + lag
        until = late + PASS_LIFETIME_SECONDS + LEEWAY_SECONDS
        under_way.append((before.keys[0], until))
        good = {key for key, until in under_way if until > now}
        assert good <= {*ring.keys}, "the room signs and checks with these"
        assert ring.keys[0] in before.keys, "the site has the key that signs since the last step"
