"""The laws of a room, with the real consumer, producer and turnstile, whatever happens to them."""

from hypothesis import given, settings

from tests.support.in_memory.laws import LAWS
from tests.support.in_memory.whole_room import WholeRoom
from tests.support.in_memory.whole_weather import Weather, any_weather


def check(weather: Weather) -> None:
    room = WholeRoom(weather).run()
    for name, law in LAWS.items():
        found = law(room)
        assert found is None or found.holds, (name, found)


@settings(max_examples=25)
@given(any_weather(most=150))
def test_the_laws_hold_in_any_weather(weather: Weather) -> None:
    check(weather)
