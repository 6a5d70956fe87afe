"""The IAM action that a call needs, so that an error can name what to grant.

AWS's own message often doesn't: S3 says "Forbidden" to a HEAD, SQS "Access to the resource ... is
denied". boto3's error knows the operation but not the service, so each answer is given the action
on its way in.
"""

from typing import Any

from botocore.model import OperationModel

METADATA = "BeekeeperAction"
PREFIXES = {"apigatewayv2": "apigateway", "monitoring": "cloudwatch"}
# Where the action is not called like the operation (AWS Service Authorization Reference).
NAMES = {
    "HeadBucket": "ListBucket",
    "HeadObject": "GetObject",
    "ListObjectVersions": "ListBucketVersions",
    "ListMultipartUploads": "ListBucketMultipartUploads",
    "DeleteObjects": "DeleteObjectVersion",
    "GetPublicAccessBlock": "GetBucketPublicAccessBlock",
    "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
    "Invoke": "InvokeFunction",
}


def action_of(operation: OperationModel) -> str:
    """Return the action, such as ``sqs:CreateQueue``."""
    service = str(operation.service_model.signing_name)
    prefix = PREFIXES.get(service, service)
    if prefix == "apigateway":  # its actions are the verbs of HTTP
        return f"{prefix}:{operation.http['method']}"
    return f"{prefix}:{NAMES.get(operation.name, operation.name)}"


def note_action(parsed: dict[str, Any], model: OperationModel, **_: Any) -> None:
    """Write the action into an answer, where an error finds it (botocore's ``after-call``)."""
    parsed.setdefault("ResponseMetadata", {})[METADATA] = action_of(model)
