"""The only boundary to AWS: clients by service, our identity, and time. All of it is injected.

botocore retries throttled calls, 5xx answers and connection errors (standard mode, set here), and
each retry is reported. It does not wait for resources that change their state: ``wait.py`` does.

Every command first asks who we are. That call gives up within ten seconds, so that a machine
without a network, or with an address that accepts and never answers, hears of it soon.
"""

import threading
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies

from boto3.session import Session
from botocore.config import Config

from beekeeper.errors import CredentialsError
from beekeeper.provision.actions import note_action
from beekeeper.provision.credentials import new_session, signing_in
from beekeeper.provision.names import Names
from beekeeper.provision.regions import check_region

CONFIG = Config(
    retries={"mode": "standard", "total_max_attempts": 10},
    connect_timeout=5,
    read_timeout=30,
    max_pool_connections=32,
    user_agent_extra="beekeeper",
)
# botocore must not repeat a create call that has neither a unique name nor a token.
ONCE = Config(retries={"total_max_attempts": 1})
# For the first call, and for operators, who must hear within ten seconds: two tries of three
# seconds, and up to a second between them.
SOON = Config(
    retries={"mode": "standard", "total_max_attempts": 2}, connect_timeout=3, read_timeout=3
)
FIRST = "sts"


@dataclass(frozen=True, slots=True)
class Machine:
    """What the steps need of the computer that they run on."""

    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    workers: int = 16
    """How many steps call AWS at a time."""


THIS_MACHINE = Machine()


def machine_of(session: Session | None) -> Machine:
    """Return the machine that a session brings, or this one."""
    return getattr(session, "machine", THIS_MACHINE)


class Aws:
    """A session with what the steps need of it. Safe to share between threads.

    The public functions are given a session and nothing else. So a session can bring a ``machine``
    of its own: the session of the tests has a clock that moves only when somebody sleeps.

    ``soon`` names services whose calls have to give up within seconds.

    Raises ConfigError for a region that does not exist, and CredentialsError without one.
    """

    def __init__(
        self,
        session: Session | None = None,
        *,
        region: str | None = None,
        soon: Collection[str] = (),
    ) -> None:
        self.session = session or new_session(region)
        self._soon = {FIRST, *soon}
        self.region = region or self.session.region_name or ""
        if not self.region:
            raise CredentialsError(
                'No AWS region is set. Write region = "eu-central-1" (or another region) into'
                " beekeeper.toml, set AWS_DEFAULT_REGION, or give --region on the command line."
            )
        check_region(self.region)
        machine = machine_of(self.session)
        self.clock = machine.clock
        self.sleep = machine.sleep
        self.workers = machine.workers
        self.on_wait: Callable[[str], None] | None = None
        self.on_warning: Callable[[str], None] | None = None
        self._clients: dict[tuple[str, str, bool], Any] = {}
        self._lock = threading.Lock()  # a boto3 session can't make clients in several threads

    def client(self, service: str, *, once: bool = False, region: str = "") -> Any:
        """Return the client of a service. With ``once``, return one that never repeats a call.

        ``region`` is for what AWS keeps in one region only: the certificates and the web ACLs of
        CloudFront. By default, it is the room's.
        """
        key = (service, region or self.region, once)
        with self._lock:
            if key not in self._clients:
                config = CONFIG.merge(SOON) if service in self._soon else CONFIG
                self._clients[key] = self._made(*key[:2], config.merge(ONCE) if once else config)
            return self._clients[key]

    def _made(self, service: str, region: str, config: Config) -> Any:
        with signing_in(self.session):
            client = self.session.client(service, region_name=region, config=config)
            if getproxies() and is_this_machine(client.meta.endpoint_url):
                config = config.merge(Config(proxies={}))  # botocore asks a proxy for 127.0.0.1
                client = self.session.client(service, region_name=region, config=config)
        client.meta.events.register("after-call", note_action, unique_id="beekeeper")
        client.meta.events.register("needs-retry", self._note_retry, unique_id="beekeeper-retry")
        return client

    def _note_retry(self, caught_exception: Exception | None = None, **_: Any) -> None:
        if caught_exception and self.on_wait:
            self.on_wait(f"AWS to answer ({type(caught_exception).__name__})")

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
        client = self.client(FIRST)
        with signing_in(self.session):
            caller = client.get_caller_identity()
        return caller["Account"], caller["Arn"]

    @property
    def account(self) -> str:
        """The account id of the credentials in use."""
        return self.identity[0]

    def answered_at(self, response: Mapping[str, Any]) -> float:
        """Return when AWS gave an answer (epoch seconds, whole).

        This machine's clock may be wrong, and the functions' clocks are those of AWS. Without the
        header, as from some emulators, it is this machine's clock.
        """
        date = response["ResponseMetadata"]["HTTPHeaders"].get("date")
        return parsedate_to_datetime(date).timestamp() if date else time.time()

    def names(self, room: str, *, strict: bool = False) -> Names:
        """Return the names of a room's resources in this account and region.

        ``strict`` says that the room has a strict line.
        """
        return Names(room, self.account, self.region, self.partition, strict)


def is_this_machine(url: str) -> bool:
    """Return whether an address is on this machine, so that no proxy can reach it."""
    host = urlsplit(url).hostname or ""
    return host in ("127.0.0.1", "::1", "localhost") or host.endswith(".localhost")
