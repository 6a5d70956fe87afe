"""What the steps of API Gateway share: permissions, busy errors, lists, creations and deletions.

Quirks:

- Writes to one API conflict with each other, so we make them one after another.
- If the answer to CreateApi or CreateIntegration is lost, a retry silently creates a second one.
  So these calls use a client that does not retry, and the function ``once``.
- boto3 has no paginator for some lists. Ours follows NextToken.
- A stage that deploys automatically does so some time after the call that changed the API. If that
  fails, the call has succeeded all the same, and visitors get the API as it was before. Only the
  stage's LastDeploymentStatusMessage says so.
- The IAM actions are the HTTP verbs. The id of an API is unknown until it exists.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from botocore.exceptions import ClientError, HTTPClientError

from beekeeper.errors import ProvisionError
from beekeeper.provision.aws import Aws
from beekeeper.provision.engine.wait import Busy, Wait, ignoring, pause, retrying, until
from beekeeper.provision.grant import Grant, grant

T = TypeVar("T")
MISSING = "NotFoundException"
STAGE = "$default"
# We grant all verbs for APIs and for domains, so that both can share a statement.
VERBS = ("GET", "POST", "PUT", "PATCH", "DELETE", "TagResource", "UntagResource")
# "Unable to complete operation due to concurrent modification. Please try again later."
CONFLICT = Busy("ConflictException", "concurrent modification")
# These need longer pauses than botocore's own, which are 20 s at most. API Gateway's control plane
# accepts 10 calls a second, and only one in 30 s for some operations.
BUSY = (CONFLICT, Busy("TooManyRequestsException"))
CHANGE = Wait("API Gateway to accept a change", 180, every=3)
# A change of a route shows as a new deployment after a moment. If it does not, there may be none:
# the stage may not deploy automatically, or not exist yet.
BEGUN = Wait("API Gateway to begin a deployment", 20, every=2)
DEPLOYED = Wait("API Gateway to deploy the stage", 180, every=2)


def verbs(*resources: str, examples: tuple[str, ...] = ()) -> Grant:
    """Return the grant of all actions on the resources."""
    return grant("apigateway", VERBS, *resources, examples=examples)


def once(aws: Aws, create: Callable[[], T], find: Callable[[], T | None]) -> T:
    """Create a resource that a blind retry would create twice. Search for it before each retry."""
    deadline = aws.clock() + CHANGE.seconds
    while True:
        try:
            return create()
        except (ClientError, HTTPClientError) as error:
            if _is_final(error) or aws.clock() >= deadline:
                raise
        pause(aws, CHANGE)  # before the search: a list shows a new resource only after a moment
        if (made := find()) is not None:
            return made


def _is_final(error: ClientError | HTTPClientError) -> bool:
    if isinstance(error, HTTPClientError):
        return False  # the answer was lost, so we don't know whether the call worked
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


def newest_deployment(aws: Aws, api_id: str) -> dict[str, Any]:
    """Return the newest deployment of an API. Empty when there is none."""
    found = pages(aws.client("apigatewayv2").get_deployments, ApiId=api_id)
    return max(found, key=lambda deployment: deployment["CreatedDate"], default={})


def wait_until_deployed(aws: Aws, api_id: str, before: Mapping[str, Any] | None = None) -> None:
    """Return when the stage has the API as it is now. Raise ProvisionError if that failed.

    ``before`` is the newest deployment before a change of routes, which makes another.
    """
    deadline = aws.clock() + (BEGUN.seconds if before else 0)
    while newest_deployment(aws, api_id) == before and aws.clock() < deadline:
        pause(aws, BEGUN)

    def is_settled() -> bool | None:
        status = newest_deployment(aws, api_id).get("DeploymentStatus")
        return None if status == "PENDING" else True

    until(aws, DEPLOYED, is_settled)
    with ignoring(MISSING):  # the stage comes after the first routes
        stage = aws.client("apigatewayv2").get_stage(ApiId=api_id, StageName=STAGE)
        if problem := deployment_problem(stage):
            raise ProvisionError(
                f"API Gateway could not deploy the stage, and visitors get the API as it was"
                f" before: {problem}. Run the same command again. If it fails again, delete the"
                f" stage and run it once more: aws apigatewayv2 delete-stage --api-id {api_id}"
                f" --stage-name '{STAGE}' --region {aws.region}"
            )


def deployment_problem(stage: Mapping[str, Any]) -> str:
    """Return why the stage's last deployment failed. Empty when it did not fail."""
    message = str(stage.get("LastDeploymentStatusMessage") or "").rstrip(".")
    return message if "failed" in message.lower() else ""


def mappings(aws: Aws, domain_name: str) -> list[dict[str, Any]]:
    """Return the mappings of a domain. Empty when the domain does not exist."""
    with ignoring(MISSING):
        return list(pages(aws.client("apigatewayv2").get_api_mappings, DomainName=domain_name))
    return []


def delete_mapping(aws: Aws, domain_name: str, mapping_id: str) -> None:
    """Delete a mapping of a domain. Success if it is already gone."""
    delete = aws.client("apigatewayv2").delete_api_mapping
    with ignoring(MISSING):
        retrying(aws, CHANGE, BUSY, lambda: delete(DomainName=domain_name, ApiMappingId=mapping_id))
