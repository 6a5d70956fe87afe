"""AWS clients for the functions, made with botocore, which imports and starts faster than boto3.

In a cold start, to create a client takes longer than all of our own code. A third of that time is
for data that our clients don't need. botocore lists the folders of its 430 services, and parses
1.2 MB of old addresses, which its rule sets have replaced. It still uses only their partitions.
Without this data, a cold producer answers in three quarters of the time
(python -m tests.benchmarks.producer).
"""

import functools
import logging
import os
from typing import Any

import botocore.session
from botocore.config import Config
from botocore.loaders import Loader

# Not S3: its client still reads the old addresses, for us-east-1.
SERVICES = ("dynamodb", "lambda", "sqs")


class _OurServices(Loader):  # type: ignore[misc]
    """The part of botocore's data that the clients of our services need."""

    def list_available_services(self, type_name: str) -> list[str]:
        return list(SERVICES)

    def load_data_with_path(self, name: str) -> tuple[Any, str]:
        if name != "endpoints":
            return super().load_data_with_path(name)  # type: ignore[no-any-return]
        data, path = super().load_data_with_path("partitions")
        partitions = [_without_services(partition) for partition in data["partitions"]]
        return {"version": 3, "partitions": partitions}, path


def _without_services(partition: dict[str, Any]) -> dict[str, Any]:
    """Return a partition in the form of the old addresses. The rule sets give the addresses now."""
    return {
        "partition": partition["id"],
        "dnsSuffix": partition["outputs"]["dnsSuffix"],
        "regionRegex": partition["regionRegex"],
        "defaults": {
            "hostname": "{service}.{region}.{dnsSuffix}",
            "protocols": ["https"],
            "signatureVersions": ["v4"],
        },
        "regions": {},
        "services": {},
    }


@functools.cache
def session(*, ours: bool) -> Any:
    """Return the session for the clients of our services, or for all other clients."""
    # Lambda logs from INFO on, and botocore tells at that level where it found the credentials, in
    # each cold start.
    logging.getLogger("botocore").setLevel(logging.WARNING)
    made = botocore.session.get_session()
    if ours:
        made.register_component("data_loader", _OurServices())
    return made


def client(service: str, *, read_timeout: float = 2.0, attempts: int = 3, pool: int = 10) -> Any:
    """Return a client with short time-outs, because a visitor waits for the answer.

    Region, credentials and endpoint come from the environment that Lambda sets.
    """
    config = Config(
        connect_timeout=1.0,
        read_timeout=read_timeout,
        retries={"mode": "standard", "total_max_attempts": attempts},
        max_pool_connections=pool,
        tcp_keepalive=True,
    )
    return session(ours=service in SERVICES).create_client(service, config=config)


def in_lambda() -> bool:
    """Return whether this process is a Lambda function's. It creates its clients at the start."""
    return "AWS_LAMBDA_FUNCTION_NAME" in os.environ
