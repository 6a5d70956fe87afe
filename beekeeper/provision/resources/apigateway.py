"""What the steps of API Gateway share: its permissions, busy answers, lists, creates, deletions.

Quirks. Writes on one API conflict with each other, so they go one after another. CreateApi and
CreateIntegration duplicate silently when their answer is lost, so they go through a client that
does not repeat, and ``once``. The pager of some lists is missing in the SDK; ours follows
NextToken. Its IAM actions are the verbs of HTTP, and an API's id is not known before it is made.
"""

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from botocore.exceptions import ClientError, HTTPClientError

from beekeeper.provision.aws import Aws
from beekeeper.provision.engine.wait import Busy, Wait, ignoring, pause, retrying
from beekeeper.provision.grant import Grant, grant

T = TypeVar("T")
MISSING = "NotFoundException"
STAGE = "$default"
# All of them for APIs and for domains, so that they can share a statement.
VERBS = ("GET", "POST", "PUT", "PATCH", "DELETE", "TagResource", "UntagResource")
# "Unable to complete operation due to concurrent modification. Please try again later."
CONFLICT = Busy("ConflictException", "concurrent modification")
# Longer than botocore's own pauses of 20 s at most: API Gateway's control plane takes 10 calls a
# second, and some of them one in 30 s.
BUSY = (CONFLICT, Busy("TooManyRequestsException"))
CHANGE = Wait("API Gateway to take a change", 180, every=3)


def verbs(*resources: str, examples: tuple[str, ...] = ()) -> Grant:
    """Return the grant of all that can be done to the resources."""
    return grant("apigateway", VERBS, *resources, examples=examples)


def once(aws: Aws, create: Callable[[], T], find: Callable[[], T | None]) -> T:
    """Create what a blind retry would make twice: before each new try, look for it."""
    deadline = aws.clock() + CHANGE.seconds
    while True:
        try:
            return create()
        except (ClientError, HTTPClientError) as error:
            if _is_final(error) or aws.clock() >= deadline:
                raise
        pause(aws, CHANGE)  # first: a list shows what was just made after a moment
        if (made := find()) is not None:
            return made


def _is_final(error: ClientError | HTTPClientError) -> bool:
    if isinstance(error, HTTPClientError):
        return False  # the answer was lost, and what it said is unknown
    status = error.response["ResponseMetadata"].get("HTTPStatusCode", 0)
    return status < 500 and not any(busy.matches(error) for busy in BUSY)


def pages(call: Callable[..., dict[str, Any]], **arguments: Any) -> Iterator[dict[str, Any]]:
    """Yield the items of all pages of an apigatewayv2 list."""
    token: dict[str, str] = {}
    while True:
        response = call(**arguments, **token)
        yield from response.get("Items", [])
        if not response.get("NextToken"):
            return
        token = {"NextToken": response["NextToken"]}


def mappings(aws: Aws, domain_name: str) -> list[dict[str, Any]]:
    """Return the mappings of a domain; none when it is not there."""
    with ignoring(MISSING):
        return list(pages(aws.client("apigatewayv2").get_api_mappings, DomainName=domain_name))
    return []


def delete_mapping(aws: Aws, domain_name: str, mapping_id: str) -> None:
    """Delete a mapping of a domain; one that is gone is success."""
    delete = aws.client("apigatewayv2").delete_api_mapping
    with ignoring(MISSING):
        retrying(aws, CHANGE, BUSY, lambda: delete(DomainName=domain_name, ApiMappingId=mapping_id))
