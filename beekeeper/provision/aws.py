"""The only boundary to AWS: clients by service, our identity, and time. All of it is injected.

botocore retries throttled calls, 5xx answers and connection errors (standard mode, set here). It
does not wait for resources that change their state: ``wait.py`` does.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from boto3.session import Session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from beekeeper.errors import CredentialsError
from beekeeper.provision.actions import note_action
from beekeeper.provision.names import Names

CONFIG = Config(
    retries={"mode": "standard", "total_max_attempts": 10},
    connect_timeout=10,
    read_timeout=60,
    max_pool_connections=32,
    user_agent_extra="beekeeper",
)
# botocore must not repeat a create call that has neither a unique name nor a token.
ONCE = Config(retries={"total_max_attempts": 1})
REMEDIES = {
    "NoCredentialsError": "No AWS credentials were found. Run `aws configure`, or set"
    " AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
    "PartialCredentialsError": "The AWS credentials are incomplete. Set both"
    " AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
    "EndpointConnectionError": "AWS can't be reached. Check the network. If AWS_ENDPOINT_URL is"
    " set, check that the local AWS is running.",
    "ConnectTimeoutError": "AWS can't be reached: the connection timed out. Check the network.",
    "ExpiredToken": "The AWS credentials have expired. Sign in again (`aws sso login`), then"
    " run the same command again.",
    "ExpiredTokenException": "The AWS credentials have expired. Sign in again (`aws sso"
    " login`), then run the same command again.",
    "InvalidClientTokenId": "AWS does not know these credentials, or the region is not enabled"
    " for the account. Check AWS_PROFILE and the region.",
    "UnrecognizedClientException": "AWS does not know these credentials, or the region is not"
    " enabled for the account. Check AWS_PROFILE and the region.",
    "SignatureDoesNotMatch": "AWS refused the signature, because the secret key or this"
    " machine's clock is wrong. Check both.",
    "InvalidSignatureException": "AWS refused the signature, because the secret key or this"
    " machine's clock is wrong. Check both.",
    "RequestTimeTooSkewed": "This machine's clock is wrong by more than AWS accepts. Set the"
    " clock, then run the same command again.",
    "AccessDenied": "AWS refuses sts:GetCallerIdentity, although this call needs no permission."
    " Something between this machine and AWS, such as the policy of a VPC endpoint, denies it."
    " Allow the call there, then run the same command again.",
    "ProfileNotFound": "AWS_PROFILE names a profile that does not exist. Check ~/.aws/config.",
}


@dataclass(frozen=True, slots=True)
class Machine:
    """What the steps need of the computer that they run on."""

    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    workers: int = 16
    """How many steps call AWS at a time."""


THIS_MACHINE = Machine()


class Aws:
    """A session with what the steps need of it. Safe to share between threads.

    The public functions are given a session and nothing else. So a session can bring a ``machine``
    of its own: the session of the tests has a clock that moves only when somebody sleeps.
    """

    def __init__(self, session: Session | None = None, *, region: str | None = None) -> None:
        self.session = session or Session(region_name=region)
        self.region = region or self.session.region_name or ""
        if not self.region:
            raise CredentialsError(
                'No AWS region is set. Write region = "eu-central-1" (or another region) into'
                " beekeeper.toml, or set AWS_DEFAULT_REGION."
            )
        machine: Machine = getattr(self.session, "machine", THIS_MACHINE)
        self.clock = machine.clock
        self.sleep = machine.sleep
        self.workers = machine.workers
        self.on_wait: Callable[[str], None] | None = None
        self.on_warning: Callable[[str], None] | None = None
        self._clients: dict[tuple[str, bool], Any] = {}
        self._lock = threading.Lock()  # a boto3 session can't make clients in several threads

    def client(self, service: str, *, once: bool = False) -> Any:
        """Return the client of a service. With ``once``, return one that never repeats a call."""
        with self._lock:
            if (service, once) not in self._clients:
                config = CONFIG.merge(ONCE) if once else CONFIG
                client = self.session.client(service, region_name=self.region, config=config)
                client.meta.events.register("after-call", note_action, unique_id="beekeeper")
                self._clients[service, once] = client
            return self._clients[service, once]

    def warn(self, text: str) -> None:
        """Report something that is missing, but does not have to stop the deploy."""
        if self.on_warning:
            self.on_warning(text)

    @cached_property
    def partition(self) -> str:
        """``aws``, ``aws-cn`` or ``aws-us-gov``."""
        return str(self.session.get_partition_for_region(self.region))

    @cached_property
    def identity(self) -> tuple[str, str]:
        """The account id and the ARN of the credentials in use."""
        try:
            caller = self.client("sts").get_caller_identity()
        except (BotoCoreError, ClientError) as error:
            raise CredentialsError(credentials_problem(error)) from error
        return caller["Account"], caller["Arn"]

    @property
    def account(self) -> str:
        """The account id of the credentials in use."""
        return self.identity[0]

    def names(self, room: str, *, strict: bool = False) -> Names:
        """Return the names of a room's resources in this account and region.

        ``strict`` says that the room has a strict line.
        """
        return Names(room, self.account, self.region, self.partition, strict)


def credentials_problem(error: Exception) -> str:
    """Return what is wrong with the credentials or the connection, and the remedy."""
    name = type(error).__name__
    code = error.response["Error"]["Code"] if isinstance(error, ClientError) else name
    return REMEDIES.get(code) or (
        f"The AWS credentials could not be used: {error} Check them with `aws sts"
        " get-caller-identity`, then run the same command again."
    )
