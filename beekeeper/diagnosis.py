"""Checks an account and a room: credentials, permissions, quotas, names, and what is deployed.

The module is not called doctor.py, because ``beekeeper.doctor`` is the function.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack, overload

from botocore.exceptions import BotoCoreError, ClientError

from beekeeper import control, lifecycle
from beekeeper.config import RoomConfig
from beekeeper.config.room_config import RoomValues
from beekeeper.connection import Connection
from beekeeper.errors import BeekeeperError, ConfigError, CredentialsError, NotOursError, StateError
from beekeeper.provision import readiness
from beekeeper.provision.aws import Aws
from beekeeper.provision.checks import quotas
from beekeeper.provision.checks.account import account_of
from beekeeper.provision.checks.alarms import CHECK as ALARMS
from beekeeper.provision.checks.alarms import alarms
from beekeeper.provision.checks.boundary import CHECK as BOUNDARY
from beekeeper.provision.checks.boundary import boundary
from beekeeper.provision.checks.certificate import CHECK as CERTIFICATE
from beekeeper.provision.checks.certificate import certificate
from beekeeper.provision.checks.edge import CHECK as EDGE
from beekeeper.provision.checks.edge import edge
from beekeeper.provision.checks.governor import governor
from beekeeper.provision.checks.permissions import NotSimulated, denied_actions, listed
from beekeeper.provision.checks.region import region
from beekeeper.provision.checks.web_acl import CHECK as WEB_ACL
from beekeeper.provision.checks.web_acl import web_acl
from beekeeper.provision.credentials import credentials_problem
from beekeeper.provision.denials import WHO_DENIES, WHOM_TO_ASK, Denier
from beekeeper.provision.deployer import deployer_policies, grants
from beekeeper.provision.engine.failures import explained
from beekeeper.provision.names import Names
from beekeeper.provision.readers import reader_policies
from beekeeper.results import Action, Diagnosis, Finding, Verdict
from beekeeper.room import RoomLike
from beekeeper.shortcuts import as_room

if TYPE_CHECKING:
    from boto3.session import Session

POLICY = "`python -m beekeeper doctor --policy` prints the IAM policies that a deployer needs"


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
    """Return whether the room can be deployed here and can handle the event. Changes nothing.

    Takes what ``deploy`` takes. Checks the credentials, the region, the permissions (with IAM's
    policy simulator, if these credentials can use it), the permissions boundary of the functions,
    how many functions can run at once, API Gateway's throttle, what visitors see in the first
    second, the table's writes, how many visitors can join a strict line, the certificate of the
    custom domain, the edge's web ACL and CloudFront's quotas, whether the alarms reach somebody,
    and whether the names are free. If the room is deployed, also whether the settings and keys in
    its table can be read, and whether its functions answer. For that it calls each function in a
    way that does nothing, and so wakes those that were idle for weeks. ``arrivals_per_minute`` is
    the number of visitors in the busiest minute. The default is ten times the rate. Each problem is
    in the result, with what to do.

    Raises only TypeError, ConfigError, and RoomNotFoundError for the name of a room that was never
    deployed.

    >>> doctor("beekeeper.toml").has_problems
    False
    """
    connection = as_room(room, settings, session=session, state_dir=state_dir)._connection
    config, wanted_region = connection.wanted()
    try:
        aws = Aws(connection.session, region=wanted_region)
    except (BeekeeperError, BotoCoreError) as error:
        return Diagnosis(config.name, "", wanted_region or "", [_unusable(error)])
    try:
        account, caller = aws.identity
        names = aws.names(config.name, strict=config.is_strict)
    except (BeekeeperError, BotoCoreError) as error:
        return Diagnosis(config.name, "", aws.region, [_unusable(error)])
    polls = _polls(connection)  # reads the state
    found = [
        Finding("credentials", Verdict.OK, f"Account {account}, as {caller}."),
        region(aws, config.architecture, has_functions=_has_functions(connection)),
        *_looks(aws, config, names, arrivals_per_minute, polls),
        *_new_edge(connection, aws, config),
        _looked("names", lambda: _names(connection)),
    ]
    if connection.known:
        found.append(_looked("items", lambda: control.health.look(connection.deployed())))
        found.append(_looked(readiness.CHECK, lambda: _readiness(connection, aws, names)))
    return Diagnosis(config.name, account, aws.region, found)


def _names(connection: Connection) -> Finding:
    changes = lifecycle.plan(connection).changes
    made = {r.key for r in connection.known.resources if r.made} if connection.known else set()
    if gone := [c for c in changes if c.action is Action.CREATE and c.key in made]:
        what = ", ".join(f"{change.kind} {change.name}" for change in gone)
        text = f"Room {connection.name} lacks what somebody has deleted: {what}."
        remedy = "Run python -m beekeeper plan, which says what that means, and then deploy."
        return Finding("names", Verdict.PROBLEM, text, remedy)
    text = f"All names of room {connection.name} are free, or already belong to the room."
    return Finding("names", Verdict.OK, text)


def _readiness(connection: Connection, aws: Aws, names: Names) -> Finding:
    return readiness.look(aws, names, governed=connection.deployed().has_governor)


def _has_functions(connection: Connection) -> bool:
    made = connection.known.resources if connection.known else ()
    return any(each.kind == "function" and each.made for each in made)


def _new_edge(connection: Connection, aws: Aws, room: RoomConfig) -> Iterator[Finding]:
    made = connection.known.resources if connection.known else ()
    if room.edge and not any(each.key == "distribution" and each.made for each in made):
        yield _looked(EDGE, lambda: edge(aws))


def _polls(connection: Connection) -> float | None:
    """Return how many polls a second the deployed room makes at most, if it can be read."""
    try:
        is_deployed = connection.read() is not None
        return control.health.polls_per_second(connection.deployed()) if is_deployed else None
    except (BeekeeperError, BotoCoreError, ClientError):
        return None  # the check of the items says why


def _looks(
    aws: Aws, room: RoomConfig, names: Names, arrivals: float | None, polls: float | None
) -> Iterator[Finding]:
    yield _looked("permissions", lambda: _permissions(aws, room))
    yield _looked(
        "concurrency", lambda: quotas.concurrency(aws, room, names, account_of(aws), arrivals)
    )
    yield _looked("throttle", lambda: quotas.throttle(aws, room, arrivals, deployed=polls))
    yield _looked("first second", lambda: quotas.first_second(aws, room, arrivals))
    yield quotas.table(aws, room, names, arrivals)
    if room.is_strict:
        yield quotas.joins(room, arrivals)
    if room.is_governed:
        yield governor(room)
    if limit := room.permissions_boundary:
        yield _looked(BOUNDARY, lambda: boundary(aws, limit, names, governed=room.is_governed))
    if (name := room.domain_name) and (arn := room.certificate_arn):
        yield _looked(CERTIFICATE, lambda: certificate(aws, arn, name, edge=room.edge))
    if acl := room.web_acl_arn:
        yield _looked(WEB_ACL, lambda: web_acl(aws, acl))
    if room.alarms.notify:
        yield _looked(ALARMS, lambda: alarms(aws, room, names))


def policies(
    room: RoomLike, *, session: "Session | None" = None, read_only: bool = False
) -> list[dict[str, Any]]:
    """Return the IAM policies that you need to deploy, operate and destroy the room.

    With ``read_only``, return those of people who only look at it. There can be several, because
    IAM limits the length of a policy. Attach them all. Asks AWS only for the account. Raises
    ConfigError and CredentialsError.
    """
    connection = as_room(room, session=session)._connection
    config, region = connection.wanted()
    names = Aws(connection.session, region=region).names(config.name)
    return reader_policies(names, config) if read_only else deployer_policies(names, config)


def _unusable(error: Exception) -> Finding:
    known = str(error) if isinstance(error, BeekeeperError) else credentials_problem(error)
    return Finding("credentials", Verdict.PROBLEM, *_parts(known))


def _permissions(aws: Aws, room: RoomConfig) -> Finding:
    try:
        denied = denied_actions(aws, grants(aws.names(room.name), room))
    except NotSimulated as reason:
        remedy = f"Compare the policies of the credentials with the ones needed. {POLICY}."
        return Finding("permissions", Verdict.UNKNOWN, str(reason), remedy)
    if not denied:
        text = (
            "According to IAM's policy simulator, these credentials can deploy, operate and destroy"
            " the room."
        )
        return Finding("permissions", Verdict.OK, text)
    by_denier = {d: [each for each in denied if each.denier is d] for d in Denier}
    found = [(d, each) for d, each in by_denier.items() if each]
    text = " ".join(f"{WHO_DENIES[d]}: {listed(each)}." for d, each in found)
    remedies = dict.fromkeys(
        WHOM_TO_ASK[denier].format(actions="these actions") for denier, _ in found
    )
    if by_denier[Denier.NO_GRANT]:
        remedies[f"{POLICY}."] = None
    return Finding("permissions", Verdict.PROBLEM, text, " ".join(remedies))


def _looked(check: str, look: Callable[[], Finding]) -> Finding:
    """Return what a check found. It is ``unknown`` when the check was refused or failed."""
    try:
        return look()
    except (NotOursError, StateError, CredentialsError, ConfigError) as error:
        return Finding(check, Verdict.PROBLEM, *_parts(str(error)))
    except BeekeeperError as error:
        return Finding(check, Verdict.UNKNOWN, *_parts(str(error)))
    except (BotoCoreError, ClientError) as error:
        problem = explained(error, "read", "the account's", check)
        # AWS has answered that the account can't use the service: a deploy would fail as well.
        is_shut = isinstance(error, ClientError) and isinstance(problem, CredentialsError)
        verdict = Verdict.PROBLEM if is_shut else Verdict.UNKNOWN
        return Finding(check, verdict, *_parts(str(problem)))


def _parts(message: str) -> tuple[str, str]:
    """Return what is wrong, and what to do. Our messages say both, in this order."""
    text, _, remedy = message.partition(". ")
    return f"{text.rstrip('.')}.", remedy
