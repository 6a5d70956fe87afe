"""How Lambda refuses a call, in its own words."""

from tests.support.moto_aws.by_hand import STEM
from tests.support.rooms import ACCOUNT, REGION

FUNCTION = f"{STEM}-consumer"
INVALID = "InvalidParameterValueException"
MISSING = ("ResourceNotFoundException", f"Function not found: {FUNCTION}", 404)
IN_PROGRESS = (
    "ResourceConflictException",
    "The operation cannot be performed at this time. An update is in progress for resource:"
    f" arn:aws:lambda:{REGION}:{ACCOUNT}:function:{FUNCTION}",
    409,
)
