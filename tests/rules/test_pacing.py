"""The laws of rules/pacing.py, with consumers that make every possible mistake."""

import random
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from beekeeper.rules import pacing
from beekeeper.rules.pacing import (
    Claim,
    claim,
    interval_seconds,
    is_too_late,
    open_slots,
    trusted,
)
from tests.support.in_memory.virtual import START, Killed, World
from tests.support.windows import most_in

WRITE_SECONDS = 0.25  # the part of the second that is_too_late leaves


@dataclass
class Line:
    """What consumers share: the state, the rate over time, and when each visitor was admitted."""

    world: World
    rate_at: Callable[[float], float]
    paced_at: float = 0.0

    def __post_init__(self) -> None:
        self.let_through: list[float] = []
        self.slots: list[float] = []

    def swap(self, old: float, new: float) -> bool:
        if self.paced_at != old:
            return False
        self.paced_at = new
        return True

    def write(self, slots: list[float]) -> None:
        self.slots += slots
        self.let_through += [max(slot, self.world.now) for slot in slots]


@dataclass
class Consumer:
    """Claims and writes like handlers/consumer.py, with an endless backlog."""

    line: Line
    random: random.Random
    skew: float
    trouble: float  # how often something goes wrong
    seconds: float
    ticks: float = 1.0

    def clock(self) -> float:
        return self.line.world.clock() + self.skew

    def pause(self) -> None:
        """Between two calls: usually a few milliseconds; or a stall; or the end."""
        roll = self.random.random()
        if roll < self.trouble / 20:
            raise Killed
        stalled = roll < self.trouble
        self.line.world.sleep(self.random.uniform(0, 5.0 if stalled else 0.02))

    def run(self) -> None:
        end = self.line.world.clock() + self.seconds
        while (started := self.line.world.clock()) < end:
            self.tick()
            self.line.world.sleep(max(0.0, started + self.ticks - self.line.world.clock()))

    def tick(self) -> None:
        taken = self.claimed()
        for i in range(0, taken.count, 25):
            self.pause()
            slots = [s for s in taken.slots()[i : i + 25] if not is_too_late(s, self.clock())]
            self.line.world.sleep(self.random.uniform(0, WRITE_SECONDS if self.trouble else 0.01))
            self.line.write(slots)

    def claimed(self) -> Claim:
        for _ in range(5):
            self.pause()
            paced_at = self.line.paced_at
            self.pause()
            rate = self.line.rate_at(self.line.world.clock())
            self.pause()
            in_hand = self.random.choice([1, 7, 10_000]) if self.trouble else 10_000
            wanted = claim(paced_at, self.clock(), rate, in_hand)
            self.pause()
            if wanted.count and self.line.swap(paced_at, wanted.paced_at):
                return wanted
        return Claim(0.0, 1.0, 0)


def run(
    seed: int,
    rate: float | Callable[[float], float],
    consumers: int,
    *,
    trouble: float,
    skew: float = 0.5,
    seconds: float = 30.0,
) -> Line:
    chance, world = random.Random(seed), World()
    line = Line(world, rate if callable(rate) else lambda _: rate)
    for _ in range(consumers):
        consumer = Consumer(line, chance, chance.uniform(-skew, skew), trouble, seconds)
        world.start(consumer.run, after=chance.uniform(0, 5.0 if trouble else 1.0))
    world.run()
    return line


rates = st.sampled_from([1, 15, 59.5, 600, 6_000])
seeds = st.integers(0, 2**32)


@given(seeds, rates, st.integers(1, 4), st.sampled_from([0.01, 0.05, 0.3]))
def test_never_above_the_rate(seed: int, rate: float, consumers: int, trouble: float) -> None:
    line = run(seed, rate, consumers, trouble=trouble)
    assert len(set(line.slots)) == len(line.slots)  # a slot is one visitor's
    for window in (0.001, 0.1, 1.0, 3.0, 10.0, 60.0):
        assert most_in(line.let_through, window) <= rate * (window + 2) / 60 + 1


@given(seeds, rates, st.integers(1, 4))
def test_never_far_below_the_rate_while_a_consumer_lives(
    seed: int, rate: float, consumers: int
) -> None:
    line = run(seed, rate, consumers, trouble=0.0)
    end = START + 30.0
    for window in (5.0, 10.0, 25.0):
        for start in range(int(end - START - window) - 2):
            first = START + 2 + start
            through = sum(first <= t < first + window for t in line.let_through)
            assert through >= int(rate * (window - 2) / 60)


@given(seeds, st.sampled_from([600, 1_200, 6_000]), st.integers(1, 3))
def test_flow_is_even_within_the_second(seed: int, rate: int, consumers: int) -> None:
    line = run(seed, rate, consumers, trouble=0.0, skew=0.01)
    steady = [t for t in line.let_through if START + 5 < t < START + 25]
    assert most_in(steady, 0.5) <= rate / 120 * 1.1 + 1
    assert len(steady) >= rate / 60 * 20 - 2


@pytest.mark.parametrize(("before", "after"), [(60, 6_000), (6_000, 60), (1, 600), (600, 1)])
@given(seed=seeds, consumers=st.integers(1, 3))
def test_new_rate_holds_within_two_seconds(
    before: float, after: float, seed: int, consumers: int
) -> None:
    change = START + 10.0
    line = run(
        seed, lambda now: before if now < change else after, consumers, trouble=0.0, skew=0.01
    )
    later = [t for t in line.let_through if change + 2 < t < START + 30]
    for window in (1.0, 5.0):
        assert most_in(later, window) <= after * (window + 0.5) / 60 + 1
    assert len(later) >= int(after * 14 / 60)
    earlier = [t for t in line.let_through if START + 2 < t <= change]
    assert most_in(earlier, 1.0) <= before * 1.5 / 60 + 1


def test_gap_is_forfeited_not_dumped() -> None:
    taken = claim(START, START + 3_600, 600, 10_000)
    assert taken.count == 20 + 1
    assert taken.first == START + 3_600 - pacing.CATCH_UP_SECONDS


@pytest.mark.parametrize(
    ("rate", "since"), [(600, 0.5), (200, 0.3), (121, 60 / 121), (119, 0), (60, 0), (1, 0)]
)
def test_only_whole_intervals_are_caught_up(rate: float, since: float) -> None:
    """A slot in the past leaves less time to write it."""
    assert claim(START, START + 3_600, rate, 1).first == pytest.approx(START + 3_600 - since)
    a_little_late = START + 60 / rate + 0.5
    assert claim(START, a_little_late, rate, 1).first == pytest.approx(START + 60 / rate)


def test_first_claim_of_a_new_room() -> None:
    assert claim(0.0, START, 60, 10).slots() == [START, START + 1]


def test_one_a_minute() -> None:
    taken = claim(0.0, START, 1, 100)
    assert taken.count == 1
    assert claim(taken.paced_at, START + 57, 1, 100).count == 0
    again = claim(taken.paced_at, START + 58.5, 1, 100)
    assert again.slots() == [taken.paced_at + 60]


@given(st.floats(0, 4e9), st.floats(1e9, 4e9), st.floats(1, 300_000), st.integers(0, 10_000))
def test_any_claim_is_in_the_window(paced_at: float, now: float, rate: float, wanted: int) -> None:
    taken = claim(paced_at, now, rate, wanted)
    assert 0 <= taken.count <= wanted
    assert taken.count <= open_slots(paced_at, now, rate)
    rounding = 1e-3
    for slot in taken.slots():
        assert slot >= now - pacing.CATCH_UP_SECONDS - rounding
        assert slot <= now + pacing.LOOKAHEAD_SECONDS + rounding
        assert slot >= trusted(paced_at, now) + interval_seconds(rate) - rounding


@given(st.floats(1, 300_000), st.integers(1, 500), st.integers(1, 500))
@example(200.0, 1, 6)  # the last of seven slots is just at the end of the lookahead
def test_two_claims_are_one_claim(rate: float, first: int, second: int) -> None:
    whole = claim(0.0, START, rate, first + second)
    a = claim(0.0, START, rate, first)
    b = claim(a.paced_at, START, rate, second)
    assert [*a.slots(), *b.slots()] == pytest.approx(whole.slots(), abs=1e-6)


def test_lateness() -> None:
    assert not is_too_late(START, START + 0.75)
    assert is_too_late(START, START + 0.76)


def test_a_last_slot_that_cant_be_right_is_now() -> None:
    assert trusted(START + pacing.MAX_AHEAD_SECONDS, START) == START + pacing.MAX_AHEAD_SECONDS
    assert trusted(START + pacing.MAX_AHEAD_SECONDS + 0.1, START) == START
    assert claim(START + 3_600, START, 60, 9).slots() == [START + 1]


def test_a_clock_that_is_seconds_behind_gives_out_no_slot_again() -> None:
    taken = claim(0.0, START + 8, 600, 100)
    assert claim(taken.paced_at, START, 600, 100).count == 0
