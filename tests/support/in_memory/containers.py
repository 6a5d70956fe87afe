"""A Lambda function in memory: each container answers one request at a time, and can be killed."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from beekeeper.handlers.http import Response
from tests.support.in_memory.virtual import Killed, World

Parts = TypeVar("Parts")
COLD_START_SECONDS = 0.5  # at most


@dataclass
class Container(Generic[Parts]):
    """What a process keeps between requests, and by how much its clock is wrong."""

    parts: Parts
    skew: float


@dataclass
class Function(Generic[Parts]):
    """The containers of a function. ``make`` makes what one of them keeps."""

    world: World
    chance: random.Random
    make: Callable[[], Parts]
    most_skew: float  # seconds, to either side
    idle: list[Container[Parts]] = field(default_factory=list)
    killed: int = 0  # containers

    def invoke(self, answer: Callable[[Parts, float], Response]) -> Response:
        """Answer by the time of an idle container, or a new one.

        If the container is killed, API Gateway answers 500.
        """
        container = self._take()
        try:
            response = answer(container.parts, self.world.now + container.skew)
        except Killed:
            self.killed += 1
            return {"statusCode": 500, "headers": {}, "body": "{}"}
        self.idle.append(container)
        return response

    def _take(self) -> Container[Parts]:
        if self.idle:
            return self.idle.pop(self.chance.randrange(len(self.idle)))
        self.world.sleep(self.chance.uniform(0, COLD_START_SECONDS))
        skew = self.chance.uniform(-self.most_skew, self.most_skew)
        return Container(self.make(), skew)
