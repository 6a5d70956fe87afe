"""What in AWS differs from what was deployed, for status."""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial

from beekeeper.changes import differences
from beekeeper.connection import Deployed
from beekeeper.control.facts import Unread
from beekeeper.control.metrics import tried
from beekeeper.errors import ConfigError
from beekeeper.provision.aws import Aws
from beekeeper.provision.blueprint import steps
from beekeeper.provision.checks.account import account_of
from beekeeper.provision.engine.pipeline import Engine
from beekeeper.provision.engine.step import Attributes, Found, Resource, Step
from beekeeper.results import Change

KEYS = "keys"
WITHOUT_KEYS = (
    "Whether somebody changed the signing keys, or the edge, was not compared: these credentials"
    " may not see what is secret there."
)


def drift(room: Deployed) -> tuple[Sequence[Change], tuple[Unread, ...]]:
    """Read every resource. Return what differs, and what could not be compared.

    Who may only read must not see what is secret (provision/readers.py). The rest is then compared
    without it. Raises ConfigError for a room of which neither the state nor the
    configuration is known.
    """
    if room.is_partial:
        raise ConfigError(
            f"What differs from the last deploy of room {room.state.room} can't be told without its"
            " state or its configuration. Run status --drift with --config FILE."
        )
    found, unread = tried("what has changed", lambda: plan(room, wanted(room)))
    if found is None and any("AccessDenied" in each.why for each in unread):
        found, still_unread = tried("what has changed", partial(_plan_without, room, KEYS))
        unread = still_unread or (Unread("what needs the signing keys", WITHOUT_KEYS, True),)
    return found or (), unread


def _plan_without(room: Deployed, key: str) -> tuple[Change, ...]:
    return plan(room, without(wanted(room), key))


def wanted(room: Deployed) -> list[Step]:
    """Return the steps of the last deploy."""
    state = room.state
    recorded = {each.key for each in state.resources}
    account = account_of(room.aws, state.id_of("api"))
    return steps(room.config, room.names, account, state.tag_keys, recorded)


def plan(room: Deployed, some: Sequence[Step]) -> tuple[Change, ...]:
    """Return what differs among some steps. Raises what a plan raises."""
    return differences(Engine(room.aws, room.state.room, some, room.store).plan())


def without(some: Iterable[Step], key: str) -> list[Step]:
    """Return the steps that need nothing of the step with this key, nor a look at distributions.

    With an edge, the distribution needs the keys. Without one, it is looked for to be removed.
    """
    left, gone = list(some), {key}
    while dropped := {s.key for s in left if gone & {s.key, *s.needs, s.container}}:
        left, gone = [s for s in left if s.key not in dropped], gone | dropped
    return [Unseen() if step.key == Unseen.key else step for step in left]


class Unseen(Resource):
    """The distribution of a room without an edge, for those who may not look for it."""

    key, kind, name = "distribution", "distribution", "not looked for"

    def desired(self, outputs: Mapping[str, str]) -> Attributes | None:
        return None

    def find(self, aws: Aws, outputs: Mapping[str, str]) -> Found | None:
        return None

    def create(self, aws: Aws, desired: Attributes) -> None:
        """Never called, because it is not wanted."""

    def update(self, aws: Aws, found: Found, changes: Attributes) -> None:
        """Never called, because it is not wanted."""

    def delete(self, aws: Aws, found: Found) -> None:
        """Never called, because nothing is found."""
