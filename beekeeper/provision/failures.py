"""What AWS's errors mean for the user: the gerund, the resource, the cause, the remedy."""

import re

from botocore.exceptions import BotoCoreError, ClientError

from beekeeper.errors import BeekeeperError, CredentialsError, ProvisionError
from beekeeper.provision.aws import credentials_problem

GERUNDS = {
    "read": "reading",
    "create": "creating",
    "update": "updating",
    "replace": "replacing",
    "delete": "deleting",
}
DENIED = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError"}
CREDENTIALS = {
    "ExpiredToken",
    "ExpiredTokenException",
    "InvalidClientTokenId",
    "UnrecognizedClientException",
    "SignatureDoesNotMatch",
    "InvalidSignatureException",
    "RequestTimeTooSkewed",
}
# Lambda's error about too large an environment quotes all of it, values included.
ECHO = re.compile(r"String measured:.*", re.DOTALL)


def explained(error: Exception, action: str, kind: str, name: str) -> BeekeeperError:
    """Return the error to raise for one of AWS's, or of ours, that stopped a step."""
    if isinstance(error, BeekeeperError):
        return error
    doing = f"{GERUNDS.get(action, action)} {kind} {name}"
    if isinstance(error, BotoCoreError):
        return CredentialsError(f"{doing}: {credentials_problem(error)}")
    assert isinstance(error, ClientError)
    code = error.response["Error"].get("Code", "")
    message = ECHO.sub("(values not shown)", error.response["Error"].get("Message", ""))
    if code in CREDENTIALS:
        return CredentialsError(f"{doing}: {credentials_problem(error)}")
    return ProvisionError(f"{doing}: {code}: {message} {_remedy(error, code, message)}")


def _remedy(error: ClientError, code: str, message: str) -> str:
    if code in DENIED or error.response["ResponseMetadata"].get("HTTPStatusCode") == 403:
        named = re.search(r"perform:? (\S+)", message)
        wanted = named.group(1) if named else error.operation_name
        return f"Grant {wanted} to the credentials in use, then run the same command again."
    if "LimitExceeded" in code or "TooMany" in code or "Throttl" in code:
        return (
            "A quota of the account is used up, or AWS slows us down: wait a minute, or ask for"
            " more in the Service Quotas console, then run the same command again."
        )
    return "What was done so far is recorded: run the same command again to go on from there."
