"""Starts a consumer at once: the schedule of a new room first fires after a minute."""

from collections.abc import Iterable

from botocore.exceptions import BotoCoreError, ClientError

from beekeeper.provision.aws import Aws
from beekeeper.provision.engine.failures import explained
from beekeeper.provision.engine.wait import Wait, retrying
from beekeeper.provision.grant import Grant, grant
from beekeeper.provision.names import FUNCTION_NAMES, Names
from beekeeper.provision.resources.function_state import STATE_BUSY

START = Wait("the consumer to take its first call", 60)


def start(aws: Aws, names: Names) -> None:
    """Invoke the consumer, asynchronously. One too many does no harm: they share one schedule."""
    invoke, name = aws.client("lambda").invoke, names.function("consumer")
    try:
        retrying(
            aws,
            START,
            STATE_BUSY,
            lambda: invoke(FunctionName=name, InvocationType="Event"),
        )
    except (ClientError, BotoCoreError) as error:
        raise explained(error, "start", "function", name) from error


def grants(names: Names) -> Iterable[Grant]:
    """Return what a deployer and the operators must be allowed for it."""
    # On all functions: who may change their code runs them anyway, and this shares their statement.
    yield grant("lambda", ["InvokeFunction"], *map(names.function_arn, FUNCTION_NAMES))
