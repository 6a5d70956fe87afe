"""Finds the IAM action that a call needs, so that an error can name what to grant.

AWS's own message often does not name it. S3 answers a HEAD with "Forbidden", and SQS says "Access
to the resource ... is denied". boto3's error knows the operation but not the service. So we write
the action into each response when it arrives.
"""

from typing import Any

from botocore.model import OperationModel

METADATA = "BeekeeperAction"
PREFIXES = {"apigatewayv2": "apigateway", "monitoring": "cloudwatch", "tagging": "tag"}
# Operations whose action has another name (AWS Service Authorization Reference).
NAMES = {
    "HeadBucket": "ListBucket",
    "HeadObject": "GetObject",
    "ListObjectsV2": "ListBucket",
    "ListObjectVersions": "ListBucketVersions",
    "ListMultipartUploads": "ListBucketMultipartUploads",
    "DeleteObjects": "DeleteObjectVersion",
    "GetPublicAccessBlock": "GetBucketPublicAccessBlock",
    "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
    "Invoke": "InvokeFunction",
    "CreateDistributionWithTags": "CreateDistribution",
    # Each part of a transaction needs its own. That of all of ours that operators need is this.
    "TransactWriteItems": "UpdateItem",
}


def action_of(operation: OperationModel) -> str:
    """Return the action, such as ``sqs:CreateQueue``."""
    service = str(operation.service_model.signing_name)
    prefix = PREFIXES.get(service, service)
    if prefix == "apigateway":  # its actions are the HTTP verbs
        return f"{prefix}:{operation.http['method']}"
    return f"{prefix}:{NAMES.get(operation.name, operation.name)}"


def note_action(parsed: dict[str, Any], model: OperationModel, **_: Any) -> None:
    """Write the action into a response, where errors find it (for botocore's ``after-call``)."""
    parsed.setdefault("ResponseMetadata", {})[METADATA] = action_of(model)
