"""The result of ``beekeeper.simulate``: the event's figures, which can show themselves as a page.

The figures (event.py) know nothing of the page that shows them (page.py); here the two meet.
"""

from dataclasses import dataclass

from beekeeper.simulation import page
from beekeeper.simulation.event import Event


@dataclass(frozen=True, slots=True)
class Simulation(Event):
    """What an event is like: the figures of ``Event``, and a page of charts that shows them."""

    def to_html(self) -> str:
        """Return a page that shows the event: self-contained, with charts, without scripts."""
        return page.page(self)

    def _repr_html_(self) -> str:
        return page.body(self)
