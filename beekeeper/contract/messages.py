"""The messages on the queue: one for each visitor who joins the line.

    {"id": "<the ticket's id>", "n": <the ticket's number: milliseconds since the epoch>}

A room with ``order = "strict"`` has FIFO queues, whose names and URLs end in ``.fifo``.
"""

import json
import re
from typing import Any, NoReturn

# A FIFO queue keeps order only within a group, so all visitors are in one group (SQS, "FIFO queue
# delivery logic"). While one consumer has messages of the group, no other consumer gets any.
GROUP = "line"
FIFO_ENDING = ".fifo"
# Our own ids are 22 characters of base64url (rules/tokens.py). DynamoDB refuses keys of more than
# 2,048 bytes, and with such a row the others of its transaction.
_TICKET_ID = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
EARLIEST_NUMBER = 1_577_836_800_000  # 2020. No visitor came before.
# A producer's clock can be ahead of the clock of SQS. By more than this, the number is damaged.
MAX_SKEW_SECONDS = 60.0


class NotATicket(Exception):
    """A message that can't be read."""


def ticket_message(ticket_id: str, number: int) -> str:
    """Return the body of the message for a ticket; ``number`` is in milliseconds."""
    return json.dumps({"id": ticket_id, "n": number})


def read_ticket_message(body: str, sent_at: float) -> tuple[str, int]:
    """Return the ticket's id and number. ``sent_at`` is in seconds since the epoch.

    Raises NotATicket if the body is not a ticket, or if its number can't be the time at which a
    visitor came: such a number would spoil the places and the waits of all others. Nobody came
    after the message was sent. Names that are not known are ignored, because a newer producer may
    send them.
    """
    try:
        content: Any = json.loads(
            body, object_pairs_hook=_without_repeats, parse_constant=_no_constant
        )
        ticket_id, number = content["id"], content["n"]
    # RecursionError: anybody who may send to the queue can nest deeply.
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise NotATicket("not a ticket") from error
    if type(ticket_id) is not str or not _TICKET_ID.fullmatch(ticket_id):
        raise NotATicket("not a ticket's id")
    # In Python True is an int, too. DynamoDB refuses it.
    latest = (sent_at + MAX_SKEW_SECONDS) * 1000
    if type(number) is not int or not EARLIEST_NUMBER <= number <= latest:
        raise NotATicket("not a time of arrival")
    return ticket_id, min(number, int(sent_at * 1000))


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) < len(pairs):
        raise ValueError("a name comes twice")
    return content


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


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
