"""Starts a consumer at once, because the schedule of a new room first fires after a minute."""

from collections.abc import Iterable

from botocore.exceptions import BotoCoreError, ClientError

from beekeeper.contract.functions import CONSUMER
from beekeeper.errors import ProvisionError
from beekeeper.provision.aws import Aws
from beekeeper.provision.engine.failures import explained
from beekeeper.provision.engine.wait import Wait, has_code, retrying
from beekeeper.provision.grant import Grant, grant
from beekeeper.provision.names import ALL_FUNCTION_NAMES, Names
from beekeeper.provision.resources.function_state import STATE_BUSY

START = Wait("the consumer to accept its first call", 60)


def start(aws: Aws, names: Names) -> float:
    """Invoke the consumer asynchronously. Return when (epoch seconds).

    That is a second before Aws.answered_at: a consumer can publish before the answer is here. An
    extra one does no harm: all consumers share one schedule.
    """
    invoke, name = aws.client("lambda").invoke, names.function(CONSUMER.name)
    try:
        answer = retrying(
            aws,
            START,
            STATE_BUSY,
            lambda: invoke(FunctionName=name, InvocationType="Event"),
        )
    except (ClientError, BotoCoreError) as error:
        if isinstance(error, ClientError) and has_code(error, "ResourceNotFoundException"):
            raise ProvisionError(
                f"The function {name} is gone, and without it nobody is admitted. To make it anew,"
                " run: python -m beekeeper deploy"
            ) from error
        raise explained(error, "start", "function", name) from error
    return aws.answered_at(answer) - 1


def grants(names: Names) -> Iterable[Grant]:
    """Return the permission that a deployer and the operators need for this."""
    # The grant is for all functions, to share their statement. It adds no power in practice: a
    # deployer can change the functions' code anyway.
    yield grant("lambda", ["InvokeFunction"], *map(names.function_arn, ALL_FUNCTION_NAMES))
