"""The names of what one step puts out and others use: an id, an address, that AWS makes up."""

API_ID = "api id"
# API Gateway's own address of the room; the campaign link, when there is no custom domain.
ENDPOINT = "api endpoint"
# Where API Gateway serves the custom domain, and the hosted zone of that name.
TARGET, TARGET_ZONE = "domain target", "domain target zone"
# The hosted zone in which the custom domain's record is, as the domain's tag says.
RECORD_ZONE = "dns record zone"


def role_id(part: str) -> str:
    """Return the output that has the id of a function's role: another one each time it is made."""
    return f"role {part} id"


def queue_url(key: str) -> str:
    """Return the output that has a queue's URL."""
    return f"{key} url"
