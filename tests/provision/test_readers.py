"""The policies of those who may only look."""

import json
from fnmatch import fnmatchcase

from beekeeper.contract import items
from beekeeper.contract.door import EDGE
from beekeeper.provision.deployer import MAX_CHARACTERS, size_of
from beekeeper.provision.grant import READS
from beekeeper.provision.readers import reader_policies
from tests.support.rooms import NAMES, OF_EDGE, WITH_ALL

ROOMS = (None, WITH_ALL, OF_EDGE)


def test_they_change_nothing_and_start_nothing() -> None:
    for room in ROOMS:
        statements = [s for p in reader_policies(NAMES, room) for s in p["Statement"]]
        actions = {a.partition(":")[2] for s in statements for a in s["Action"]}
        others = {a for a in actions if not a.startswith(READS)}
        assert others == {"BatchGetItem", "FilterLogEvents", "Scan"}
        assert {"GetMetricData", "GetFunction", "GetQueueUrl", "GetQueueAttributes"} <= actions


def test_they_show_neither_the_signing_keys_nor_the_visitors() -> None:
    """Whoever sees the keys can make passes."""
    for room in ROOMS:
        statements = [s for p in reader_policies(NAMES, room) for s in p["Statement"]]
        on_items = [s for s in statements if any("Item" in a for a in s["Action"])]
        (keys,) = (s["Condition"]["ForAllValues:StringLike"].values() for s in on_items)
        (leading,) = keys
        assert {"room", "pulse", "governor", "count#*", "arrivals#*"} <= set(leading)
        assert not {"keys", "lease", "*"} & set(leading)
        assert not any(key.startswith("v#") for key in leading)
        actions = {a for s in statements for a in s["Action"]}
        assert "dynamodb:Query" not in actions
        (scan,) = (s for s in statements if "dynamodb:Scan" in s["Action"])
        assert [*scan["Action"], scan["Condition"]["StringEquals"]] == [
            "dynamodb:Scan", {"dynamodb:Select": "SPECIFIC_ATTRIBUTES"}
        ]  # fmt: skip
        (shown,) = scan["Condition"]["ForAllValues:StringLike"].values()
        hidden = (items.TICKET_KEYS, items.PASS_KEYS, EDGE)
        assert not [(n, p) for n in hidden for p in shown if fnmatchcase(n, p)]


def test_they_do_not_show_the_secret_of_the_edge() -> None:
    """It is a header in the distribution's configuration, which the list has, too."""
    for room in ROOMS:
        actions = {
            a for p in reader_policies(NAMES, room) for s in p["Statement"] for a in s["Action"]
        }
        of_edge = {a for a in actions if a.startswith("cloudfront:") and "Distribution" in a}
        assert of_edge == set()


def test_one_policy_is_enough() -> None:
    for room in ROOMS:
        (policy,) = reader_policies(NAMES, room)
        assert size_of(json.dumps(policy)) <= MAX_CHARACTERS
