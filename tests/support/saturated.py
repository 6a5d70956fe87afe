"""Simulated sites that get more visitors than they can bear."""

import random
from itertools import islice

from beekeeper.simulation.destination import Destination
from beekeeper.simulation.governed import Governor, Minute, minutes


def with_governor(site: Destination, rate: float, seed: int, count: int) -> list[Minute]:
    """Return so many minutes of a line that never gets empty."""
    governor = Governor(site, rate, random.Random(seed))
    return list(islice(minutes(site, rate, governor), count))


def without_governor(site: Destination, rate: float, count: int) -> list[Minute]:
    """Return the same for a site that gets the rate, whatever becomes of it."""
    return list(islice(minutes(site, rate), count))


def shares(site: Destination, found: list[Minute]) -> list[float]:
    """Return which share of what the site can bear it served, minute by minute."""
    return [minute.served / site.capacity for minute in found]
