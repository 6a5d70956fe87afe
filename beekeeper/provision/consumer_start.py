"""Starts a consumer at once: the schedule of a new room first fires after a minute."""

import json

from beekeeper.provision.aws import Aws
from beekeeper.provision.function import STATE_BUSY
from beekeeper.provision.names import Names
from beekeeper.provision.wait import Wait, retrying

START = Wait("the consumer to take its first call", 60)


def start(aws: Aws, names: Names) -> None:
    """Invoke the consumer, asynchronously. One too many does no harm: they share one schedule."""
    invoke = aws.client("lambda").invoke
    retrying(
        aws,
        START,
        STATE_BUSY,
        lambda: invoke(
            FunctionName=names.function("consumer"),
            InvocationType="Event",
            Payload=json.dumps({"worker": 0}).encode(),
        ),
    )
