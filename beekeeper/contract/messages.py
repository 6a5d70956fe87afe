"""The messages on the queue: one for each visitor who joins the line.

    {"id": "<the ticket's id>", "n": <the ticket's number: milliseconds since the epoch>}

A room with ``order = "strict"`` has FIFO queues, whose names and URLs end in ``.fifo``.
"""

import json
from typing import Any

# A FIFO queue keeps order only within a group, so all visitors are in one (SQS, "FIFO queue
# delivery logic"). While a message of the group is in somebody's hands, nobody gets another.
GROUP = "line"
FIFO_ENDING = ".fifo"
# Our own ids stay well below. DynamoDB refuses keys of more than 2,048 bytes, and with such a row
# it refuses the 24 others of its batch.
MAX_ID_CHARACTERS = 64
MAX_NUMBER = 2**53


def ticket_message(ticket_id: str, number: int) -> str:
    """Return the body of the message for a ticket; ``number`` is in milliseconds."""
    return json.dumps({"id": ticket_id, "n": number})


def read_ticket_message(body: str) -> tuple[str, int]:
    """Return the ticket's id and number; raise ValueError, KeyError or TypeError for no ticket.

    RecursionError, too: anybody who can write to the queue can nest a body deeply.
    """
    content: Any = json.loads(body)
    ticket_id, number = content["id"], content["n"]
    if not isinstance(ticket_id, str) or not isinstance(number, int):
        raise ValueError("not a ticket")
    if not 0 < len(ticket_id) <= MAX_ID_CHARACTERS or not ticket_id.isascii():
        raise ValueError("not a ticket's id")
    if not 0 <= number <= MAX_NUMBER:
        raise ValueError("not a time of arrival")
    return ticket_id, number


def is_fifo(url: str) -> bool:
    """Tell whether a queue is FIFO."""
    return url.endswith(FIFO_ENDING)


def sending_ids(url: str, message_id: str) -> dict[str, str]:
    """Return what a queue must be told with a message: a standard queue nothing.

    A FIFO queue drops a message that comes with the same ``message_id`` again within five minutes,
    such as a send that botocore repeats.
    """
    if not is_fifo(url):
        return {}
    return {"MessageGroupId": GROUP, "MessageDeduplicationId": message_id}
