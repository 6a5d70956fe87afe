"""Functions that Lambda has put to sleep, because nobody called them for weeks."""

import json
from collections.abc import Iterable

from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from tests.support.moto_aws.wire import Call, Forward, Refusal, answer

WAKING = Refusal(
    "CodeArtifactUserPendingException",
    "Lambda is initializing your function. It will be ready to invoke shortly.",
    409,
)


class Sleepers:
    """A rule of the wire: these functions are Inactive.

    The next invocation fails, and makes the function Pending for some reads of its state. In that
    time every invocation fails.
    """

    def __init__(self, names: Iterable[str], pending_reads: int = 3, relapses: int = 0) -> None:
        self.states = dict.fromkeys(names, "Inactive")
        self._pending_reads = pending_reads
        self._reads: dict[str, int] = {}
        self._relapses = relapses  # so often Lambda fails to wake it

    def __call__(
        self, call: Call, request: AWSPreparedRequest, forward: Forward
    ) -> AWSResponse | None:
        name = call.arguments.get("FunctionName", "")
        if call.service != "lambda" or name not in self.states:
            return None
        if call.operation == "Invoke":
            return self._invoked(name, call, request)
        if call.operation not in ("GetFunction", "GetFunctionConfiguration"):
            return None
        response = forward()
        body = json.loads(response.text)
        found = body.get("Configuration", body)
        found["State"] = self._read(name)
        return answer(request.url, response.status_code, {}, json.dumps(body))

    def _invoked(self, name: str, call: Call, request: AWSPreparedRequest) -> AWSResponse | None:
        if self.states[name] == "Active":
            return None
        if self.states[name] == "Inactive":
            self.states[name], self._reads[name] = "Pending", self._pending_reads
        return WAKING.to(call, request)

    def _read(self, name: str) -> str:
        if self.states[name] == "Pending":
            self._reads[name] -= 1
            if self._reads[name] < 0:
                self.states[name] = "Inactive" if self._relapses else "Active"
                self._relapses = max(0, self._relapses - 1)
        return self.states[name]
