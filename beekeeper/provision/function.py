"""Lambda functions, with their concurrency and what happens to invocations that fail.

Quirks. A role that was just made can't be assumed for some seconds. A function is Pending, then
Active; an update is InProgress, and refuses the next one, so every mutation waits for the last.
ResourceConflictException means "exists", "pending" or "busy", told apart by its message. New
accounts have ten concurrent executions in all, of which none can be reserved.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from botocore.exceptions import ClientError

from beekeeper.errors import ProvisionError
from beekeeper.provision import tags
from beekeeper.provision.aws import Aws
from beekeeper.provision.package import code_sha256, function_zip
from beekeeper.provision.step import AlreadyThere, Attributes, Found, known
from beekeeper.provision.wait import Busy, Wait, has_code, retrying, until

MISSING = "ResourceNotFoundException"
RUNTIME, ARCHITECTURE = "python3.13", "arm64"
# The Terraform provider allows five minutes for each; usually it is 5 to 15 seconds.
ROLE = Wait("IAM to let Lambda use the new role", 300, every=2)
READY = Wait("the function to become ready", 300)
GONE = Wait("the function to be deleted", 120)
INVALID = "InvalidParameterValueException"
ROLE_BUSY = (
    Busy(INVALID, "cannot be assumed by Lambda"),
    Busy(INVALID, "does not have permissions"),
    Busy(INVALID, "KMS key is invalid for CreateGrant"),
    Busy(INVALID, "throttled by EC2"),
)
CONFLICT = "ResourceConflictException"
STATE_BUSY = (
    Busy(CONFLICT, "in progress"),
    Busy(CONFLICT, "Pending"),
    Busy(CONFLICT, "concurrent update"),
)
UNRESERVABLE = "UnreservedConcurrentExecution"
RETRIES, EVENT_AGE_SECONDS = 0, 60


@dataclass(frozen=True, slots=True)
class Specification:
    """What one function is given."""

    part: str
    name: str
    role_arn: str
    environment: Mapping[str, str]
    environment_outputs: Mapping[str, str]  # variables whose value another step puts out
    memory_mb: int
    timeout_seconds: int
    reserved_concurrency: int | None = None
    needs: tuple[str, ...] = ()


class Function:
    """One function."""

    kind: ClassVar[str] = "function"
    fixed: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, specification: Specification, wanted_tags: Mapping[str, str]) -> None:
        self.key, self.name = f"function {specification.part}", specification.name
        self.needs = specification.needs
        self._wanted = specification
        self._tags = wanted_tags

    def desired(self, outputs: Mapping[str, str]) -> Attributes:
        wanted = self._wanted
        attributes: dict[str, Any] = {
            "code": code_sha256(),
            "configuration": {
                "Runtime": RUNTIME,
                "Handler": f"beekeeper.handlers.{wanted.part}.handler",
                "Role": wanted.role_arn,
                "MemorySize": wanted.memory_mb,
                "Timeout": wanted.timeout_seconds,
                "Environment": {
                    **wanted.environment,
                    **{k: known(outputs, v) for k, v in wanted.environment_outputs.items()},
                },
            },
            "architecture": ARCHITECTURE,
            "asynchronous": {"retries": RETRIES, "event_age_seconds": EVENT_AGE_SECONDS},
            "failed": False,
            "tags": self._tags,
        }
        if wanted.reserved_concurrency is not None:
            attributes["reserved_concurrency"] = wanted.reserved_concurrency
        return attributes

    def find(self, aws: Aws, outputs: Mapping[str, str]) -> Found | None:
        client = aws.client("lambda")
        try:
            function = client.get_function(FunctionName=self.name)
            found_tags = tags.own(function.get("Tags", {}))
            attributes = {
                **_normalised(function),
                "asynchronous": self._asynchronous(aws),
                "tags": found_tags,
            }
        except ClientError as error:
            if has_code(error, MISSING):
                return None
            raise
        wanted, reserved = self._wanted.reserved_concurrency, attributes["reserved_concurrency"]
        # So much can't be reserved in a small account: then that is how it has to be.
        if wanted and reserved != wanted and _reservable(aws) + (reserved or 0) < wanted:
            attributes["reserved_concurrency"] = wanted
        return Found(
            function["Configuration"]["FunctionArn"], attributes, tags.owner_of(found_tags)
        )

    def _asynchronous(self, aws: Aws) -> dict[str, Any] | None:
        try:
            raw = aws.client("lambda").get_function_event_invoke_config(FunctionName=self.name)
        except ClientError as error:
            if has_code(error, MISSING):
                return None
            raise
        return {
            "retries": raw.get("MaximumRetryAttempts"),
            "event_age_seconds": raw.get("MaximumEventAgeInSeconds"),
        }

    def create(self, aws: Aws, desired: Attributes) -> None:
        client = aws.client("lambda")
        try:
            retrying(
                aws,
                ROLE,
                ROLE_BUSY,
                lambda: client.create_function(
                    FunctionName=self.name,
                    Code={"ZipFile": function_zip()},
                    Architectures=[ARCHITECTURE],
                    Tags=dict(desired["tags"]),
                    **_wire(desired["configuration"]),
                ),
            )
        except ClientError as error:
            if has_code(error, CONFLICT) and "already exist" in error.response["Error"]["Message"]:
                raise AlreadyThere from error
            raise
        self._ready(aws)
        self._put_asynchronous(aws)
        self._reserve(aws, desired.get("reserved_concurrency"))

    def update(self, aws: Aws, found: Found, changes: Attributes) -> None:
        client = aws.client("lambda")
        if changes.keys() & {"configuration", "failed"}:  # what failed is asked for again
            whole = {**found.attributes, **changes}["configuration"]
            configuration = _wire(whole)
            self._mutate(
                aws,
                lambda: client.update_function_configuration(
                    FunctionName=self.name, **configuration
                ),
            )
        if "code" in changes or "architecture" in changes:
            self._mutate(
                aws,
                lambda: client.update_function_code(
                    FunctionName=self.name,
                    ZipFile=function_zip(),
                    Architectures=[ARCHITECTURE],
                ),
            )
        if "asynchronous" in changes:
            self._put_asynchronous(aws)
        if "reserved_concurrency" in changes:
            self._reserve(aws, changes["reserved_concurrency"])
        if "tags" in changes:
            wanted = dict(changes["tags"])
            tag, untag = client.tag_resource, client.untag_resource
            retrying(aws, READY, STATE_BUSY, lambda: tag(Resource=found.id, Tags=wanted))
            if gone := tags.removed(found.attributes["tags"], wanted):
                retrying(aws, READY, STATE_BUSY, lambda: untag(Resource=found.id, TagKeys=gone))

    def _mutate(self, aws: Aws, call: Callable[[], Any]) -> None:
        self._settled(aws)
        retrying(aws, ROLE, (*ROLE_BUSY, *STATE_BUSY), call)
        self._ready(aws)

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
            # Without it the room works, but a burst of arrivals could starve the line.
            if not has_code(error, INVALID) or UNRESERVABLE not in str(error):
                raise
            aws.warn(
                f"{executions} concurrent executions could not be reserved for {self.name}: the"
                " account's quota is too small. The room works; ask AWS for more before a big day."
            )

    def _ready(self, aws: Aws) -> None:
        raw = self._settled(aws)
        if _failed(raw):
            reason = raw.get("StateReason") or raw.get("LastUpdateStatusReason")
            raise ProvisionError(
                f"The function {self.name} failed to start: {reason}."
                " Run the same command again; if it stays so, delete the function first."
            )

    def _settled(self, aws: Aws) -> dict[str, Any]:
        """Return the function once it is neither Pending nor being updated."""

        def probe() -> dict[str, Any] | None:
            try:
                function = aws.client("lambda").get_function(FunctionName=self.name)
            except ClientError as error:
                if has_code(error, MISSING):  # new, and not visible yet
                    return None
                raise
            raw: dict[str, Any] = function["Configuration"]
            busy = raw.get("State") == "Pending" or raw.get("LastUpdateStatus") == "InProgress"
            return None if busy else raw

        return until(aws, READY, probe)

    def delete(self, aws: Aws, found: Found) -> None:
        client = aws.client("lambda")
        try:
            retrying(aws, READY, STATE_BUSY, lambda: client.delete_function(FunctionName=self.name))
        except ClientError as error:
            if not has_code(error, MISSING):
                raise
        until(aws, GONE, lambda: self._is_gone(aws))

    def _is_gone(self, aws: Aws) -> bool | None:
        try:
            aws.client("lambda").get_function_configuration(FunctionName=self.name)
        except ClientError as error:
            if has_code(error, MISSING):
                return True
            raise
        return None


def _normalised(function: Mapping[str, Any]) -> dict[str, Any]:
    raw = function["Configuration"]
    names = ("Runtime", "Handler", "Role", "MemorySize", "Timeout")
    return {
        "code": raw.get("CodeSha256"),
        "configuration": {
            **{name: raw.get(name) for name in names},
            "Environment": raw.get("Environment", {}).get("Variables", {}),
        },
        "architecture": raw.get("Architectures", ["x86_64"])[0],
        "failed": _failed(raw),
        "reserved_concurrency": function.get("Concurrency", {}).get("ReservedConcurrentExecutions"),
    }


def _failed(configuration: Mapping[str, Any]) -> bool:
    return "Failed" in (configuration.get("State"), configuration.get("LastUpdateStatus"))


def _wire(configuration: Mapping[str, Any]) -> dict[str, Any]:
    environment = {"Variables": configuration["Environment"]}
    return {**configuration, "Environment": environment}


def _reservable(aws: Aws) -> int:
    """Return how many executions may be reserved: AWS keeps 100 for the other functions."""
    limits = aws.client("lambda").get_account_settings()["AccountLimit"]
    return int(limits["UnreservedConcurrentExecutions"]) - 100
