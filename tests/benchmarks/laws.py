"""How near does anything come to breaking a law of the room, in the worst weather?

    python -m tests.benchmarks.laws [--rooms 200]

Each room has the real consumers, producers and turnstiles, and up to 200 visitors who ask as the
waiting page does. In virtual time, over doubles of AWS: calls fail and processes are killed between
any two calls (in most of the rooms), clocks are up to half a second off, the schedule fires late,
twice or never, SQS's count lags by up to a minute, is wrong and flaps, messages come twice, late
and in disorder, reads are a second old, operators change mode and rate, some visitors come late,
and some never (tests/support/in_memory/whole_weather.py). Half of the rooms have an edge, whose
door closes while keys change. The seeds of the rooms are 0, 1, 2, ...

A figure is the worst of all rooms: the one that comes nearest to the bound of its own room.
"""

import logging
from collections import defaultdict

from tests.benchmarks.figures import Figure, Report, at_most, figure, run
from tests.support.in_memory.laws import LAWS, Found
from tests.support.in_memory.whole_room import WholeRoom
from tests.support.in_memory.whole_weather import weather_of


def measure(rooms: int, most: int = 200) -> list[Figure]:
    """Return the worst of each law in so many rooms with up to ``most`` visitors."""
    found = defaultdict[str, list[Found]](list)
    for seed in range(rooms):
        room = WholeRoom(weather_of(seed, most)).run()
        for name, law in LAWS.items():
            if one := law(room):
                found[name].append(one)
    return [_worst(name, found[name]) for name in LAWS if name in found]


def _worst(name: str, found: list[Found]) -> Figure:
    worst = max(found, key=lambda one: one.share)
    name = f"{name} ({len(found)} rooms)"
    return figure(name, worst.worst, "at most", worst.bound, at_most(1), digits=1)


def report(rooms: int) -> Report:
    logging.disable(logging.CRITICAL)  # the functions tell of each fault
    return Report(
        f"The laws in {rooms} rooms with bad weather: the worst that happened", measure(rooms)
    )


if __name__ == "__main__":
    run(report, __doc__, rooms=200)
