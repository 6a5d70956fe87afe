"""Minutes without a consumer: who joins meanwhile learns of the turn in time."""

import random

import pytest

from beekeeper.contract.asking import page_waits
from beekeeper.rules.no_shows import PROMPT_SECONDS
from beekeeper.rules.tokens import Ticket
from tests.support.in_memory.late_visitors import NEVER, Visitors
from tests.support.in_memory.stage import Stage
from tests.support.in_memory.virtual import START

PEOPLE, OUTAGE_SECONDS = 200, 600.0


@pytest.mark.parametrize("joined", [5.0, 300.0, 590.0])
def test_who_joins_during_an_outage_learns_of_the_turn_in_time(joined: float) -> None:
    stage = Stage(latency=lambda: 0.002)
    visitors = Visitors(stage, lambda _: NEVER)
    stage.start(2)  # the last consumer
    for minute in range(2):
        stage.start(75, after=OUTAGE_SECONDS + minute * 60)
    stage.world.start(lambda: stage.arrive(PEOPLE), after=joined)
    chance, worst, polls = random.Random(3), [0.0], [0]

    def page(place: int) -> None:
        number = int((START + joined) * 1000 + (place - PEOPLE) * 1000 / PEOPLE)
        ticket = Ticket(f"t{place}", number, int(START) + 86_400)
        while (answer := visitors.turn(ticket))["state"] != "ready":
            polls[0] += 1
            stage.world.sleep(page_waits(answer["retry_after"], chance))
        slot = float(stage.dynamo.rows()[ticket.id]["admitted_at"]["N"])
        worst[0] = max(worst[0], stage.world.now - slot)

    for place in range(0, PEOPLE, 10):
        stage.world.start(lambda place=place: page(place), after=joined + chance.random())  # type: ignore[misc]
    stage.world.run()
    assert len(stage.dynamo.rows()) == PEOPLE
    assert worst[0] < PROMPT_SECONDS
    assert polls[0] / (PEOPLE / 10) < 1.2 * OUTAGE_SECONDS / 10
