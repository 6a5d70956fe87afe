"""What a visit costs the producer, and how long a cold one takes to answer.

    python -m tests.benchmarks.producer

The limit for a visit is one ``send_message`` of a bare boto3 client, in turns with the handler, in
this process, on roto. A cold start is measured from the start of a process to the first answer,
with what the function has in Lambda: the zip, unpacked, as source, and of other packages those of
Lambda's Python runtime only (PyJWT would import cryptography where it is there). A function does
not end with its answer, so the three programs leave without taking the interpreter down.
"""

import io
import json
import os
import random
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from beekeeper.provision.resources.function_code import function_zip
from beekeeper.rules.line import Pulse
from tests.benchmarks.figures import Figure, at_most, show
from tests.benchmarks.roto import Place, roto

VISITS, WARM_UP = 2_500, 100
STARTS = 15
GOAL_RATIO, PEER_CPU_MS, PEER_COLD_MS = 1.15, 1.6, 195
EVENT = Path(__file__).parents[1] / "support" / "in_memory" / "events" / "aws_campaign_first.json"
# Of https://docs.aws.amazon.com/lambda/latest/dg/lambda-python.html: boto3 and what it needs.
RUNTIME = ("boto3", "botocore", "dateutil", "jmespath", "s3transfer", "six", "urllib3")
LEAVE = "; import os; os._exit(0)"
ANSWER = """
import json, os, sys
from beekeeper.handlers.producer import handler
answer = handler(json.load(open(sys.argv[1])), None)
assert answer["statusCode"] == 302 and answer["cookies"], answer
os._exit(0)
"""
STARTED = {
    "python": "pass" + LEAVE,
    "boto3": "import boto3; boto3.client('sqs')" + LEAVE,
    "first answer": ANSWER,
}


@dataclass
class Timed:
    """A call, and what each of its runs took."""

    call: Callable[[], Any]
    seconds: list[float] = field(default_factory=list)
    cpu_seconds: list[float] = field(default_factory=list)

    def run(self) -> Any:
        started, cpu = time.perf_counter(), time.process_time()
        result = self.call()
        self.cpu_seconds.append(time.process_time() - cpu)
        self.seconds.append(time.perf_counter() - started)
        return result

    @property
    def median_ms(self) -> float:
        return median(self.seconds) * 1_000

    @property
    def p99_ms(self) -> float:
        return quantiles(self.seconds, n=100)[-1] * 1_000

    @property
    def cpu_ms(self) -> float:
        return sum(self.cpu_seconds) / len(self.cpu_seconds) * 1_000


def visits(place: Place) -> tuple[Timed, Timed, float]:
    """Return the handler's times, the bare client's, and the handler's calls for a visit."""
    os.environ.update(place.environment)
    from beekeeper.handlers import aws, producer

    calls: list[str] = []
    aws.session(ours=True).register("before-send", lambda **_: calls.append(""))
    event, send = json.loads(EVENT.read_text()), place.client("sqs").send_message
    body = json.dumps({"id": "x" * 22, "n": int(time.time() * 1_000)})
    handler = Timed(lambda: producer.handler(event, None))
    bare = Timed(lambda: send(QueueUrl=place.queue_url, MessageBody=body))
    for _ in range(WARM_UP):
        assert handler.call()["statusCode"] == 302
        bare.call()
    calls.clear()
    for _ in range(VISITS):
        # In turns, and either first: what disturbs the machine disturbs both alike.
        for timed in random.sample((handler, bare), 2):
            timed.run()
    return handler, bare, len(calls) / VISITS


def unpack(folder: Path) -> dict[str, str]:
    """Lay out a function as Lambda does; return the environment to start it in."""
    with zipfile.ZipFile(io.BytesIO(function_zip())) as archive:
        archive.extractall(folder / "task")
    (folder / "runtime").mkdir()
    for name in RUNTIME:
        spec = find_spec(name)
        assert spec is not None
        assert spec.origin is not None
        source = Path(spec.origin)
        source = source.parent if spec.submodule_search_locations else source
        (folder / "runtime" / source.name).symlink_to(source)
    path = os.pathsep.join(str(folder / name) for name in ("task", "runtime"))
    return {"PYTHONPATH": path, "AWS_LAMBDA_FUNCTION_NAME": "producer", "PATH": os.environ["PATH"]}


def starts(environment: Mapping[str, str], folder: Path) -> dict[str, Timed]:
    """Start each program so many times, in turns."""
    # Without site, which looks at the packages of this machine; without writing bytecode for the
    # zip's files, which Lambda's /var/task does not take either.
    python = [str(Path(sys.executable).resolve()), "-S", "-B", "-c"]

    def start(code: str) -> None:
        command = [*python, code, str(EVENT)]
        subprocess.run(command, env=dict(environment), cwd=folder, check=True)

    timed = {name: Timed(partial(start, code)) for name, code in STARTED.items()}
    for _ in range(STARTS):
        for program in timed.values():
            program.run()
    return timed


def figures(handler: Timed, bare: Timed, calls: float, cold: Mapping[str, Timed]) -> list[Figure]:
    ratio = handler.median_ms / bare.median_ms
    plain, boto3, first = (cold[name].median_ms for name in STARTED)
    beside = (
        f"{PEER_COLD_MS} ms (npm), {boto3:.0f} ms (boto3 and a client), {plain:.0f} ms (python)"
    )
    cpu_beside = f"{PEER_CPU_MS} ms (npm), {bare.cpu_ms:.2f} ms (bare)"
    return [
        Figure("visit, median", f"{handler.median_ms:.2f} ms", f"{bare.median_ms:.2f} ms (bare)"),
        Figure(
            "visit, 99th percentile", f"{handler.p99_ms:.2f} ms", f"{bare.p99_ms:.2f} ms (bare)"
        ),
        at_most("medians, visit to bare send_message", ratio, GOAL_RATIO, "", "1 (bare)", 2),
        at_most("CPU for a visit", handler.cpu_ms, PEER_CPU_MS, " ms", cpu_beside, 2),
        replace(
            at_most("AWS calls for a visit", round(calls, 2), 1.01, "", "2 (npm)", 2),
            goal="1, and a read a second",
        ),
        at_most("cold start to first answer", first, PEER_COLD_MS, " ms", beside),
        Figure("zip", f"{len(function_zip()) / 1_024:.0f} KB"),
    ]


def main() -> int:
    with roto(600) as place, tempfile.TemporaryDirectory() as name:
        # A consumer seems to be at work for as long as this takes: none has to be woken.
        later = time.time() + 3_600
        place.publish(Pulse(as_of=later, busy_at=later))
        folder = Path(name)
        cold = starts(unpack(folder) | dict(place.environment), folder)
        handler, bare, calls = visits(place)
    return show("Producer, on roto", figures(handler, bare, calls, cold))


if __name__ == "__main__":
    sys.exit(main())
