"""The laws of a room, with the real consumer, producer and turnstile, whatever happens to them."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.in_memory.laws import LAWS
from tests.support.in_memory.whole_room import WholeRoom
from tests.support.in_memory.whole_weather import weather_of


@settings(max_examples=12)
@given(st.integers(0, 2**32))
def test_the_laws_hold_in_any_weather(seed: int) -> None:
    weather = weather_of(seed, most=150)
    room = WholeRoom(weather).run()
    for name, law in LAWS.items():
        found = law(room)
        assert found is None or found.holds, (name, found, weather)
