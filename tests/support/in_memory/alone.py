"""One consumer's hand without the rest of the consumer."""

from dataclasses import dataclass, field

from beekeeper.handlers.admitting import Admitted, Hand
from tests.support.in_memory.stage import RATE, Stage


@dataclass
class Alone:
    """A hand, and its reports."""

    stage: Stage
    reported: list[Admitted] = field(default_factory=list)

    def __post_init__(self) -> None:
        made = self.stage.consumer()
        self.hand = Hand(made.table, made.queue, made.schedule, made.clock, self.reported.extend)

    def with_slot(self) -> list[str]:
        """Return whose admission was reported with the slot, so it was written here."""
        return [each.ticket_id for each in self.reported if each.slot is not None]

    def tick(self) -> None:
        self.hand.let_through(RATE)
        self.stage.world.sleep(1.0)


def alone(visitors: int = 5, *, strict: bool = False) -> Alone:
    stage = Stage(strict=strict)
    if visitors:
        stage.arrive(visitors)
    return Alone(stage)
