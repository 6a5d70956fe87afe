"""The IAM policies of those who may only look: status, watch, history, list, logs, report. Pure.

They grant the reads of the deployer's policies, except of what shows a secret: of the signing keys,
since whoever sees these can make passes, and of the distribution, which shows the header by which
the API knows its edge. Even the list of all distributions shows it (CloudFront API Reference,
DistributionSummary, Origins). A report scans the table without the keys (table_rows.py).
"""

from collections.abc import Iterator
from dataclasses import replace

from beekeeper.config import RoomConfig, bare_config
from beekeeper.contract import arrival_rows, history_item, items
from beekeeper.provision import table_rows
from beekeeper.provision.deployer import documents, grants
from beekeeper.provision.grant import Grant, grant, reads
from beekeeper.provision.names import ALL_FUNCTION_NAMES, Names
from beekeeper.provision.policies import Document
from beekeeper.provision.resources.table_items import ITEMS

ONE = (items.ROOM, items.PULSE, items.PACE, items.LATE, items.GOVERNOR)
MANY = (items.COUNT_PREFIX, arrival_rows.PREFIX, history_item.HISTORY_PREFIX)

SHOW_SECRETS = {
    f"cloudfront:{action}"
    for action in ("GetDistribution", "GetDistributionConfig", "ListDistributions")
}


def reader_policies(names: Names, config: RoomConfig | None = None) -> list[Document]:
    """Return the IAM policies for looking at one room, and changing nothing.

    ``config`` adds what a custom domain and a state in a bucket need. Make a managed policy of each
    document, and attach them all.
    """
    return documents(_grants(names, config or bare_config(names.room)))


def _grants(names: Names, config: RoomConfig) -> Iterator[Grant]:
    for each in reads(each for each in grants(names, config) if each.statement != ITEMS):
        if actions := tuple(a for a in each.actions if a not in SHOW_SECRETS):
            yield replace(each, actions=actions)
    yield from table_rows.grants(names)
    leading = [*ONE, *(f"{prefix}*" for prefix in MANY)]
    condition = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": leading}}
    actions = ("BatchGetItem", "GetItem")
    yield grant("dynamodb", actions, names.table_arn, statement=ITEMS, condition=condition)
    groups = (f"{names.log_group_arn(part)}:*" for part in ALL_FUNCTION_NAMES)
    yield grant("logs", ["FilterLogEvents"], *groups, statement="Logs")
