"""What an event uses of each AWS service. The simulation counts it, and the estimate prices it."""

from dataclasses import astuple, dataclass


@dataclass(frozen=True, slots=True)
class Requests:
    """What the visitors' browsers ask in the whole event, by kind.

    A site that asks ``check`` for each pass makes one more request for each who enters.
    """

    page: int
    join: int  # places given: the campaign link, or what the page asks with an edge
    refused: int  # with an edge: the page asked for a place, and was told to try again
    turn: int
    enter: int
    news: int  # with an edge

    @property
    def total(self) -> int:
        """Return all of them. With an edge, CloudFront gets these."""
        return int(sum(astuple(self)))


@dataclass(frozen=True, slots=True)
class Usage:
    """Requests are counts for the whole event. Units are counted as DynamoDB bills them."""

    seconds: float  # from the first arrival until the line is empty
    api_requests: int  # API Gateway: the next three together
    producer_requests: int
    room_requests: int
    turnstile_requests: int  # turn, enter and check, and with an edge news that it has not cached
    consumer_seconds: float  # of all workers together
    queue_sends: int
    queue_receives: int  # calls, of up to ten messages
    queue_deletes: int
    table_write_units: int
    table_read_units: int
    bytes_out: int  # from API Gateway to visitors
    edge_requests: int = 0  # CloudFront: all that browsers ask
    edge_bytes_out: int = 0  # from CloudFront to visitors
    edge_functions: int = 0  # runs of the CloudFront Function that chooses the page's language
