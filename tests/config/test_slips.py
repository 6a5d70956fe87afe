"""Slips in a configuration: a mistyped name or value, and what looks like a truth value."""

from typing import Any

import pytest

from beekeeper import ConfigError
from tests.support.rooms import config


@pytest.mark.parametrize(
    ("values", "meant"),
    [
        ({"rates": 3}, "^rates is not a setting. Did you mean rate[?]$"),
        ({"Claim-Minutes": 9}, "^Claim-Minutes is not a setting. Did you mean claim_minutes[?]$"),
        ({"governer": {}}, "^governer is not a setting. Did you mean governor[?]$"),
        ({"page": {"acent": ""}}, r"^page\.acent is not a setting. Did you mean accent[?]$"),
        ({"order": "Strict"}, "^order = 'Strict': .* Did you mean 'strict'[?]$"),
        ({"governor": {"mode": "autmatic"}}, "Did you mean 'automatic'[?]$"),
    ],
    ids=["setting", "hyphen", "table", "of a table", "value", "value of a table"],
)
def test_a_slip_is_answered_with_the_nearest_name(values: dict[str, Any], meant: str) -> None:
    with pytest.raises(ConfigError, match=meant):
        config(**values)


@pytest.mark.parametrize("value", ["yes", "true", "false", "on", "", 1, 0, 1.0])
def test_only_true_and_false_are_truth_values(value: object) -> None:
    with pytest.raises(ConfigError, match=r"^edge = .*: give true or false$"):
        config(edge=value)
