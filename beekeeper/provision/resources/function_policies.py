"""The inline policy of each function's role: exactly what the function needs. Pure."""

from beekeeper.contract import arrival_rows, decision_rows, functions, items
from beekeeper.contract.page import PAGE_KEY
from beekeeper.provision.names import Names
from beekeeper.provision.policies import Document, allow, document

VISITORS = f"{items.VISITOR_PREFIX}*"
ARRIVALS = f"{arrival_rows.PREFIX}*"
DECISIONS = f"{decision_rows.PREFIX}*"
COPIED = [items.ROOM, items.KEYS, items.PULSE]
ORDERS = [items.ROOM, items.LATE, items.GOVERNOR]
COUNTS = f"{items.COUNT_PREFIX}*"


def function_policy(names: Names, part: str) -> Document:
    """Return the inline policy of one function's role."""
    statements = {
        functions.PRODUCER.name: _producer,
        functions.ROOM.name: _room,
        functions.TURNSTILE.name: _turnstile,
        functions.CONSUMER.name: _consumer,
        functions.GOVERNOR.name: _governor,
    }[part](names)
    return document(*statements, _logs(names, part))


def _producer(names: Names) -> list[Document]:
    return [
        allow(["sqs:SendMessage"], names.queue_arn(names.queue)),
        _on_items(names, ["dynamodb:BatchGetItem"], COPIED),
        _on_items(names, ["dynamodb:GetItem"], [VISITORS]),
        _on_items(names, ["dynamodb:UpdateItem"], [items.WAKE, ARRIVALS]),
        allow(["lambda:InvokeFunction"], names.function_arn(functions.CONSUMER.name)),
    ]


def _room(names: Names) -> list[Document]:
    return [allow(["s3:GetObject"], f"{names.bucket_arn}/{PAGE_KEY}*")]  # in each language


def _turnstile(names: Names) -> list[Document]:
    return [
        _on_items(names, ["dynamodb:BatchGetItem"], [*COPIED, ARRIVALS]),
        _on_items(names, ["dynamodb:GetItem"], [VISITORS]),
        # See the consumer's transactions.
        _on_items(names, ["dynamodb:PutItem"], [VISITORS, COUNTS]),
        _on_items(names, ["dynamodb:UpdateItem"], [VISITORS, COUNTS, items.LATE, items.WAKE]),
        allow(["lambda:InvokeFunction"], names.function_arn(functions.CONSUMER.name)),
    ]


def _consumer(names: Names) -> list[Document]:
    queue = [
        "sqs:ReceiveMessage",
        # The star is for emulators, in which the batch calls are separate actions.
        "sqs:DeleteMessage*",
        "sqs:ChangeMessageVisibility*",
        "sqs:GetQueueAttributes",
    ]
    return [
        allow(queue, names.queue_arn(names.queue)),
        allow(["sqs:SendMessage*"], names.queue_arn(names.dead_letter_queue)),
        _on_items(names, ["dynamodb:GetItem", "dynamodb:UpdateItem"], [items.PULSE, items.PACE]),
        _on_items(names, ["dynamodb:BatchGetItem"], [*ORDERS, VISITORS, ARRIVALS, COUNTS]),
        # A transaction needs the actions of its parts. AWS does not say whether the leading keys
        # are those of the part, or of the whole transaction. So both parts may write both.
        _on_items(names, ["dynamodb:PutItem", "dynamodb:UpdateItem"], [VISITORS, COUNTS]),
    ]


def _governor(names: Names) -> list[Document]:
    return [
        _on_items(names, ["dynamodb:BatchGetItem"], [*COPIED, items.GOVERNOR]),
        _on_items(names, ["dynamodb:UpdateItem"], [items.GOVERNOR]),
        _on_items(names, ["dynamodb:PutItem"], [DECISIONS]),
    ]


def _logs(names: Names, part: str) -> Document:
    # Don't add CreateLogGroup: see log_group.py.
    streams = f"{names.log_group_arn(part)}:*"
    return allow(["logs:CreateLogStream", "logs:PutLogEvents"], streams)


def _on_items(names: Names, actions: list[str], leading_keys: list[str]) -> Document:
    """Allow actions only on items with these keys: some functions must not read signing keys."""
    keys = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": leading_keys}}
    return allow(actions, names.table_arn, keys)
