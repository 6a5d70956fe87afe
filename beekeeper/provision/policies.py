"""IAM policies: what each function may do, and nothing else. Pure."""

import json
from typing import Any

from beekeeper.contract import items
from beekeeper.contract.page import PAGE_KEY
from beekeeper.provision.names import Names

VERSION = "2012-10-17"
Document = dict[str, Any]


def trust(service: str = "lambda.amazonaws.com") -> Document:
    """Return the policy that lets a service take a role. Principals are alike in all partitions."""
    return _document(
        {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    )


def function_policy(names: Names, part: str) -> Document:
    """Return the inline policy of one function's role."""
    statements = {
        "producer": _producer,
        "room": _room,
        "turnstile": _turnstile,
        "consumer": _consumer,
    }[part](names)
    return _document(*statements, _logs(names, part))


def _producer(names: Names) -> list[Document]:
    return [
        _allow(["sqs:SendMessage"], names.queue_arn(names.queue)),
        _on_items(names, ["dynamodb:BatchGetItem"], [items.ROOM, items.KEYS, items.PULSE]),
        _on_items(names, ["dynamodb:GetItem"], [f"{items.VISITOR_PREFIX}*"]),
        _on_items(names, ["dynamodb:UpdateItem"], [items.WAKE]),
        _allow(["lambda:InvokeFunction"], names.function_arn("consumer")),
    ]


def _room(names: Names) -> list[Document]:
    return [_allow(["s3:GetObject"], f"{names.bucket_arn}/{PAGE_KEY}")]


def _turnstile(names: Names) -> list[Document]:
    visitors = [f"{items.VISITOR_PREFIX}*"]
    return [
        _on_items(names, ["dynamodb:BatchGetItem"], [items.ROOM, items.KEYS, items.PULSE]),
        _on_items(names, ["dynamodb:GetItem", "dynamodb:UpdateItem"], [*visitors, items.PACE]),
    ]


def _consumer(names: Names) -> list[Document]:
    visitors = [f"{items.VISITOR_PREFIX}*"]
    queue = [
        "sqs:ReceiveMessage",
        # With the star, since emulators know the batch calls as actions of their own.
        "sqs:DeleteMessage*",
        "sqs:ChangeMessageVisibility*",
        "sqs:GetQueueAttributes",
    ]
    return [
        _allow(queue, names.queue_arn(names.queue)),
        _allow(["sqs:SendMessage"], names.queue_arn(names.dead_letter_queue)),
        _on_items(names, ["dynamodb:GetItem"], [items.ROOM, items.PULSE, items.PACE]),
        _on_items(names, ["dynamodb:UpdateItem"], [items.PULSE, items.PACE]),
        _on_items(names, ["dynamodb:BatchGetItem", "dynamodb:BatchWriteItem"], visitors),
    ]


def _logs(names: Names, part: str) -> Document:
    # Never CreateLogGroup: see log_group.py.
    streams = f"{names.log_group_arn(part)}:*"
    return _allow(["logs:CreateLogStream", "logs:PutLogEvents"], streams)


def _on_items(names: Names, actions: list[str], leading_keys: list[str]) -> Document:
    """Allow actions on items with these keys only: the signing keys are not everybody's."""
    keys = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": leading_keys}}
    return {**_allow(actions, names.table_arn), "Condition": keys}


def tls_only(bucket_arn: str) -> Document:
    """Return the bucket policy that refuses whatever comes without TLS."""
    return _document(
        {
            "Sid": "TlsOnly",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": [bucket_arn, f"{bucket_arn}/*"],
            # Loopback, which nothing comes from in AWS itself: emulators have no TLS.
            "Condition": {
                "Bool": {"aws:SecureTransport": "false"},
                "NotIpAddress": {"aws:SourceIp": "127.0.0.0/8"},
            },
        }
    )


def _allow(actions: list[str], resource: str) -> Document:
    return {"Effect": "Allow", "Action": actions, "Resource": resource}


def _document(*statements: Document) -> Document:
    return {"Version": VERSION, "Statement": list(statements)}


def same_meaning(value: Any) -> Any:
    """Return a policy in one form for all that mean the same, so that ``==`` compares meaning.

    AWS gives back one-element lists as scalars, lists and keys in another order, and booleans as
    texts.
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
