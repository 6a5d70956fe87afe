"""Rough weather between the library and MiniStack: ``microburst`` breaks every fifth call.

Each fault has the wire format of its service: throttling with the service's code, 500s, connection
resets before AWS sees the call, answers that are lost after AWS did the work, 504s, and answers
that are so slow that the client times out, also after the work was done. An answer without a body
(some deletions have none) can't be lost or slow. Such a call succeeds.

microburst uses Python's ``random`` and has no option for a seed, so it is seeded here. Parallel
calls come in any order. So a seed fixes the sequence of faults, but not which call gets which.
"""

import contextlib
import http.client
import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from boto3.session import Session
from botocore.config import Config

from beekeeper.local.ministack import HOST, KEY, REGION, free_port

# MiniStack answers faster than this, even on a slow machine.
READ_TIMEOUT_SECONDS = 2
THROTTLES = {
    "apigateway": {"code": "TooManyRequestsException"},
    "cloudwatch": {"code": "Throttling"},
    "dynamodb": {"code": "ThrottlingException"},
    "events": {"code": "ThrottlingException"},
    "iam": {"code": "Throttling"},
    "lambda": {"code": "TooManyRequestsException"},
    "logs": {"code": "ThrottlingException"},
    "s3": {"code": "SlowDown"},
    # microburst puts SQS's namespace before every code. AWS's RequestThrottled has none, and with a
    # namespace botocore does not recognize the code. So here it has to recognize the status.
    "sqs": {"code": "ServiceUnavailable", "status": 503},
    "sts": {"code": "Throttling"},
}
# kind: (share of all calls, what microburst does)
FAULTS: dict[str, tuple[float, dict[str, Any]]] = {
    "500": (0.06, {"error": {"code": "InternalFailure", "status": 500}}),
    "reset": (0.03, {"reset": True}),
    "lost answer": (0.03, {"response": {"abort_bytes": 0}}),
    "504": (0.01, {"timeout_ms": 50}),
    "read time-out": (0.01, {"response": {"bandwidth_kbps": 0.02}}),
}
THROTTLE_SHARE = 0.06
SHARE = THROTTLE_SHARE + sum(share for share, _ in FAULTS.values())
SEEDED = (
    "import random, sys; random.seed(int(sys.argv[1]));"
    "from microburst.cli import main; sys.exit(main(sys.argv[2:]))"
)
START_SECONDS = 60


def rules() -> list[dict[str, Any]]:
    """Return the rules of microburst. The first match wins, so each share is of what is left."""
    found = [
        {"service": service, "error": error, "probability": THROTTLE_SHARE}
        for service, error in THROTTLES.items()
    ]
    left = 1 - THROTTLE_SHARE
    for share, effect in FAULTS.values():
        found.append({"service": "*", **effect, "probability": share / left})
        left -= share
    return found


@dataclass(frozen=True)
class Weather:
    """A running microburst."""

    port: int

    @property
    def endpoint_url(self) -> str:
        return f"http://{HOST}:{self.port}"

    def calls(self) -> int:
        return int(self._ask("health")["requests_seen"])

    def faults(self) -> dict[str, int]:
        """Return how often each kind of fault has happened."""
        counts = [rule["fired_count"] for rule in self._ask("rules")]
        others = counts[len(THROTTLES) :]
        return {"throttle": sum(counts[: len(THROTTLES)]), **dict(zip(FAULTS, others, strict=True))}

    def is_ready(self) -> bool:
        try:
            return bool(self._ask("health"))
        except OSError:
            return False

    def _ask(self, what: str) -> Any:
        connection = http.client.HTTPConnection(HOST, self.port, timeout=10)
        with contextlib.closing(connection):
            connection.request("GET", f"/_microburst/{what}")
            return json.load(connection.getresponse())


@contextlib.contextmanager
def rough_weather(upstream: str, seed: int, folder: Path) -> Iterator[Weather]:
    """Start microburst in front of an endpoint. Its log is in the folder."""
    config, log = folder / "microburst.yaml", folder / "microburst.log"
    config.write_text(json.dumps({"rules": rules()}))  # JSON is YAML
    weather = Weather(free_port())
    options = ["--upstream", upstream, "--port", str(weather.port), "--config", str(config)]
    with log.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-c", SEEDED, str(seed), *options], stdout=file, stderr=file
        )
    try:
        deadline = time.monotonic() + START_SECONDS
        while not weather.is_ready():
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.1)
        yield weather
    finally:
        process.kill()  # it would wait for answers after their clients timed out
        process.wait()


class KeepingSession(Session):  # type: ignore[misc]
    """A session for one endpoint. It keeps its clients, which take longer to make than a deploy."""

    def __init__(self, endpoint_url: str) -> None:
        super().__init__(KEY, KEY, region_name=REGION)
        self.endpoint_url = endpoint_url
        self._kept: dict[tuple[str, str], Any] = {}
        self._lock = threading.Lock()

    def client(self, service_name: str, *args: Any, **options: Any) -> Any:
        config = options.pop("config", None) or Config()
        key = (service_name, str(config.retries))
        with self._lock:
            if key not in self._kept:
                impatient = config.merge(Config(read_timeout=READ_TIMEOUT_SECONDS))
                there = {"endpoint_url": self.endpoint_url, "config": impatient}
                self._kept[key] = super().client(service_name, *args, **{**options, **there})
            return self._kept[key]

    def close(self) -> None:
        for client in self._kept.values():
            client.close()
