"""The result of ``beekeeper.simulate``: the event's figures, and a page that shows them.

The figures (event.py) do not import the page (page.py). This module connects the two.
"""

from dataclasses import dataclass

from beekeeper.simulation import page
from beekeeper.simulation.event import Event


@dataclass(frozen=True, slots=True)
class Simulation(Event):
    """The figures of an event, as in ``Event``, and a page with charts that shows them."""

    def to_html(self) -> str:
        """Return a self-contained page that shows the event with charts, without scripts."""
        return page.page(self)

    def _repr_html_(self) -> str:
        return page.body(self)
