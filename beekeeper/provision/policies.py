"""IAM policy documents: how to write one, and when two of them mean the same. Pure."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

VERSION = "2012-10-17"
Document = dict[str, Any]
Conditions = Mapping[str, Mapping[str, Any]]


def document(*statements: Document) -> Document:
    """Return the policy with these statements."""
    return {"Version": VERSION, "Statement": list(statements)}


def allow(actions: list[str], resource: str, condition: Conditions | None = None) -> Document:
    """Return the statement that allows the actions on one resource."""
    statement = {"Effect": "Allow", "Action": actions, "Resource": resource}
    return {**statement, "Condition": condition} if condition else statement


def as_document(value: Any) -> Any:
    """Return a policy as IAM answers it: boto3 decodes it in most answers, but not in all."""
    return json.loads(unquote(value)) if isinstance(value, str) else value


def same_meaning(value: Any) -> Any:
    """Return a policy in a normal form, so that ``==`` compares the meaning of two policies.

    AWS returns one-element lists as scalars, lists and keys in another order, and booleans as
    strings.
    """
    if isinstance(value, dict):
        if set(value) == {"AWS"} and value["AWS"] == "*":
            return "*"
        return {k: same_meaning(v) for k, v in value.items() if k != "Sid" or v}
    if isinstance(value, list | tuple):
        members = [same_meaning(v) for v in value]
        return members[0] if len(members) == 1 else sorted(members, key=_text)
    if isinstance(value, bool):
        return str(value).lower()
    return value


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True)
