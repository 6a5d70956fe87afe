"""What does a visit cost the producer, and how long does a cold one take to answer?

    python -m tests.benchmarks.producer

The limit for a visit is one ``send_message`` of a bare boto3 client, in turns with the handler, in
this process, on roto. A cold start is measured from the start of a process to the first answer,
with what the function has in Lambda: the zip, unpacked, as source, and of other packages those of
Lambda's Python runtime only (PyJWT would import cryptography where it is there). The limit is an
interpreter that imports boto3 and makes one client, and answers nobody. A function does not end
with its answer, so the programs leave without taking the interpreter down.
"""

import io
import json
import os
import subprocess
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from beekeeper.provision.resources.function_code import function_zip
from beekeeper.rules.arrivals import WRITES_AT_ONCE, WRITES_PER_SECOND
from beekeeper.rules.line import Pulse
from tests.benchmarks.figures import EQUAL, Figure, Goal, Report, at_most, figure, run
from tests.benchmarks.roto import Place, roto
from tests.benchmarks.rounds import Clocked, clocked, in_turns

VISITS, ROUNDS = 100, 31
STARTS = 15
VISIT_GOAL, CPU_GOAL, COLD_GOAL = 1.15, 1.25, 1.15
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


def visits(place: Place) -> tuple[dict[str, list[Clocked]], Counter[str], float]:
    """Return what the handler and the bare client took, the handler's calls, and the seconds."""
    os.environ.update(place.environment)
    from beekeeper.handlers import aws, producer

    calls = Counter[str]()

    def on_call(event_name: str, **_: Any) -> None:
        calls[event_name.rpartition(".")[2]] += 1

    aws.session(ours=True).register("before-send", on_call)
    event, send = json.loads(EVENT.read_text()), place.client("sqs").send_message
    body = json.dumps({"id": "x" * 22, "n": int(time.time() * 1_000)})
    measures: dict[str, Callable[[], object]] = {
        "visit": lambda: producer.handler(event, None),
        "bare": lambda: send(QueueUrl=place.queue_url, MessageBody=body),
    }
    assert producer.handler(event, None)["statusCode"] == 302
    for call in measures.values():
        clocked(call, VISITS)
    calls.clear()
    runs = {name: partial(clocked, call, VISITS) for name, call in measures.items()}
    started = time.monotonic()
    return in_turns(ROUNDS, runs), calls, time.monotonic() - started


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


def starts(environment: Mapping[str, str], folder: Path) -> dict[str, list[Clocked]]:
    """Start each program so many times, in turns."""
    # Without site, which looks at the packages of this machine; without writing bytecode for the
    # zip's files, which Lambda's /var/task does not take either.
    python = [str(Path(sys.executable).resolve()), "-S", "-B", "-c"]

    def start(code: str) -> None:
        command = [*python, code, str(EVENT)]
        subprocess.run(command, env=dict(environment), cwd=folder, check=True)

    programs = {name: partial(clocked, partial(start, code)) for name, code in STARTED.items()}
    return in_turns(STARTS, programs)


def beside(
    name: str, kind: str, ours: list[Clocked], limit: str, least: list[Clocked], goal: Goal | None
) -> Figure:
    """Return one kind of time (an attribute of Clocked) beside the limit's."""
    values, limits = ([getattr(one, kind) for one in found] for found in (ours, least))
    return figure(name, values, limit, limits, goal, unit=" ms", digits=2)


def calls_made(calls: Counter[str], seconds: float) -> list[Figure]:
    sent = calls["SendMessage"]
    # The room is read when the copy is a second old, whoever comes; and once in the beginning. A
    # busy container writes twice a second how many have come, and some more times in the beginning
    # (rules/arrivals.py).
    others = calls.total() - sent
    allowed = (int(seconds) + 1) * (1 + WRITES_PER_SECOND) + WRITES_AT_ONCE
    return [
        figure("messages sent for a visit", sent / ROUNDS / VISITS, "must be", 1, EQUAL, digits=2),
        figure("other AWS calls, of all visits", others, "three a second", allowed, at_most(1)),
    ]


def figures(warm: Mapping[str, list[Clocked]], cold: Mapping[str, list[Clocked]]) -> list[Figure]:
    visit, bare, send = warm["visit"], warm["bare"], "bare send_message"
    first, boto3, client = cold["first answer"], cold["boto3"], "boto3 and a client"
    return [
        beside("visit, median", "ms", visit, send, bare, at_most(VISIT_GOAL)),
        beside("visit, 99th percentile", "p99_ms", visit, send, bare, None),
        beside("visit, CPU", "cpu_ms", visit, send, bare, at_most(CPU_GOAL)),
        beside("cold start to first answer", "ms", first, client, boto3, at_most(COLD_GOAL)),
        beside("cold start, CPU", "cpu_ms", first, client, boto3, at_most(COLD_GOAL)),
        beside("python alone", "ms", cold["python"], client, boto3, None),
        figure("zip", len(function_zip()) / 1_024, unit=" KB"),
    ]


def report() -> Report:
    with roto(600) as place, tempfile.TemporaryDirectory() as name:
        # A consumer seems to be at work for as long as this takes: none has to be woken.
        later = time.time() + 3_600
        place.publish(Pulse(as_of=later, busy_at=later))
        folder = Path(name)
        cold = starts(unpack(folder) | dict(place.environment), folder)
        warm, calls, seconds = visits(place)
    return Report("Producer, on roto", [*figures(warm, cold), *calls_made(calls, seconds)])


if __name__ == "__main__":
    run(report, __doc__)
