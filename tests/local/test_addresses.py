"""The addresses that the local AWS gives, for browsers and for everything else."""

import pytest

from beekeeper.local.ministack import address, for_scripts

API = "http://a1b2c3d4.execute-api.localhost:4566/"
DISTRIBUTION = "http://d1a2b3c4.cloudfront.localhost:4566/"
ON_AWS = "https://d1a2b3c4.cloudfront.net/"


def test_an_api_has_an_address_that_every_program_can_resolve() -> None:
    by_path = "http://127.0.0.1:4566/_aws/execute-api/a1b2c3d4/$default/"
    assert address(API) == for_scripts(API) == by_path


def test_a_distribution_is_found_by_its_name_only() -> None:
    assert address(DISTRIBUTION) == DISTRIBUTION
    assert for_scripts(DISTRIBUTION) == (
        "http://127.0.0.1:4566/  with the header Host: d1a2b3c4.cloudfront.localhost:4566"
    )


@pytest.mark.parametrize("written", [address, for_scripts])
def test_what_is_on_aws_stays(written: object) -> None:
    assert callable(written)
    assert written(ON_AWS) == ON_AWS
