"""Looks at an account before anything is deployed to it: credentials, permissions, quotas, names.

Not called doctor.py, since ``beekeeper.doctor`` is the function.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack, overload

from botocore.exceptions import BotoCoreError, ClientError

from beekeeper import lifecycle
from beekeeper.config import RoomConfig
from beekeeper.config.room_config import RoomValues
from beekeeper.connection import Connection
from beekeeper.errors import BeekeeperError, ConfigError, CredentialsError, NotOursError, StateError
from beekeeper.provision.aws import Aws, credentials_problem
from beekeeper.provision.checks import quotas
from beekeeper.provision.checks.certificate import CHECK as CERTIFICATE
from beekeeper.provision.checks.certificate import certificate
from beekeeper.provision.checks.permissions import NotSimulated, denied_actions
from beekeeper.provision.deployer import deployer_policies, grants
from beekeeper.provision.engine.failures import explained
from beekeeper.provision.names import Names
from beekeeper.results import Diagnosis, Finding
from beekeeper.room import RoomLike, as_room

if TYPE_CHECKING:
    from boto3.session import Session

SHOWN = 5
POLICY = "`python -m beekeeper doctor --policy` prints what is needed, as a managed policy for IAM"


@overload
def doctor(
    room: RoomLike,
    *,
    session: "Session | None" = None,
    state_dir: str | Path | None = None,
    arrivals_per_minute: float | None = None,
) -> Diagnosis: ...
@overload
def doctor(
    *,
    session: "Session | None" = None,
    state_dir: str | Path | None = None,
    arrivals_per_minute: float | None = None,
    **settings: Unpack[RoomValues],
) -> Diagnosis: ...
def doctor(
    room: RoomLike | None = None,
    *,
    session: "Session | None" = None,
    state_dir: str | Path | None = None,
    arrivals_per_minute: float | None = None,
    **settings: Any,
) -> Diagnosis:
    """Return whether the room can be deployed here, and bear the event. Changes nothing.

    Takes what ``deploy`` takes. Checks credentials, region, permissions (by IAM's simulator, where
    it may be used), how many functions may run at once, API Gateway's throttle, how many can join a
    strict line, the custom domain's certificate, and whether the names are free.
    ``arrivals_per_minute`` are the visitors of the busiest minute; ten times the rate when not
    given. What is wrong is in the result, with what to do. Raises only TypeError, ConfigError, and
    RoomNotFoundError for the name of a room that was never deployed.

    >>> doctor("beekeeper.toml").has_problems
    False
    """
    connection = as_room(room, settings, session=session, state_dir=state_dir)._connection
    config, wanted_region = connection.wanted()
    try:
        aws = Aws(connection.session, region=wanted_region)
    except (BeekeeperError, BotoCoreError) as error:
        return Diagnosis(config.name, "", wanted_region or "", [_unusable(error)])
    region = _region(aws)
    try:
        account, caller = aws.identity
        names = aws.names(config.name, strict=config.is_strict)
    except (BeekeeperError, BotoCoreError) as error:
        # An unknown region is the likely reason that nobody answers there.
        why = [] if region.verdict == "ok" else [region]
        return Diagnosis(config.name, "", aws.region, [_unusable(error), *why])
    found = [
        Finding("credentials", "ok", f"Account {account}, as {caller}."),
        region,
        *_looks(aws, config, names, arrivals_per_minute),
        _looked("names", lambda: _names(connection)),
    ]
    return Diagnosis(config.name, account, aws.region, found)


def _names(connection: Connection) -> Finding:
    lifecycle.plan(connection)
    return Finding("names", "ok", f"All names of room {connection.name} are free, or its own.")


def _looks(aws: Aws, room: RoomConfig, names: Names, arrivals: float | None) -> Iterator[Finding]:
    yield _looked("permissions", lambda: _permissions(aws, room))
    yield _looked("concurrency", lambda: quotas.concurrency(aws, room, names, arrivals))
    yield _looked("throttle", lambda: quotas.throttle(aws, room, arrivals))
    if room.is_strict:
        yield quotas.joins(room, arrivals)
    if (name := room.domain_name) and (arn := room.certificate_arn):
        yield _looked(CERTIFICATE, lambda: certificate(aws, arn, name))


def policies(room: RoomLike, *, session: "Session | None" = None) -> list[dict[str, Any]]:
    """Return the IAM policies that deploying, operating and destroying the room need.

    One, or more where it is too long for IAM: attach them all. Asks AWS only for the account.
    Raises ConfigError and CredentialsError.
    """
    connection = as_room(room, session=session)._connection
    config, region = connection.wanted()
    return deployer_policies(Aws(connection.session, region=region).names(config.name), config)


def _unusable(error: Exception) -> Finding:
    known = str(error) if isinstance(error, BeekeeperError) else credentials_problem(error)
    return Finding("credentials", "problem", *_parts(known))


def _region(aws: Aws) -> Finding:
    """Tell whether the region has what a room is made of. That STS answers there, it is enabled."""
    lacking = [s for s in ("apigatewayv2", "lambda") if aws.region not in _regions(aws, s)]
    if not lacking:
        return Finding("region", "ok", f"{aws.region} is enabled for the account.")
    return Finding(
        "region",
        "warning",
        f"boto3 does not know of {' and '.join(lacking)} in {aws.region}.",
        "Check the name of the region; if it is a new one, upgrade boto3.",
    )


def _regions(aws: Aws, service: str) -> list[str]:
    """Return all regions with a service, of all partitions: a wrong name belongs to none."""
    session = aws.session
    partitions = session.get_available_partitions()
    return [r for p in partitions for r in session.get_available_regions(service, p)]


def _permissions(aws: Aws, room: RoomConfig) -> Finding:
    try:
        denied = denied_actions(aws, grants(aws.names(room.name), room))
    except NotSimulated as reason:
        remedy = f"Compare their policies with the one needed: {POLICY}."
        return Finding("permissions", "unknown", str(reason), remedy)
    if not denied:
        text = "IAM's simulator allows all that deploying, operating and destroying need."
        return Finding("permissions", "ok", text)
    shown = ", ".join(denied[:SHOWN])
    more = f", and {len(denied) - SHOWN} more" if len(denied) > SHOWN else ""
    text = f"These credentials may not: {shown}{more}."
    return Finding("permissions", "problem", text, f"Have them granted: {POLICY}.")


def _looked(check: str, look: Callable[[], Finding]) -> Finding:
    """Return what a check found; ``unknown`` when it was not allowed, or could not, look."""
    try:
        return look()
    except (NotOursError, StateError, CredentialsError, ConfigError) as error:
        return Finding(check, "problem", *_parts(str(error)))
    except BeekeeperError as error:
        return Finding(check, "unknown", *_parts(str(error)))
    except (BotoCoreError, ClientError) as error:
        problem = explained(error, "read", "the account's", check)
        return Finding(check, "unknown", *_parts(str(problem)))


def _parts(message: str) -> tuple[str, str]:
    """Return what is wrong, and what to do: our messages say both, in this order."""
    text, _, remedy = message.partition(". ")
    return f"{text.rstrip('.')}.", remedy
