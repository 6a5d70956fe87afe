"""Who denies an action, and whom to ask: the same words for a failed call and for doctor.

Quirks (IAM, "Troubleshoot access denied error messages"):

- The message of a denial names the kind of the policy: "with an explicit deny in a service control
  policy", or "because no permissions boundary allows the … action". The ARN of the policy may
  follow. Not all services name it.
- "because no resource-based policy allows" is also said where a grant to the credentials would do.
- A policy that demands MFA is an explicit deny in an identity-based policy.
"""

import re
from enum import StrEnum


class Denier(StrEnum):
    """What denies an action."""

    ORGANISATION = "organisation"
    RESOURCE_CONTROL = "resource control"
    BOUNDARY = "boundary"
    SESSION = "session"
    ENDPOINT = "endpoint"
    RESOURCE = "resource"
    EXPLICIT = "explicit"
    NO_GRANT = "no grant"


WHO_DENIES = {
    Denier.ORGANISATION: "A service control policy of your organisation forbids",
    Denier.RESOURCE_CONTROL: "A resource control policy of your organisation forbids",
    Denier.BOUNDARY: "The permissions boundary of the credentials forbids",
    Denier.SESSION: "The session policy of the credentials forbids",
    Denier.ENDPOINT: "The policy of the VPC endpoint that your calls go through forbids",
    Denier.RESOURCE: "The policy of the resource itself forbids",
    Denier.EXPLICIT: "A policy of the credentials explicitly forbids",
    Denier.NO_GRANT: "These credentials have no permission for",
}
_ORGANISATION = (
    "Ask those who manage your organisation in AWS to allow {actions}. A grant in the account does"
    " not help."
)
WHOM_TO_ASK = {
    Denier.ORGANISATION: _ORGANISATION,
    Denier.RESOURCE_CONTROL: _ORGANISATION,
    Denier.BOUNDARY: "Ask those who manage your account to allow {actions} in the boundary. A grant"
    " alone does not help.",
    Denier.SESSION: "Sign in without the session policy, or ask those who manage the sign-in to"
    " allow {actions} in it. A grant alone does not help.",
    Denier.ENDPOINT: "Ask those who manage your network in AWS to allow {actions} in the policy of"
    " the endpoint, or run the command from another network. A grant does not help.",
    Denier.RESOURCE: "Ask those who manage your account to take the denial of {actions} out of the"
    " resource's policy. A grant does not help.",
    Denier.EXPLICIT: "If the policy demands MFA, sign in with it. Otherwise ask those who manage"
    " your account to take out the denial of {actions}. A grant does not help.",
    Denier.NO_GRANT: "Grant {actions} to the credentials.",
}
_KINDS = {
    "service control policy": Denier.ORGANISATION,
    "resource control policy": Denier.RESOURCE_CONTROL,
    "permissions boundary": Denier.BOUNDARY,
    "session policy": Denier.SESSION,
    "vpc endpoint policy": Denier.ENDPOINT,
    "resource-based policy": Denier.RESOURCE,
    "identity-based policy": Denier.EXPLICIT,
}
_GRANTABLE = (Denier.RESOURCE, Denier.EXPLICIT)  # if nothing allows it, a grant does
_NAMED = re.compile(rf"(explicit deny in (?:an? |the )?|no )({'|'.join(_KINDS)})", re.IGNORECASE)


def denier_in(message: str) -> Denier:
    """Return what denies an action, from the message of AWS's error."""
    if not (found := _NAMED.search(message)):
        return Denier.EXPLICIT if "explicit deny" in message else Denier.NO_GRANT
    denier = _KINDS[found[2].lower()]
    if denier in _GRANTABLE and found[1].lower() == "no ":
        return Denier.NO_GRANT
    return denier


def refused(action: str, message: str) -> str:
    """Return who refuses an action with this message, and what to do about it."""
    denier = denier_in(message)
    remedy = WHOM_TO_ASK[denier].format(actions=action)
    # The message has said that the permission is missing.
    return remedy if denier is Denier.NO_GRANT else f"{WHO_DENIES[denier]} {action}. {remedy}"
