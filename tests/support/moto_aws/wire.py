"""The wire between botocore and moto. It records all calls, and can make them fail.

A rule sees every HTTP request that botocore sends, retries included. It either passes (None) or
answers. ``forward`` gives the request to moto. Answers that stand for errors of AWS have the format
of each service, so that botocore parses what AWS would have sent.
"""

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import ConnectionClosedError
from botocore.model import OperationModel
from moto.core.models import botocore_stubber

READS = ("Get", "BatchGet", "List", "Describe", "Head", "Scan", "Filter")


@dataclass(frozen=True)
class Call:
    """One request. ``arguments`` are the arguments that boto3 was given."""

    service: str
    operation: str
    arguments: Mapping[str, Any] = field(hash=False, compare=False, default_factory=dict)

    @property
    def mutates(self) -> bool:
        return not self.operation.startswith(READS)

    def __str__(self) -> str:
        return f"{self.service}:{self.operation}"


Forward = Callable[[], AWSResponse]
Rule = Callable[[Call, AWSPreparedRequest, Forward], AWSResponse | None]
Answered = tuple[AWSResponse, dict[str, Any]]  # the bytes, and what botocore reads from them
Known = Callable[[Call], Answered | None]
Hear = Callable[[Answered], None]


class Raw(BytesIO):
    """A body in the form that urllib3 gives."""

    def stream(self, **_: Any) -> Any:
        while content := self.read():
            yield content


def answer(url: str, status: int, headers: Mapping[str, str], body: str) -> AWSResponse:
    return AWSResponse(url, status, dict(headers), Raw(body.encode()))


@dataclass(frozen=True)
class Refusal:
    """An error of AWS: its code, message and status."""

    code: str
    message: str
    status: int = 400

    def to(self, call: Call, request: AWSPreparedRequest) -> AWSResponse:
        """Return the error in the format of the service."""
        xml = dict.fromkeys(("cloudfront", "iam", "sts", "route53", "sns"), self._query)
        write = {"s3": self._s3, **xml}.get(call.service)
        headers, body = write() if write else self._json(call.service)
        empty = request.method == "HEAD"
        return answer(request.url, self.status, headers, "" if empty else body)

    def _s3(self) -> tuple[dict[str, str], str]:
        body = f"<Error><Code>{self.code}</Code><Message>{self.message}</Message></Error>"
        return {"content-type": "application/xml"}, body

    def _query(self) -> tuple[dict[str, str], str]:
        error = f"<Type>Sender</Type><Code>{self.code}</Code><Message>{self.message}</Message>"
        body = f"<ErrorResponse><Error>{error}</Error><RequestId>r</RequestId></ErrorResponse>"
        return {"content-type": "text/xml"}, body

    def _json(self, service: str) -> tuple[dict[str, str], str]:
        modelled = self.code.rpartition(".")[2]
        headers = {"content-type": "application/json", "x-amzn-ErrorType": modelled}
        if service in ("sqs", "cloudwatch"):  # compatible with their older protocol
            headers["x-amzn-query-error"] = f"{self.code};Sender"
        return headers, json.dumps({"__type": modelled, "message": self.message})


class Wire:
    """Handles botocore's ``before-send``. Rules are asked in order; the first answer is used."""

    def __init__(self, gaps: Sequence[Rule] = ()) -> None:
        self.calls: list[Call] = []
        self.changes: list[Call] = []  # the mutating calls that reached AWS
        self.rules: list[Rule] = []
        self.known: Known = lambda call: None
        self.hear: Hear = lambda answered: None
        self.gaps = gaps
        self._lock = threading.Lock()
        self._moto = threading.RLock()  # moto's dictionaries bear one thread at a time

    def add(self, *rules: Rule) -> None:
        self.rules += rules

    def clear(self) -> None:
        self.calls.clear()
        self.changes.clear()
        self.rules.clear()

    def send(self, call: Call, request: AWSPreparedRequest) -> AWSResponse:
        with self._lock:
            self.calls.append(call)

        def ask_moto() -> AWSResponse:
            with self._moto:
                response = botocore_stubber(f"before-send.{call.service}", request)
            assert response is not None, f"moto does not know {call}"
            return response

        def forward() -> AWSResponse:
            if call.mutates:
                self.changes.append(call)
            answers = (gap(call, request, ask_moto) for gap in self.gaps)
            return next((a for a in answers if a is not None), None) or ask_moto()

        answers = (rule(call, request, forward) for rule in self.rules)
        return next((a for a in answers if a is not None), None) or forward()

    @property
    def mutations(self) -> list[Call]:
        return [call for call in self.calls if call.mutates]

    def names(self, *, mutating: bool = False) -> list[str]:
        """Return what was called, sorted, because independent steps run in any order."""
        return sorted(map(str, self.mutations if mutating else self.calls))


class Switchboard:
    """Connects the session that all tests of a process share to the wire of the current test."""

    def __init__(self) -> None:
        self.wire = Wire()
        self._current = threading.local()

    @property
    def handlers(self) -> list[tuple[str, Callable[..., Any]]]:
        """What botocore calls, by event."""
        return [
            ("before-parameter-build", self.note),
            ("before-call", self.known),
            ("before-send", self.send),
            ("response-received", self.hear),
        ]

    def note(self, params: Mapping[str, Any], model: OperationModel, **_: Any) -> None:
        """Keep the arguments of the call (``before-parameter-build``), in the caller's thread."""
        service = model.service_model.service_name
        self._current.call = Call(service, model.name, dict(params))

    def known(self, **_: Any) -> Answered | None:
        """Return an answer that replaces the request (``before-call``), if there is one."""
        return self.wire.known(self._current.call)

    def hear(self, response_dict: Any, parsed_response: dict[str, Any] | None, **_: Any) -> None:
        """Pass on an answer after it was parsed and before it is used (``response-received``)."""
        if parsed_response is not None:
            status = response_dict["status_code"]
            self.wire.hear((AWSResponse("", status, {}, None), parsed_response))

    def send(self, request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        """Send a request (``before-send``)."""
        return self.wire.send(self._current.call, request)


def refuse(
    name: str,
    code: str,
    message: str = "No.",
    status: int = 400,
    *,
    times: int | None = None,
    every: int = 1,
    when: Callable[[Call], bool] = lambda _: True,
) -> Rule:
    """Return a rule: ``service:Operation`` (or ``service:*``) is refused.

    ``times`` bounds how often; with ``every`` = 2, every second call is refused.
    """
    service, _, operation = name.partition(":")
    refusal, seen, lock = Refusal(code, message, status), [0], threading.Lock()

    def rule(call: Call, request: AWSPreparedRequest, forward: Forward) -> AWSResponse | None:
        if call.service != service or operation not in ("*", call.operation) or not when(call):
            return None
        with lock:
            seen[0] += 1
            hit = seen[0] % every == 0 and (times is None or seen[0] // every <= times)
        return refusal.to(call, request) if hit else None

    return rule


def next_calls(name: str, times: int | None) -> Callable[[Call], bool]:
    """Return a question, for a rule: is this call one of the next ``times`` of that name?

    Without ``times``, each of them is. A call that is one of them is counted.
    """
    left = [times]

    def is_one(call: Call) -> bool:
        if str(call) != name or left[0] == 0:
            return False
        if left[0] is not None:
            left[0] -= 1
        return True

    return is_one


def lose_answer(name: str, times: int = 1, status: int = 0) -> Rule:
    """Return a rule: the call happens, but its answer is lost (or, with a status, is that 5xx)."""
    is_lost = next_calls(name, times)

    def rule(call: Call, request: AWSPreparedRequest, forward: Forward) -> AWSResponse | None:
        if not is_lost(call):
            return None
        forward()
        if status:
            return Refusal("InternalFailure", "", status).to(call, request)
        raise ConnectionClosedError(endpoint_url=request.url)

    return rule


def after(name: str, do: Callable[[], object], times: int = 1) -> Rule:
    """Return a rule: once the call was made, something else happens in AWS."""
    is_followed = next_calls(name, times)

    def rule(call: Call, request: AWSPreparedRequest, forward: Forward) -> AWSResponse | None:
        if not is_followed(call):
            return None
        response = forward()
        do()
        return response

    return rule


def instead(name: str, body: Callable[[Call], Any], times: int | None = None) -> Rule:
    """Return a rule: the call does not happen, and is answered 200 with this JSON, or XML text."""
    is_answered = next_calls(name, times)

    def rule(call: Call, request: AWSPreparedRequest, forward: Forward) -> AWSResponse | None:
        if not is_answered(call):
            return None
        content = body(call)
        if isinstance(content, str):
            return answer(request.url, 200, {"content-type": "text/xml"}, content)
        headers = {"content-type": "application/json"}
        return answer(request.url, 200, headers, json.dumps(content))

    return rule


def changed(name: str, change: Callable[[dict[str, Any]], None], times: int | None = None) -> Rule:
    """Return a rule: moto's JSON answer is changed before botocore gets it."""
    left = [times]

    def rule(call: Call, request: AWSPreparedRequest, forward: Forward) -> AWSResponse | None:
        if str(call) != name or left[0] == 0:
            return None
        response = forward()
        if response.status_code != 200:
            return response
        if left[0] is not None:
            left[0] -= 1
        body = json.loads(response.text)
        change(body)
        headers = {k: v for k, v in response.headers.items() if k.lower() != "x-amz-crc32"}
        return answer(request.url, 200, headers, json.dumps(body))

    return rule
