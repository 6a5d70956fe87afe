"""A governor's minutes in virtual time, and the table that it shares with the line."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from beekeeper.contract import governor_item, items, pulse_item
from beekeeper.handlers.governor import Governor
from beekeeper.handlers.governor_table import GovernorTable
from beekeeper.rules.governed import Governed, pace_in_force
from beekeeper.rules.line import Pulse
from beekeeper.rules.probes import Answer
from beekeeper.rules.settings import GovernorMode, Settings
from tests.support.in_memory.dynamo import FakeDynamo
from tests.support.in_memory.fakes import TABLE, Calls
from tests.support.in_memory.stage import ON
from tests.support.in_memory.virtual import World

AUTOMATIC = replace(ON, governor_mode=GovernorMode.AUTOMATIC)
FAILED = Answer("time-out", 2.0, failed=True)
REFUSED = Answer("403", 0.01, refused=True)


def well(seconds: float = 0.1) -> Answer:
    return Answer("200", seconds)


@dataclass
class Minutes:
    """A table, and a governor that is started each minute. ``answers`` says what a probe gets."""

    settings: Settings = AUTOMATIC
    answers: Callable[[], Answer] = well
    world: World = field(default_factory=World)
    bursts: list[float] = field(default_factory=list)  # when each was sent

    def __post_init__(self) -> None:
        self.dynamo = FakeDynamo(Calls(self.world))
        self.dynamo.set_room(self.settings)
        self.table = GovernorTable(self.dynamo, TABLE)
        self.admitted(0)

    def admitted(self, admitted: int, **more: Any) -> None:
        """Publish a pulse."""
        pulse = Pulse(admitted=admitted, as_of=self.world.now, **more)
        self.dynamo.put({**items.key(items.PULSE), **pulse_item.pulse_values(pulse)})

    def burst(self, settings: Settings) -> Sequence[Answer]:
        self.bursts.append(self.world.now)
        return [self.answers() for _ in range(4)]

    def minute(self) -> Governed:
        """Let one minute pass, with one governor; return what is held then."""
        began = self.world.now
        Governor(self.table, self.burst, self.world.clock, self.world.sleep).run()
        self.world.now = began + 60
        return self.held

    @property
    def held(self) -> Governed:
        return governor_item.governed_of(self.dynamo.items.get(items.GOVERNOR))

    @property
    def in_force(self) -> float:
        return pace_in_force(self.settings, self.held, self.world.now)
