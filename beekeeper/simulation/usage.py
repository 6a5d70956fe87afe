"""What an event uses of each AWS service. The simulation counts it, and the estimate prices it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Usage:
    """Requests are counts for the whole event. Units are counted as DynamoDB bills them."""

    seconds: float  # from the first arrival until the line is empty
    api_requests: int  # API Gateway: the next three together
    producer_requests: int
    room_requests: int
    turnstile_requests: int  # turn, enter and check
    consumer_seconds: float  # of all workers together
    queue_sends: int
    queue_receives: int  # calls, of up to ten messages
    queue_deletes: int
    table_write_units: int
    table_read_units: int
    bytes_out: int  # to visitors
