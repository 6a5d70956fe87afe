"""Wakes the functions of a deployed room, and says whether they are ready for visitors.

Lambda puts functions to sleep that were idle for weeks. The first visitors of an event would then
get errors for a minute or two (resources/function_state.py).
"""

import json

from botocore.exceptions import BotoCoreError, ClientError

from beekeeper.contract.functions import CALL, functions_of
from beekeeper.errors import ProvisionError
from beekeeper.provision.aws import Aws
from beekeeper.provision.engine.failures import explained
from beekeeper.provision.engine.wait import has_code
from beekeeper.provision.names import Names
from beekeeper.provision.resources.function_state import MISSING, wake
from beekeeper.results import Finding, Verdict

CHECK = "functions"
# Lambda's reason for a 429 (Lambda, Invoke). A quota of the account has another one.
NONE_LEFT = "ReservedFunctionConcurrentInvocationLimitExceeded"


def wake_functions(aws: Aws, names: Names) -> None:
    """Wake the functions that are asleep, and wait for them. Raises ProvisionError.

    The governor is never asleep: it runs each minute, also while it is off. No line waits for it.
    """
    for name in _named(names, governed=False):
        try:
            wake(aws, name)
        except (ClientError, BotoCoreError) as error:
            if isinstance(error, ClientError) and has_code(error, MISSING):
                raise ProvisionError(
                    f"The function {name} is gone. To make it anew, run: python -m beekeeper deploy"
                ) from error
            raise explained(error, "waking", "function", name) from error


def look(aws: Aws, names: Names, *, governed: bool) -> Finding:
    """Wake and call each function, and return whether all of them answer."""
    woken = 0
    for name in _named(names, governed=governed):
        try:
            woken += wake(aws, name)
            problem = _problem(aws, name)
        except (ClientError, BotoCoreError) as error:
            problem = _refusal(error)
            if not problem:
                raise explained(error, "calling", "function", name) from error
        if problem:
            text = f"The function {name} does not answer: {problem}."
            remedy = "Run python -m beekeeper deploy. If it still fails, read its log group."
            return Finding(CHECK, Verdict.PROBLEM, text, remedy)
    asleep = f" {woken} of them were idle for weeks, and are awake now." if woken else ""
    return Finding(CHECK, Verdict.OK, f"All functions answer.{asleep}")


def _named(names: Names, *, governed: bool) -> list[str]:
    return [names.function(each.name) for each in functions_of(governed=governed)]


def _refusal(error: Exception) -> str:
    """Return why a function can't be called, if that is the function's fault."""
    if isinstance(error, ClientError) and has_code(error, MISSING):
        return "it does not exist"
    if isinstance(error, ClientError) and error.response.get("Reason") == NONE_LEFT:
        return "it has no execution left of those that are reserved for it, or somebody took them"
    return ""


def _problem(aws: Aws, name: str) -> str:
    # Not repeated: an account whose functions are all busy has to hear of it soon.
    invoke = aws.client("lambda", once=True).invoke
    answer = invoke(FunctionName=name, Payload=json.dumps(CALL))
    if "FunctionError" not in answer:
        return ""
    return str(json.loads(answer["Payload"].read()).get("errorMessage", answer["FunctionError"]))
