"""An edge in front of a whole room, and what deploys do to its door and to the keys."""

import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import Enum

from beekeeper.contract import items
from beekeeper.contract.door import EDGE, door_attribute
from beekeeper.contract.routes import EDGE_HEADER, Path
from beekeeper.handlers.http import Request, Response
from beekeeper.rules import tokens
from beekeeper.rules.edge import Door, edge_secret
from tests.support.in_memory.dynamo import FakeDynamo
from tests.support.in_memory.recorded import PASS_KEY, TICKET_KEY
from tests.support.in_memory.virtual import World

LINK = "https://d111111abcdef8.cloudfront.net/"
NEXT_KEY = tokens.new_key()
# CloudFront takes a new secret in each of its places at another moment.
SETTLED_SECONDS = 30.0
_MAX_AGE = re.compile(r"public, max-age=(\d+)")


class Work(Enum):
    """What somebody does to the door or to the keys."""

    CLOSE = "a deploy with edge = true has ended"
    OPEN = "a deploy with edge = false has begun"
    ADD = "keys rotate --step add"
    SIGN = "keys rotate --step sign"
    DEPLOY = "a deploy tells CloudFront the secret of the key that signs"
    REMOVE = "keys rotate --step remove"


@dataclass
class Edge:
    """CloudFront, as far as the functions see it: it adds its secret, and keeps the news."""

    origin: Callable[[Request], Response]
    dynamo: FakeDynamo
    world: World
    chance: random.Random
    ring: list[tokens.Key] = field(default_factory=lambda: [PASS_KEY])
    secrets: list[str] = field(default_factory=lambda: [edge_secret(PASS_KEY)])
    settled_at: float = 0.0
    door: Door | None = None
    _news: Response = field(default_factory=dict)
    _until: float = 0.0  # when it has to ask for news again

    def ask(self, request: Request) -> Response:
        """Answer a visitor."""
        if request.path != Path.NEWS:
            return self._from_origin(request)
        if self.world.now >= self._until:
            # Nothing of the visitor is in the request, and everybody gets the answer.
            self._news = self._from_origin(Request(Path.NEWS, {"user-agent": "Amazon CloudFront"}))
            kept = _MAX_AGE.fullmatch(self._news["headers"].get("cache-control", ""))
            self._until = self.world.now + (int(kept[1]) if kept else 0)
        return self._news

    def _from_origin(self, request: Request) -> Response:
        known = self.secrets[-1:] if self.world.now >= self.settled_at else self.secrets[-2:]
        headers = {**request.headers, EDGE_HEADER: self.chance.choice(known)}
        return self.origin(replace(request, headers=headers))

    def do(self, work: Work) -> None:
        """Change the door or the keys, as an operator does."""
        match work:
            case Work.CLOSE:
                self.door = Door(LINK, self.ring[0].kid)
            case Work.OPEN:
                self.door = None
            case Work.ADD:
                self.ring = [PASS_KEY, NEXT_KEY]
            case Work.SIGN:
                self.ring = [NEXT_KEY, PASS_KEY]
            case Work.DEPLOY:
                self.secrets.append(edge_secret(self.ring[0]))
                self.settled_at = self.world.now + SETTLED_SECONDS
            case Work.REMOVE:
                self.ring = self.ring[:1]
        door = {EDGE: door_attribute(self.door)} if self.door else {}
        self.dynamo.change({**items.keys_item([TICKET_KEY], self.ring), **door})
