"""What operators do on the day: look, and change mode or rate. Each change is one write.

The functions read the table at least once a second, so a change holds within two.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from beekeeper.config import RoomConfig
from beekeeper.contract import items
from beekeeper.errors import ConfigError, RoomNotFoundError
from beekeeper.lifecycle import config_of, existing_state
from beekeeper.provision import consumer_start
from beekeeper.provision.aws import Aws
from beekeeper.provision.blueprint import steps
from beekeeper.provision.engine.decision import Action, Plan
from beekeeper.provision.engine.failures import explained
from beekeeper.provision.engine.pipeline import Engine
from beekeeper.provision.engine.wait import has_code
from beekeeper.provision.names import Names
from beekeeper.provision.state import State, check_place, open_store
from beekeeper.results import PassKeys, Status
from beekeeper.rules import destination, no_shows, sizing, tokens
from beekeeper.rules.settings import Mode, Settings

if TYPE_CHECKING:
    from boto3.session import Session

MISSING = ("ResourceNotFoundException", "ConditionalCheckFailedException")


class _Room:
    """A deployed room: where it is, and its table."""

    def __init__(self, room: str, session: "Session | None", directory: str | Path | None) -> None:
        self.file = open_store(directory, room, session)
        self.state: State = existing_state(self.file)
        self.aws = Aws(session, region=self.state.region)
        check_place(self.state, self.aws.account, self.aws.region, self.file)
        self.config: RoomConfig = config_of(room, self.state)
        self.names: Names = self.aws.names(room, strict=self.config.is_strict)

    def set(self, **values: dict[str, str]) -> None:
        """Set attributes of the room's settings, in one write."""
        names = {f"#{name}": name for name in values}
        self._call(
            "updating",
            "update_item",
            Key=items.key(items.ROOM),
            UpdateExpression="SET " + ", ".join(f"#{name} = :{name}" for name in values),
            ConditionExpression="attribute_exists(id)",
            ExpressionAttributeNames=names,
            ExpressionAttributeValues={f":{name}": value for name, value in values.items()},
        )

    def item(self, item_id: str) -> dict[str, Any] | None:
        """Read an item of the table."""
        response = self._call("reading", "get_item", Key=items.key(item_id), ConsistentRead=True)
        item: dict[str, Any] | None = response.get("Item")
        return item

    def _call(self, doing: str, operation: str, **arguments: Any) -> dict[str, Any]:
        call = getattr(self.aws.client("dynamodb"), operation)
        try:
            response: dict[str, Any] = call(TableName=self.names.stem, **arguments)
        except (ClientError, BotoCoreError) as error:
            if isinstance(error, ClientError) and has_code(error, *MISSING):
                raise self.missing() from error
            raise explained(error, doing, "room", self.state.room) from error
        return response

    def missing(self) -> RoomNotFoundError:
        """Return the error for a room that is in the state file but not in AWS."""
        return RoomNotFoundError(
            f"Room {self.state.room} is not, or not wholly, deployed in account"
            f" {self.state.account}, {self.state.region}. Run: python -m beekeeper deploy"
        )


def on(room: str, *, session: "Session | None" = None, state_dir: str | Path | None = None) -> None:
    """Turn the room on: visitors queue, and are let through at the rate.

    One write, and a call that starts a consumer: there is none while a room is off.
    """
    found = _Room(room, session, state_dir)
    found.set(mode={"S": Mode.ON.value})
    consumer_start.start(found.aws, found.names)


def off(
    room: str, *, session: "Session | None" = None, state_dir: str | Path | None = None
) -> None:
    """Turn the room off: everybody goes straight to the destination, unqueued. One write."""
    _Room(room, session, state_dir).set(mode={"S": Mode.OFF.value})


def pause(
    room: str, *, session: "Session | None" = None, state_dir: str | Path | None = None
) -> None:
    """Pause the line: visitors go on to queue, nobody is let through, nobody is lost. One write."""
    _Room(room, session, state_dir).set(mode={"S": Mode.PAUSED.value})


def set_rate(
    rate: int,
    *,
    room: str,
    session: "Session | None" = None,
    state_dir: str | Path | None = None,
) -> None:
    """Let ``rate`` visitors per minute through from now on. One write.

    Raises ConfigError for a rate that is out of bounds, or above what the deployed workers can do.
    """
    found = _Room(room, session, state_dir)
    RoomConfig(**{**found.config.model_dump(), "rate": rate})
    capacity = sizing.capacity_per_minute(found.config.rate)
    if rate > capacity:
        raise ConfigError(
            f"rate = {rate}: the room was deployed with workers for {capacity} a minute. Set the"
            " rate in the configuration, and deploy."
        )
    found.set(rate=items.number(float(rate)))


def status(
    room: str,
    *,
    session: "Session | None" = None,
    state_dir: str | Path | None = None,
    drift: bool = False,
) -> Status:
    """Return how the room stands. With ``drift``, also what differs in AWS from what was deployed.

    Changes nothing. Raises RoomNotFoundError when there is no such room.
    """
    found = _Room(room, session, state_dir)
    item = found.item(items.ROOM)
    if item is None:
        raise found.missing()
    settings = items.settings_of(item)
    pulse = items.pulse_of(found.item(items.PULSE))
    rate = pulse.rate or settings.pace(pulse)
    return Status(
        room=room,
        url=found.state.url,
        destination=settings.destination,
        mode=settings.mode.value,
        rate=settings.rate,
        message=settings.message,
        waiting=pulse.waiting,
        admitted=pulse.admitted,
        measured_rate=round(pulse.rate, 1) if pulse.rate else None,
        no_show_share=no_shows.share(pulse.shows),
        longest_wait_seconds=_longest_wait(settings, pulse.waiting, rate),
        updated_at=pulse.as_of or None,
        account=found.state.account,
        region=found.state.region,
        drift=_drift(found) if drift else (),
    )


def _longest_wait(settings: Settings, waiting: int, rate: float) -> float | None:
    return round(waiting / rate * 60, 1) if settings.mode is Mode.ON else None


def _drift(found: _Room) -> list[str]:
    engine = Engine(found.aws, found.state.room, steps(found.config, found.names), found.file)
    return described(engine.plan())


def described(plan: Plan) -> list[str]:
    """Return a line for each resource that is not as it should be."""
    changes = [c for c in plan.changes if c.action is not Action.UNCHANGED]
    return [f"{c.action} {c.kind} {c.name}: {', '.join(c.attributes)}" for c in changes]


def pass_keys(
    room: str, *, session: "Session | None" = None, state_dir: str | Path | None = None
) -> PassKeys:
    """Return what the destination needs to verify passes. The keys are secret."""
    found = _Room(room, session, state_dir)
    item = found.item(items.KEYS)
    if item is None:
        raise found.missing()
    keys = {key.kid: key.secret for key in items.keys_of(item, "pass")}
    settings = found.item(items.ROOM)
    if settings is None:
        raise found.missing()
    audience = destination.origin_of(items.settings_of(settings).destination)
    return PassKeys(tokens.issuer(room), audience, tokens.ALGORITHM, keys)
