"""The names of values that one step outputs and others use, such as ids that AWS makes up."""

API_ID = "api id"
# API Gateway's own address of the room. Without a custom domain, it is the campaign link.
ENDPOINT = "api endpoint"
# Ids of more APIs with the room's tag. The state says which one is in use, or it does not.
OTHER_APIS, UNDECIDED_APIS = "other apis", "undecided apis"
# API Gateway's own name for the custom domain, and the hosted zone of that name.
TARGET, TARGET_ZONE = "domain target", "domain target zone"
# The hosted zone that has the custom domain's DNS record. A tag of the domain names this zone.
RECORD_ZONE = "dns record zone"

# The edge: the distribution's id and ARN, the address that it gives to visitors (with a slash at
# its end), and its host name, for DNS records.
EDGE_ID, EDGE_ARN, EDGE_LINK, EDGE_HOST = "edge id", "edge arn", "edge link", "edge host"
# The DNS records that lead to the distribution, as its tags name them: see route53.py.
EDGE_RECORDS = "edge records"
# The SHA-256 of the waiting page in the bucket, and an object there that this deploy puts right
# after the edge may have read it.
PAGE_SHA, ALTERED = "page sha", "altered object"
# What the edge reads the private bucket with, and what sets the headers of its answers.
ACCESS_CONTROL_ID, HEADERS_POLICY_ID = "access control id", "headers policy id"
# The secret that the edge sends to the API, and its key's id. Only the steps see it: no output is
# stored or shown.
EDGE_SECRET, SIGNING_KID = "edge secret", "signing kid"


def role_id(part: str) -> str:
    """Return the output that has the id of a function's role. A re-created role has a new id."""
    return f"role {part} id"


def queue_url(key: str) -> str:
    """Return the output that has a queue's URL."""
    return f"{key} url"


def deletion(api_id: str, region: str) -> str:
    """Return the command that deletes an API."""
    return f"aws apigatewayv2 delete-api --api-id {api_id} --region {region}"
