"""What a room has only if its alarms tell somebody. The rest of a room takes seconds."""

from dataclasses import dataclass

from beekeeper import RoomConfig
from beekeeper.provision.blueprint import steps
from beekeeper.provision.engine.decision import Plan
from beekeeper.provision.engine.pipeline import Engine
from beekeeper.provision.state import State, StateFile
from beekeeper.provision.telling import RARE
from tests.support.moto_aws.cloud import FORMER_TAG, Cloud
from tests.support.rooms import ACCOUNT, REGION, ROOM, config

EMAIL, OTHER = "on-call@example.com", "night@example.com"
TOLD = config(alarms={"notify": EMAIL})


@dataclass
class ToldRoom:
    """The steps of what alarms tell, deployed and destroyed as those of a whole room are."""

    cloud: Cloud
    also: tuple[str, ...] = ()  # keys of other steps

    def engine(self, room: RoomConfig = TOLD) -> Engine:
        file = StateFile(self.cloud.state_dir, ROOM)
        if file.read() is None:
            file.write(State(ROOM, ACCOUNT, REGION, room.model_dump(mode="json")))
        recorded = {record.key for record in file.records()}
        wanted = steps(room, self.cloud.names(), None, [FORMER_TAG], recorded)
        chosen = [step for step in wanted if step.key in (*RARE, *self.also)]
        return Engine(self.cloud.aws(), ROOM, chosen, file, self.cloud.events.append)

    def deploy(self, room: RoomConfig = TOLD) -> Plan:
        engine = self.engine(room)
        plan = engine.plan()
        engine.apply(plan)
        return plan

    def destroy(self, room: RoomConfig = TOLD) -> list[str]:
        deleted = self.engine(room).remove()
        StateFile(self.cloud.state_dir, ROOM).remove()
        return deleted

    def changes(self, room: RoomConfig = TOLD) -> dict[str, str]:
        """Return what a deploy would change: {key: action}."""
        plan = self.engine(room).plan()
        return {c.key: c.action.value for c in plan.changes if c.action != "unchanged"}
