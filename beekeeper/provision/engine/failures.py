"""Explains AWS's errors to the user: the activity, the resource, the cause and the remedy."""

import re

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    HTTPClientError,
    ParamValidationError,
    ReadTimeoutError,
)

from beekeeper.errors import BeekeeperError, CredentialsError, ProvisionError, TimedOutError
from beekeeper.provision.actions import METADATA
from beekeeper.provision.credentials import REMEDIES, credentials_problem
from beekeeper.provision.denials import refused
from beekeeper.results import Action

GERUNDS: dict[str, str] = {
    "read": "reading",
    Action.CREATE: "creating",
    Action.UPDATE: "updating",
    Action.REPLACE: "replacing",
    Action.DELETE: "deleting",
    "start": "starting",
    "lease": "taking the lease in",
}
READS = ("reading ", "listing ", "finding ")
TRY_AGAIN = "Try again."
CONTINUE = "Run the same command again. It continues from there."
DENIED = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError"}
CREDENTIALS = REMEDIES.keys() - DENIED
# When an environment is too large, Lambda's error message quotes all of it, including the values.
ECHO = re.compile(r"String measured:.*", re.DOTALL)


def explained(error: Exception, action: str, kind: str, name: str) -> BeekeeperError:
    """Return the error to raise when an error of AWS, or one of ours, stopped a step."""
    doing = f"{GERUNDS.get(action, action)} {kind} {name}"
    # A command that only reads has nothing to continue.
    again = TRY_AGAIN if doing.startswith(READS) else CONTINUE
    if isinstance(error, TimedOutError):
        return TimedOutError(f"{doing}: {error}")
    if isinstance(error, BeekeeperError):
        return error
    if isinstance(error, BotoCoreError):
        return _without_answer(error, doing, again)
    assert isinstance(error, ClientError)
    _redact(error)
    code = error.response["Error"].get("Code", "")
    message = error.response["Error"].get("Message", "").rstrip(". ")
    if code in CREDENTIALS:
        return CredentialsError(f"{doing}: {credentials_problem(error)}")
    said = ": ".join(filter(None, (code, message)))
    return ProvisionError(f"{doing}: {said}. {_remedy(error, code, message, again)}")


def _without_answer(error: BotoCoreError, doing: str, again: str) -> BeekeeperError:
    """Return the error to raise when AWS did not answer, or when there are no credentials."""
    if isinstance(error, EndpointConnectionError | ConnectTimeoutError):
        return CredentialsError(f"{doing}: {credentials_problem(error)}")
    if isinstance(error, ReadTimeoutError):
        return ProvisionError(f"{doing}: AWS did not answer in time. Check the network. {again}")
    if isinstance(error, HTTPClientError):
        return ProvisionError(f"{doing}: AWS did not answer: {error} Check the network. {again}")
    if isinstance(error, ParamValidationError):
        return ProvisionError(f"{doing}: {error}")
    return CredentialsError(f"{doing}: {credentials_problem(error)}")


def _redact(error: ClientError) -> None:
    """Remove quoted values from the error itself: it stays in the traceback as the cause."""
    found = error.response["Error"]
    found["Message"] = ECHO.sub("(values not shown)", found.get("Message", ""))
    error.args = tuple(ECHO.sub("(values not shown)", str(arg)) for arg in error.args)


def _remedy(error: ClientError, code: str, message: str, again: str) -> str:
    if code in DENIED or error.response["ResponseMetadata"].get("HTTPStatusCode") == 403:
        named = re.search(r"perform:? (\S+)", message)
        noted = str(error.response["ResponseMetadata"].get(METADATA, error.operation_name))
        wanted = named.group(1) if named else noted
        return f"{refused(wanted, message)} Then run the same command again."
    if "LimitExceeded" in code or "TooMany" in code or "Throttl" in code:
        return (
            "The account has reached a quota, or AWS throttles the calls. Wait a minute, or request"
            " a higher quota in the Service Quotas console. Then run the same command again."
        )
    return again
