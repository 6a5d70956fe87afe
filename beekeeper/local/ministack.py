"""MiniStack as a child process: an AWS on this machine, which runs the deployed zips.

It listens only on loopback. Its processes (one for each warm function) are in one process group,
and its files are in one folder, so that nothing is left after it stops.
"""

import contextlib
import http.client
import importlib.util
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Self
from urllib.parse import urlsplit

import botocore.session
from boto3.session import Session
from botocore.config import Config

from beekeeper.errors import LocalError
from beekeeper.local.throttled import COUNTS_PATH

HOST = "127.0.0.1"
REGION = "eu-central-1"
KEY = "test"  # any text works
SERVICES = (
    "apigateway,cloudfront,cloudwatch,dynamodb,events,iam,lambda,logs,monitoring,s3,sns,sqs,sts,"
    "tagging"
)
START_SECONDS = 60
STOP_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Requests:
    """How many requests the throttle let through to an API, and how many it answered with 429."""

    answered: int
    refused: int


class MiniStack:
    """A running local AWS. Use it as a context manager."""

    program: ClassVar[Sequence[str]] = ("-m", "ministack")

    def __init__(
        self,
        port: int | None = None,
        *,
        enforce_iam: bool = False,
        requests_per_second: int | None = None,
    ) -> None:
        """Start it on ``port``, or on a free port; raise LocalError if it does not start.

        ``requests_per_second`` is the account's throttle for all HTTP APIs together. Without it
        there is none.
        """
        if importlib.util.find_spec("ministack") is None:
            raise LocalError(
                "The local AWS is not installed. Run: pip install 'beekeeper-waiting-room[local]'"
                " (in a checkout: pip install -e '.[local]')"
            )
        self.port = port or free_port()
        self.endpoint_url = f"http://{HOST}:{self.port}"
        self._folder = Path(tempfile.mkdtemp(prefix="beekeeper-local-"))
        self.log_path = self._folder / "ministack.log"
        self._process = self._start(self._command(requests_per_second), enforce_iam)
        try:
            self._await_ready()
        except BaseException:
            self.stop()
            raise

    def _command(self, requests_per_second: int | None) -> Sequence[str]:
        if requests_per_second is None:
            return self.program
        return ("-m", "beekeeper.local.throttled", str(requests_per_second))

    def _start(self, command: Sequence[str], enforce_iam: bool) -> subprocess.Popen[bytes]:
        # The user's own AWS settings must have no effect here.
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
        environment = inherited | {
            "AUTH": str(enforce_iam).lower(),
            "AWS_ACCESS_KEY_ID": KEY,
            "AWS_SECRET_ACCESS_KEY": KEY,
            "BIND_HOST": HOST,
            "GATEWAY_PORT": str(self.port),
            # These services would listen on every address of the machine.
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
            "SERVICES": SERVICES,
            "TMPDIR": str(self._folder),
            # The functions call the local AWS, which a proxy can't reach.
            "NO_PROXY": f"{HOST},localhost,.localhost",
            "no_proxy": f"{HOST},localhost,.localhost",
        }
        with self.log_path.open("wb") as log:
            return subprocess.Popen(  # noqa: S603 - our own program
                [sys.executable, *command],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                # In its own process group, it does not receive our Ctrl-C, and we can stop it with
                # all its children.
                start_new_session=True,
            )

    def _await_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not self._is_ready():
            if self._process.poll() is not None or time.monotonic() > deadline:
                tail = self.log_path.read_text(errors="replace")[-2_000:]
                raise LocalError(f"The local AWS did not start on port {self.port}:\n{tail}")
            time.sleep(0.05)

    def _is_ready(self) -> bool:
        try:
            return self._get("/_ministack/health", timeout=1)[0] == 200
        except (OSError, http.client.HTTPException):
            return False

    def _get(self, path: str, timeout: float) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection(HOST, self.port, timeout=timeout)
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def requests(self) -> Requests:
        """Return the requests to its APIs so far. It needs a throttle, which counts them."""
        _, body = self._get(COUNTS_PATH, timeout=START_SECONDS)
        return Requests(**json.loads(body))

    def is_running(self) -> bool:
        """Return whether MiniStack is still running."""
        return self._process.poll() is None

    def session(self) -> Session:
        """Return a session whose clients use only this local AWS."""
        return local_session(self.endpoint_url)

    def stop(self) -> None:
        """Stop it with all its processes, and remove its files. You can call this twice."""
        _signal_group(self._process, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(STOP_SECONDS)
        # Kill the processes that ignored SIGTERM, including those of functions.
        _signal_group(
            self._process, signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM
        )
        self._process.wait(STOP_SECONDS)
        shutil.rmtree(self._folder, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


class _LocalSession(Session):  # type: ignore[misc]
    """A session whose clients all use one endpoint."""

    endpoint_url = ""

    def client(self, *args: Any, **options: Any) -> Any:
        past_proxies = Config(proxies={}).merge(options.pop("config", None) or Config())
        local = {"endpoint_url": self.endpoint_url, "config": past_proxies}
        return super().client(*args, **{**local, **options})


def local_session(endpoint_url: str, key: str = KEY, secret: str = KEY) -> Session:
    """Return a session for a local AWS. It ignores the user's AWS profile and endpoint."""
    nothing = (None, None, None, None)
    no_file = (None, None, os.devnull, None)
    core = botocore.session.Session(
        session_vars={"profile": nothing, "config_file": no_file, "credentials_file": no_file}
    )
    session = _LocalSession(
        aws_access_key_id=key,
        aws_secret_access_key=secret,
        region_name=REGION,
        botocore_session=core,
    )
    session.endpoint_url = endpoint_url
    return session


def free_port() -> int:
    """Return a loopback port that is free now."""
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        port: int = listener.getsockname()[1]
        return port


def is_free(port: int) -> bool:
    """Return whether a loopback port is free to listen on."""
    with socket.socket() as listener:
        try:
            listener.bind((HOST, port))
        except OSError:
            return False
        return True


def address(room_url: str) -> str:
    """Return a room's address in a form that every program can resolve.

    MiniStack's address of a room is ``http://<api id>.execute-api.localhost:<port>/``. Browsers can
    resolve ``*.localhost``, but some other programs can't. Other addresses are returned unchanged,
    among them that of a distribution, which is found by its name only.
    """
    parts = urlsplit(room_url)
    if not (parts.hostname or "").endswith(".execute-api.localhost"):
        return room_url
    api_id = (parts.hostname or "").partition(".")[0]
    return f"http://{HOST}:{parts.port}/_aws/execute-api/{api_id}/$default/"


def for_scripts(room_url: str) -> str:
    """Return the same for a person who writes a script.

    MiniStack knows a distribution only by the header ``Host``, so its name has to be sent along.
    """
    parts = urlsplit(room_url)
    if not (parts.hostname or "").endswith(".cloudfront.localhost"):
        return address(room_url)
    return f"http://{HOST}:{parts.port}{parts.path}  with the header Host: {parts.netloc}"


def _signal_group(process: subprocess.Popen[bytes], number: int) -> None:
    try:
        if hasattr(os, "killpg"):
            os.killpg(process.pid, number)
        else:
            process.send_signal(number)
    except (ProcessLookupError, PermissionError):
        pass
