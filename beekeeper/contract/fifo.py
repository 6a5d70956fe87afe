"""FIFO queues, which a room with ``order = "strict"`` has; their names, and URLs, end in .fifo."""

# One group for all, since order holds only within a group (SQS, "FIFO queue delivery logic"). While
# a message of it is in somebody's hands, nobody gets another.
GROUP = "line"


def is_fifo(url: str) -> bool:
    """Tell whether a queue is FIFO."""
    return url.endswith(".fifo")


def sending_ids(url: str, message_id: str) -> dict[str, str]:
    """Return what a queue wants to be told with a message: a standard queue nothing.

    A FIFO queue drops what comes with the same ``message_id`` again within five minutes, such as a
    send that botocore repeats.
    """
    if not is_fifo(url):
        return {}
    return {"MessageGroupId": GROUP, "MessageDeduplicationId": message_id}
