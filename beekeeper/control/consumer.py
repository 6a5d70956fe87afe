"""Whether a consumer is running: each one publishes the state of the line every second or two."""

from beekeeper.connection import Deployed
from beekeeper.contract import items, pulse_item
from beekeeper.contract.functions import CONSUMER
from beekeeper.control.table import read_at
from beekeeper.errors import ProvisionError

FRESH_SECONDS = 10.0  # a consumer that has found nobody ends after its first look
WAIT_SECONDS = 20


def wait_for_consumer(room: Deployed, started_at: float = 0.0) -> None:
    """Wait until a consumer has published. Raise ProvisionError if none does in WAIT_SECONDS.

    What one has published before ``started_at`` (epoch seconds, by AWS's clock) does not count.
    """
    for _ in range(WAIT_SECONDS + 1):
        pulse, now = read_at(room, items.PULSE)
        if pulse_item.pulse_of(pulse).as_of >= max(now - FRESH_SECONDS, started_at):
            return
        room.aws.sleep(1)
    raise ProvisionError(
        f"The consumer of room {room.state.room} has not started within {WAIT_SECONDS} s, and"
        " without it nobody is admitted. AWS tries again every minute: see `heartbeat` in python -m"
        " beekeeper status. If it stays so, run python -m beekeeper doctor, and read its log:"
        f" python -m beekeeper logs --function {CONSUMER.name}"
    )
