"""People who went in while the room was off still have tickets in the queue. They delay nobody."""

import pytest

from beekeeper.handlers.entries import Entries
from beekeeper.rules import line, tokens, turn
from beekeeper.rules.settings import Mode
from beekeeper.rules.tokens import Ticket
from tests.support.in_memory.fakes import TABLE
from tests.support.in_memory.stage import ON, Stage

JOINED = 40


def ticket_of(stage: Stage, ticket_id: str) -> Ticket:
    now = stage.world.now
    return Ticket(ticket_id, int(now * 1000), int(now) + tokens.TICKET_LIFETIME_SECONDS)


@pytest.mark.parametrize("strict", [False, True], ids=["standard", "strict"])
def test_who_went_in_meanwhile_keeps_nobody_waiting(strict: bool) -> None:
    stage = Stage(rate=60, strict=strict)
    stage.configure(Mode.PAUSED)
    stage.arrive(JOINED)
    stage.run(20)
    assert stage.dynamo.rows() == {}

    stage.configure(Mode.OFF)
    entries = Entries(stage.dynamo, TABLE)
    for ticket_id in stage.tickets:
        entries.let_pass(ticket_of(stage, ticket_id), stage.world.now)
    stage.run(20)
    stage.world.sleep(60)

    stage.configure(Mode.ON)
    came = stage.world.now
    stage.arrive(1)
    (newcomer,) = stage.tickets[JOINED:]
    stage.run(8)
    admitted = float(stage.dynamo.rows()[newcomer]["admitted_at"]["N"])
    assert admitted - came < 3.5  # with their slots it would be 40 s
    assert stage.sqs.messages == {}
    assert stage.pulse.waiting == 0


def test_nor_does_the_next_visitor_read_that_they_wait() -> None:
    stage = Stage(rate=60)
    stage.configure(Mode.PAUSED)
    stage.arrive(JOINED)
    stage.run(20)
    stage.configure(Mode.OFF)
    entries = Entries(stage.dynamo, TABLE)
    for ticket_id in stage.tickets:
        entries.let_pass(ticket_of(stage, ticket_id), stage.world.now)
    stage.run(20)
    stage.configure(Mode.ON)
    stage.run(4)
    newcomer, now = ticket_of(stage, "new"), stage.world.now
    told = turn.decide(newcomer, ON, stage.pulse, None, now)
    assert (told.ahead or 0) <= 1
    assert line.ahead_of(newcomer.number, stage.pulse) <= 1
