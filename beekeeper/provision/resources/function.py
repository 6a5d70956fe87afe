"""Lambda functions, with their concurrency and what happens to failed invocations.

Quirks:

- Lambda can't assume a new role for some seconds (function_state.py).
- New accounts have ten concurrent executions in total, and can't reserve any of them.
- What AWS granted to Lambda belongs to the role's id, not to its ARN. So when the role is
  re-created, we re-create the function, too. Nothing is lost: a function has only what is in its
  specification.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from botocore.exceptions import ClientError

from beekeeper.provision import tags
from beekeeper.provision.aws import Aws
from beekeeper.provision.engine.step import AlreadyThere, Attributes, Found, Resource, known
from beekeeper.provision.engine.wait import Busy, has_code, ignoring, retrying
from beekeeper.provision.grant import Grant, grant, unscoped
from beekeeper.provision.names import Names
from beekeeper.provision.resources.function_code import code_sha256, function_zip
from beekeeper.provision.resources.function_state import (
    CONFLICT,
    INACTIVE,
    INVALID,
    MISSING,
    READY,
    ROLE_BUSY,
    RUNTIME,
    STATE_BUSY,
    has_failed,
    submit,
    wait_until_gone,
    wait_until_ready,
    wait_until_settled,
    wake,
)
from beekeeper.provision.resources.outputs import role_id
from beekeeper.rules import quotas

# The id of the role that the function was created with. If a function has no such tag, we assume
# the id of the present role.
TAG_ROLE_ID = "beekeeper:role-id"
UNRESERVABLE = "UnreservedConcurrentExecution"
# These levels omit START, END and REPORT for each request. In an event with two million requests,
# these lines would be a tenth of the cost (tests/benchmarks/cost.py). Levels need the JSON format.
LOGGING = {"LogFormat": "JSON", "ApplicationLogLevel": "INFO", "SystemLogLevel": "WARN"}
RETRIES, EVENT_AGE_SECONDS = 0, 60


@dataclass(frozen=True, slots=True)
class Specification:
    """The settings of one function."""

    part: str
    name: str
    handler: str
    role_arn: str
    architecture: str
    environment: Mapping[str, str]
    environment_outputs: Mapping[str, str]  # variable: name of the output that has its value
    memory_mb: int
    timeout_seconds: int
    reserved_concurrency: int | None = None
    needs: tuple[str, ...] = ()


class Function(Resource):
    """One function."""

    kind: ClassVar[str] = "function"
    fixed = frozenset({"role_id"})

    def __init__(
        self, specification: Specification, names: Names, wanted_tags: Mapping[str, str]
    ) -> None:
        self.key, self.name = f"function {specification.part}", specification.name
        self.needs = specification.needs
        self._room = names.room
        self._arn = names.function_arn(specification.part)
        self._wanted = specification
        self._role_id = role_id(specification.part)
        self._tags = wanted_tags

    def grants(self) -> Iterable[Grant]:
        actions = (
            "CreateFunction",
            "GetFunction",
            "GetFunctionConfiguration",
            "UpdateFunctionCode",
            "UpdateFunctionConfiguration",
            "DeleteFunction",
            "PutFunctionConcurrency",
            "DeleteFunctionConcurrency",
            "GetFunctionEventInvokeConfig",
            "PutFunctionEventInvokeConfig",
            "ListTags",  # without it, GetFunction omits the tags
            "TagResource",
            "UntagResource",
        )
        yield grant("lambda", actions, self._arn)
        yield unscoped("lambda:GetAccountSettings")  # says how many executions we can reserve

    def desired(self, outputs: Mapping[str, str]) -> Attributes:
        wanted, role = self._wanted, known(outputs, self._role_id)
        return {
            "role_id": role,
            "code": code_sha256(),
            "configuration": {
                "Runtime": RUNTIME,
                "Handler": wanted.handler,
                "Role": wanted.role_arn,
                "MemorySize": wanted.memory_mb,
                "Timeout": wanted.timeout_seconds,
                "Environment": {
                    **wanted.environment,
                    **{k: known(outputs, v) for k, v in wanted.environment_outputs.items()},
                },
                "LoggingConfig": LOGGING,
            },
            "architecture": wanted.architecture,
            "asynchronous": {"retries": RETRIES, "event_age_seconds": EVENT_AGE_SECONDS},
            # People can set these in the console. A VPC cuts the function off from AWS, and a
            # concurrency of 0 stops it.
            "subnets": [],
            "layers": [],
            "reserved_concurrency": wanted.reserved_concurrency,
            "failed": False,
            "inactive": False,
            "tags": {**self._tags, TAG_ROLE_ID: role},
        }

    def find(self, aws: Aws, outputs: Mapping[str, str]) -> Found | None:
        client = aws.client("lambda")
        try:
            function = client.get_function(FunctionName=self.name)
            found_tags = tags.own(function.get("Tags", {}), self._tags)
            attributes = {
                "role_id": found_tags.get(TAG_ROLE_ID, outputs.get(self._role_id)),
                **_normalised(function),
                "asynchronous": self._asynchronous(aws),
                "tags": found_tags,
            }
        except ClientError as error:
            if has_code(error, MISSING):
                return None
            raise
        wanted, reserved = self._wanted.reserved_concurrency, attributes["reserved_concurrency"]
        # A small account can't reserve that many. Then we accept what the function has.
        if wanted and reserved != wanted and _reservable(aws) + (reserved or 0) < wanted:
            attributes["reserved_concurrency"] = wanted
        return Found.tagged(function["Configuration"]["FunctionArn"], attributes, self._room)

    def _asynchronous(self, aws: Aws) -> dict[str, Any] | None:
        with ignoring(MISSING):
            raw = aws.client("lambda").get_function_event_invoke_config(FunctionName=self.name)
            return {
                "retries": raw.get("MaximumRetryAttempts"),
                "event_age_seconds": raw.get("MaximumEventAgeInSeconds"),
            }
        return None

    def create(self, aws: Aws, desired: Attributes) -> None:
        client = aws.client("lambda")
        try:
            submit(
                aws,
                self.name,
                ROLE_BUSY,
                lambda: client.create_function(
                    FunctionName=self.name,
                    Code={"ZipFile": function_zip()},
                    Architectures=[desired["architecture"]],
                    Tags=dict(desired["tags"]),
                    **_wire(desired["configuration"]),
                ),
            )
        except ClientError as error:
            if has_code(error, CONFLICT) and "already exist" in error.response["Error"]["Message"]:
                raise AlreadyThere from error
            raise
        wait_until_ready(aws, self.name)
        self._put_asynchronous(aws)
        self._reserve(aws, desired["reserved_concurrency"])

    def update(self, aws: Aws, found: Found, changes: Attributes) -> None:
        if "inactive" in changes:
            wake(aws, self.name)
        # After a failed update, send the configuration again.
        if changes.keys() & {"configuration", "failed", "subnets", "layers"}:
            self._configure(aws, {**found.attributes, **changes}["configuration"], changes)
        if "code" in changes or "architecture" in changes:
            update = aws.client("lambda").update_function_code
            code = {"ZipFile": function_zip(), "Architectures": [self._wanted.architecture]}
            self._mutate(aws, lambda: update(FunctionName=self.name, **code))
        if "asynchronous" in changes:
            self._put_asynchronous(aws)
        if "reserved_concurrency" in changes:
            self._set_reserved(aws, changes["reserved_concurrency"])
        if "tags" in changes:
            self._tag(aws, found, dict(changes["tags"]))

    def _configure(self, aws: Aws, configuration: Mapping[str, Any], changes: Attributes) -> None:
        update = aws.client("lambda").update_function_configuration
        wanted = _wire(configuration)
        if "subnets" in changes:
            wanted["VpcConfig"] = {"SubnetIds": [], "SecurityGroupIds": []}
        if "layers" in changes:
            wanted["Layers"] = []
        self._mutate(aws, lambda: update(FunctionName=self.name, **wanted))

    def _tag(self, aws: Aws, found: Found, wanted: tags.Tags) -> None:
        tag, untag = aws.client("lambda").tag_resource, aws.client("lambda").untag_resource
        retrying(aws, READY, STATE_BUSY, lambda: tag(Resource=found.id, Tags=wanted))
        if gone := tags.removed(found.attributes["tags"], wanted):
            retrying(aws, READY, STATE_BUSY, lambda: untag(Resource=found.id, TagKeys=gone))

    def _mutate(self, aws: Aws, call: Callable[[], Any]) -> None:
        wait_until_settled(aws, self.name)
        submit(aws, self.name, (*ROLE_BUSY, *STATE_BUSY), call)
        wait_until_ready(aws, self.name)

    def _put_asynchronous(self, aws: Aws) -> None:
        put = aws.client("lambda").put_function_event_invoke_config
        retrying(
            aws,
            READY,
            (*STATE_BUSY, Busy(MISSING)),
            lambda: put(
                FunctionName=self.name,
                MaximumRetryAttempts=RETRIES,
                MaximumEventAgeInSeconds=EVENT_AGE_SECONDS,
            ),
        )

    def _set_reserved(self, aws: Aws, executions: int | None) -> None:
        if executions is None:
            take_off = aws.client("lambda").delete_function_concurrency
            retrying(aws, READY, STATE_BUSY, lambda: take_off(FunctionName=self.name))
        self._reserve(aws, executions)

    def _reserve(self, aws: Aws, executions: int | None) -> None:
        if executions is None:
            return
        put = aws.client("lambda").put_function_concurrency
        try:
            retrying(
                aws,
                READY,
                (*STATE_BUSY, Busy(MISSING)),
                lambda: put(FunctionName=self.name, ReservedConcurrentExecutions=executions),
            )
        except ClientError as error:
            # The room works without it, but a burst of arrivals could starve the line.
            if not has_code(error, INVALID) or UNRESERVABLE not in str(error):
                raise
            aws.warn(
                f"Beekeeper could not reserve {executions} concurrent executions for {self.name},"
                " because the account's quota is too low. The room works, but request a higher"
                " quota from AWS before a big event."
            )

    def delete(self, aws: Aws, found: Found) -> None:
        client = aws.client("lambda")
        with ignoring(MISSING):
            retrying(aws, READY, STATE_BUSY, lambda: client.delete_function(FunctionName=self.name))
        wait_until_gone(aws, self.name)


def _normalised(function: Mapping[str, Any]) -> dict[str, Any]:
    raw = function["Configuration"]
    names = ("Runtime", "Handler", "Role", "MemorySize", "Timeout")
    return {
        "code": raw.get("CodeSha256"),
        "configuration": {
            **{name: raw.get(name) for name in names},
            "Environment": raw.get("Environment", {}).get("Variables", {}),
            "LoggingConfig": {name: raw.get("LoggingConfig", {}).get(name) for name in LOGGING},
        },
        "architecture": raw.get("Architectures", ["x86_64"])[0],
        "subnets": (raw.get("VpcConfig") or {}).get("SubnetIds", []),
        "layers": [layer["Arn"] for layer in raw.get("Layers") or ()],
        "failed": has_failed(raw),
        "inactive": raw.get("State") == INACTIVE,
        "reserved_concurrency": function.get("Concurrency", {}).get("ReservedConcurrentExecutions"),
    }


def _wire(configuration: Mapping[str, Any]) -> dict[str, Any]:
    environment = {"Variables": configuration["Environment"]}
    return {**configuration, "Environment": environment}


def _reservable(aws: Aws) -> int:
    """Return how many executions we can reserve. AWS keeps some for the other functions."""
    limits = aws.client("lambda").get_account_settings()["AccountLimit"]
    return int(limits["UnreservedConcurrentExecutions"]) - quotas.UNRESERVED_EXECUTIONS
