"""The faults of the crash and fault matrix, each as AWS or the network shows it."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import ConnectionClosedError, ReadTimeoutError

from tests.support.moto_aws.wire import Call, Forward, Refusal, Rule, next_calls

Answer = Callable[[Call, AWSPreparedRequest, Forward], AWSResponse]

# The throttling error of each service. The other services use ThrottlingException.
THROTTLES = {
    "apigatewayv2": Refusal("TooManyRequestsException", "Too Many Requests", 429),
    "cloudfront": Refusal("Throttling", "Rate exceeded"),
    "iam": Refusal("Throttling", "Rate exceeded"),
    "lambda": Refusal("TooManyRequestsException", "Rate Exceeded.", 429),
    "s3": Refusal("SlowDown", "Please reduce your request rate.", 503),
    "sqs": Refusal("RequestThrottled", "Request is throttled.", 403),
    "sts": Refusal("Throttling", "Rate exceeded"),
}
THROTTLE = Refusal("ThrottlingException", "Rate exceeded")
FAILURE = Refusal("InternalFailure", "An internal error occurred.", 500)
XML = ("cloudfront", "cloudwatch", "iam", "s3", "sqs", "sts")
# The IAM action of a call, if its name differs (AWS Service Authorization Reference).
ACTIONS = {
    "cloudfront:CreateDistributionWithTags": "cloudfront:CreateDistribution",
    "dynamodb:TransactWriteItems": "dynamodb:UpdateItem",
    "s3:DeleteObjects": "s3:DeleteObjectVersion",
    "s3:GetPublicAccessBlock": "s3:GetBucketPublicAccessBlock",
    "s3:HeadBucket": "s3:ListBucket",
    "s3:HeadObject": "s3:GetObject",
    "s3:ListMultipartUploads": "s3:ListBucketMultipartUploads",
    "s3:ListObjectsV2": "s3:ListBucket",
    "s3:ListObjectVersions": "s3:ListBucketVersions",
    "s3:PutPublicAccessBlock": "s3:PutBucketPublicAccessBlock",
    "lambda:Invoke": "lambda:InvokeFunction",
}
VERBS = {"Create": "POST", "Delete": "DELETE", "Get": "GET", "Tag": "POST", "Update": "PATCH"}


def action_of(call: str) -> str:
    """Return the IAM action that a call needs. The actions of API Gateway are HTTP verbs."""
    service, _, operation = call.partition(":")
    if service == "apigatewayv2":
        verb = re.match("[A-Z][a-z]+", operation)
        assert verb is not None
        return f"apigateway:{VERBS[verb[0]]}"
    return ACTIONS.get(call, call)


def throttled(call: Call, request: AWSPreparedRequest, forward: Forward) -> AWSResponse:
    return THROTTLES.get(call.service, THROTTLE).to(call, request)


def failed(call: Call, request: AWSPreparedRequest, forward: Forward) -> AWSResponse:
    return FAILURE.to(call, request)


def denied(call: Call, request: AWSPreparedRequest, forward: Forward) -> AWSResponse:
    code = "AccessDenied" if call.service in XML else "AccessDeniedException"
    return Refusal(code, "User: arn:aws:iam::1:user/x is not authorized.", 403).to(call, request)


def connection_reset(call: Call, request: AWSPreparedRequest, forward: Forward) -> AWSResponse:
    raise ConnectionClosedError(endpoint_url=request.url)


def timed_out(call: Call, request: AWSPreparedRequest, forward: Forward) -> AWSResponse:
    """AWS does the work, but its answer is lost."""
    forward()
    raise ReadTimeoutError(endpoint_url=request.url)


@dataclass(frozen=True)
class Fault:
    """What happens to a call: once (to its first attempt), or for good (to all such calls)."""

    answer: Answer
    once: bool

    def __str__(self) -> str:
        return f"{self.answer.__name__.replace('_', ' ')} {'once' if self.once else 'for good'}"

    def rule(self, name: str) -> Rule:
        """Return the rule of the wire that does it, from the next such call on."""
        is_hit = next_calls(name, 1 if self.once else None)

        def rule(call: Call, request: AWSPreparedRequest, forward: Forward) -> AWSResponse | None:
            return self.answer(call, request, forward) if is_hit(call) else None

        return rule


FAULTS = (
    *(Fault(answer, once=True) for answer in (throttled, failed, connection_reset, timed_out)),
    *(Fault(answer, once=False) for answer in (throttled, failed, connection_reset, timed_out)),
    Fault(denied, once=False),
)
