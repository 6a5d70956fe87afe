"""The messages on the queue: one for each visitor who joins the line.

    {"id": "<the ticket's id>", "n": <the ticket's number: milliseconds since the epoch>}

A room with ``order = "strict"`` has FIFO queues, whose names and URLs end in ``.fifo``.
"""

import json
from typing import Any

# A FIFO queue keeps order only within a group, so all visitors are in one group (SQS, "FIFO queue
# delivery logic"). While one consumer has messages of the group, no other consumer gets any.
GROUP = "line"
FIFO_ENDING = ".fifo"
# Our own ids are much shorter. DynamoDB refuses keys of more than 2,048 bytes. With such a row, it
# also refuses the 24 others of the batch.
MAX_ID_CHARACTERS = 64
MAX_NUMBER = 2**53


def ticket_message(ticket_id: str, number: int) -> str:
    """Return the body of the message for a ticket; ``number`` is in milliseconds."""
    return json.dumps({"id": ticket_id, "n": number})


def read_ticket_message(body: str) -> tuple[str, int]:
    """Return the ticket's id and number.

    Raises ValueError, KeyError or TypeError if the body is not a ticket. Raises RecursionError if
    it is nested too deeply, which anybody who can write to the queue can do.
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
    """Return whether a queue is FIFO."""
    return url.endswith(FIFO_ENDING)


def sending_ids(url: str, message_id: str) -> dict[str, str]:
    """Return the ids to send with a message. A standard queue needs none.

    If a message with the same ``message_id`` comes again within five minutes, a FIFO queue drops
    it. That is the case if botocore repeats a send.
    """
    if not is_fifo(url):
        return {}
    return {"MessageGroupId": GROUP, "MessageDeduplicationId": message_id}
