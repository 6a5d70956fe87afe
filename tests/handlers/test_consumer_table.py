import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beekeeper.contract import items, pulse_item
from beekeeper.handlers.batches import batches
from beekeeper.handlers.consumer_table import Orders, Table
from beekeeper.handlers.reading import Throttled
from beekeeper.rules import tokens
from beekeeper.rules.curve import Sample
from beekeeper.rules.drift import Drift
from beekeeper.rules.line import Pulse
from beekeeper.rules.no_shows import Shows
from beekeeper.rules.settings import Mode, Settings
from beekeeper.rules.turn import Admission
from tests.support.in_memory.dynamo import FakeDynamo
from tests.support.in_memory.fakes import TABLE, Calls, Inline
from tests.support.in_memory.faults import PARTIAL
from tests.support.in_memory.virtual import START


def table(partial_calls: int = 0) -> tuple[Table, FakeDynamo]:
    calls = Calls(faults=lambda number, _: PARTIAL if number < partial_calls else None)
    dynamo = FakeDynamo(calls)
    return Table(dynamo, TABLE, Inline(), random.Random(1)), dynamo


@pytest.mark.parametrize("partial_calls", [0, 1, 2])
def test_look_up_goes_on_until_all_is_read(partial_calls: int) -> None:
    found, dynamo = table(partial_calls)
    dynamo.put(*(items.admission_item(f"t{i}", i, START) for i in range(20)))
    assert found.admitted_among([f"t{i}" for i in range(10, 30)]) == {
        f"t{i}" for i in range(10, 20)
    }


def test_look_up_that_stays_unfinished_says_so() -> None:
    found, dynamo = table(partial_calls=99)
    with pytest.raises(Throttled):
        found.admitted_among([f"t{i}" for i in range(20)])
    assert dynamo.calls.count() == {"BatchGetItem": 3}


def test_look_up_of_more_than_a_batch_and_of_nobody() -> None:
    found, dynamo = table()
    dynamo.put(*(items.admission_item(f"t{i}", i, START) for i in range(250)))
    assert len(found.admitted_among([f"t{i}" for i in range(250)])) == 250
    assert found.admitted_among([]) == set()
    assert dynamo.calls.count() == {"BatchGetItem": 3}


floats = st.just(0.0) | st.floats(1e-9, 4e9)  # DynamoDB takes nothing below 1e-130
tenths = st.integers(0, 10**9).map(lambda count: count / 10)
times = st.just(0.0) | st.floats(1e-9, START)


def curve_of(points: list[tuple[int, int]]) -> tuple[Sample, ...]:
    ats, counts = sorted(at for at, _ in points), sorted(count for _, count in points)
    return tuple(Sample(at, count / 10) for at, count in zip(ats, counts, strict=True))


@given(
    st.builds(
        Pulse,
        admitted=st.integers(0, 10**9),
        waiting=st.integers(0, 10**9),
        serving=floats,
        slack=floats,
        arrivals=st.lists(st.tuples(st.integers(0, 2**47), st.integers(0, 10**9))).map(curve_of),
        settled=st.builds(Sample, st.integers(0, 2**47), tenths),
        rate=floats,
        marks=st.lists(st.tuples(st.integers(0, 2**47), st.integers(0, 10**9))).map(curve_of),
        paced_at=times,
        as_of=times,
        busy_at=times,
        is_empty=st.booleans(),
        spread=floats,
        drift=st.builds(Drift, *[tenths] * 5),
        shows=st.tuples(floats, floats).map(lambda found: Shows(max(found), min(found))),
    )
)
def test_pulse_round_trip(pulse: Pulse) -> None:
    found, _ = table()
    assert found.publish(pulse)
    assert found.pulse(START) == pulse


@pytest.mark.parametrize("stored", [{"N": "1750000000.1234567890123"}, {"S": "x"}, {"N": "-5"}])
def test_a_time_of_the_pulse_that_somebody_changed_is_replaced(stored: dict[str, str]) -> None:
    found, dynamo = table()
    dynamo.put({**items.key(items.PULSE), "as_of": stored})
    assert not found.publish(Pulse(as_of=START))  # it was not read
    found.pulse(START)
    assert found.publish(Pulse(as_of=START))
    assert found.publish(Pulse(as_of=START + 1))
    assert found.pulse(START + 1).as_of == START + 1


def test_who_has_not_read_the_pulse_does_not_replace_it() -> None:
    # The clock of the consumer that published last is behind.
    found, dynamo = table()
    other = Table(dynamo, TABLE, Inline(), random.Random(1))
    assert found.publish(Pulse(as_of=START + 1))
    other.pulse(START)
    assert other.publish(Pulse(as_of=START + 0.5))
    assert not found.publish(Pulse(as_of=START + 2))
    assert found.pulse(START).as_of == START + 0.5


@given(st.sampled_from(Mode), st.floats(1, 3e5), st.text(), st.integers(5, 1_440))
def test_settings_round_trip(mode: Mode, rate: float, message: str, claim_minutes: int) -> None:
    settings = Settings(mode, rate, "https://shop.example.com/", message, claim_minutes)
    found, dynamo = table()
    dynamo.set_room(settings)
    assert found.orders(0.0) == Orders(settings, 0)


def test_settings_of_an_earlier_version() -> None:
    settings = Settings(Mode.ON, 600.0, "https://shop.example.com/")
    item = items.settings_item(settings)
    earlier = {k: v for k, v in item.items() if k not in ("overbooking", "polls_per_second")}
    assert items.settings_of(earlier, 0.0) == settings


def test_keys_round_trip() -> None:
    tickets, passes = [tokens.new_key(), tokens.new_key()], [tokens.new_key()]
    item = items.keys_item(tickets, passes)
    assert items.keys_of(item, "ticket") == tickets
    assert items.keys_of(item, "pass") == passes


def test_admission_round_trip() -> None:
    item = items.admission_item("t", 1, START + 0.1)
    assert items.admission_of(item) == Admission(START + 0.1)
    assert items.admission_of({**item, "claimed_at": items.number(START)}) == Admission(
        START + 0.1, START
    )
    assert items.admission_of(None) is None
    # A ticket is never valid without the row that it was used for.
    assert int(item["expires_at"]["N"]) > START + tokens.TICKET_LIFETIME_SECONDS


def test_longest_pulse_costs_few_capacity_units() -> None:
    curve = tuple(Sample(int(START * 1000) + i, 9_999_999.9) for i in range(160))
    assert len(pulse_item.pulse_values(Pulse(arrivals=curve))["arrivals"]["S"]) < 4_500


@given(st.lists(st.integers(), max_size=60), st.integers(1, 25))
def test_batches(values: list[int], size: int) -> None:
    found = batches(values, size)
    assert [v for batch in found for v in batch] == values
    assert all(len(batch) == size for batch in found[:-1])
    assert all(found)
