"""The functions' clients of AWS."""

import logging
from collections.abc import Iterator

import pytest

from beekeeper.handlers import aws


@pytest.fixture
def cold(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A container that has just started, with what Lambda sets in it."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    botocore, level = logging.getLogger("botocore"), logging.getLogger("botocore").level
    botocore.setLevel(logging.NOTSET)
    aws.session.cache_clear()
    yield
    aws.session.cache_clear()
    botocore.setLevel(level)


@pytest.mark.usefixtures("cold")
@pytest.mark.parametrize("service", ["sqs", "s3"])
def test_a_cold_start_logs_nothing(service: str, caplog: pytest.LogCaptureFixture) -> None:
    """Lambda sets the root logger to INFO."""
    with caplog.at_level(logging.INFO):
        aws.client(service)
    assert caplog.records == []
