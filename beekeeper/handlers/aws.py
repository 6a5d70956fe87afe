"""AWS clients for the functions: botocore alone, which imports and starts faster than boto3."""

import os
from typing import Any

import botocore.session
from botocore.config import Config

_session = botocore.session.get_session()


def client(service: str, *, read_timeout: float = 2.0, attempts: int = 3, pool: int = 10) -> Any:
    """Return a client with short time-outs: a visitor waits for the answer.

    Region, credentials and endpoint come from the environment that Lambda sets.
    """
    config = Config(
        connect_timeout=1.0,
        read_timeout=read_timeout,
        retries={"mode": "standard", "total_max_attempts": attempts},
        max_pool_connections=pool,
        tcp_keepalive=True,
    )
    return _session.create_client(service, config=config)


def in_lambda() -> bool:
    """Tell whether this process is a Lambda function's, so that clients are made at its start."""
    return "AWS_LAMBDA_FUNCTION_NAME" in os.environ
